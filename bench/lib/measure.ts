import { SELECTIVITIES } from '../../src/cli/bench-data/generate.ts';
import type { InventoryReader } from '../../src/store/store.ts';
import { type Ask, type Measured, prepare } from './asks.ts';
import type { Depth, Question } from './questions.ts';
import type { StoreCall } from './record.ts';
import { type Summary, summarize } from './stats.ts';
import type { Subject } from './subject.ts';
import { turnOrder } from './turns.ts';

/** One measured question. Times in milliseconds. */
export interface Row {
  readonly images: number;
  readonly dialect: Question['dialect'];
  readonly kind: Question['kind'];
  readonly about: string;
  readonly rows: number;
  readonly depth: Depth;
  /** Rows the page really has: a rare label has no more. */
  readonly found: number | undefined;
  /** Bytes of the answer. */
  readonly bytes: number;
  readonly times: {
    /** The whole request through the server, credentials checked, from no kept page. */
    readonly http: Summary;
    /** What the dialect asks of the store for it, in the process: its rows were printed before and are kept. */
    readonly store: Summary;
    /** The same when no row is kept: all are read. Only of lists: groups and counts have no rows to keep. */
    readonly read?: Summary;
    /** The hand-written statement, in the process. */
    readonly hand: Summary | undefined;
    /** The hand-written statement behind a bare node:http server. */
    readonly bare: Summary | undefined;
  };
}

/** Time limit of one question at one size, milliseconds; at least one round is made, and of that two pages. */
const MOST_TIME = 12_000;
/** Times of a first page in one round: it is one page, and a deep question has many. */
const FIRST_PAGES = { small: 24, large: 6 } as const;

let unlike = 10_000_000;

/** Measures a question at a depth on every store, all in turn. Stores that have no such page are left out. */
export async function measure(
  subjects: readonly Subject[],
  question: Question,
  depth: Depth,
  rounds: number,
): Promise<Row[]> {
  const runs: Run[] = [];
  for (const subject of subjects) {
    const share = question.share && ([SELECTIVITIES[question.share].key, SELECTIVITIES[question.share].value] as const);
    const rows = await subject.rowsOf(question.dialect, question.dialect === 'huawei-hss' ? undefined : share);
    const measured = await prepare(subject.recorder, question, depth, subject.context, rows);
    if (measured && measured.asks.length > 0) runs.push(new Run(subject, measured));
  }
  // A jump is made once, and so is a count or a grouping, whose answer is kept; a list is asked once before.
  const once = depth === 'jump' || question.kind !== 'list';
  if (!once) for (const run of runs) await run.round(false);
  const until = performance.now() + MOST_TIME * runs.length;
  for (let round = 0; round < (once ? 1 : rounds); round += 1) {
    if (round > 0 && performance.now() > until) break;
    for (const run of runs) await run.round(true);
  }
  return runs.map((run) => run.row());
}

class Run {
  readonly #subject: Subject;
  readonly #measured: Measured;
  readonly #times = {
    http: [] as number[],
    store: [] as number[],
    read: [] as number[],
    hand: [] as number[],
    bare: [] as number[],
  };
  #turn = 0;
  #bytes = 0;
  #found: number | undefined;

  constructor(subject: Subject, measured: Measured) {
    this.#subject = subject;
    this.#measured = measured;
  }

  async round(keep: boolean): Promise<void> {
    const until = performance.now() + MOST_TIME;
    const { asks } = this.#measured;
    const repeat = asks.length > 1 ? 1 : FIRST_PAGES[this.#measured.question.rows > 100 ? 'large' : 'small'];
    for (let turn = 0; turn < repeat; turn += 1) {
      for (const [page, ask] of asks.entries()) {
        // Counting to a far row by hand takes seconds.
        if (performance.now() > until && page > 1) return;
        await this.#ask(ask, keep);
      }
    }
  }

  /** Asks in every way once, in another order each time: who comes first finds the database's caches coldest. */
  async #ask(ask: Ask, keep: boolean): Promise<void> {
    const ways = this.#waysOf(ask);
    for (const way of turnOrder(ways.length, this.#turn)) await ways[way]!(keep);
    this.#turn += 1;
  }

  /** The ways to ask, each of which notes its own time. */
  #waysOf(ask: Ask): readonly ((keep: boolean) => Promise<void>)[] {
    const { recorder, store, hand, http, bare, headers } = this.#subject;
    const { dialect, kind } = this.#measured.question;
    const times = this.#times;
    const ways: ((keep: boolean) => Promise<void>)[] = [];
    if (ask.hand) {
      const { statement, parameters } = ask.hand;
      const query = `/sql?s=${encodeURIComponent(statement)}&p=${encodeURIComponent(JSON.stringify(parameters))}`;
      ways.push(timed(times.hand, () => hand.rows(statement, parameters)));
      ways.push(timed(times.bare, () => bare.get(query)));
    }
    const replayed = (kept: boolean) => () => Promise.all(ask.calls.map((call) => replay(store, recorder, call, kept)));
    const find = (results: readonly unknown[]) => {
      this.#found = rowsIn(results);
    };
    if (kind === 'list') {
      ways.push(timed(times.store, replayed(true)));
      ways.push(timed(times.read, replayed(false), find));
    } else {
      ways.push(timed(times.store, replayed(true), find));
    }
    unlike += 1;
    const path = ask.path(unlike);
    ways.push(
      timed(
        times.http,
        () => http.get(path, headers[dialect]),
        (body) => {
          this.#bytes = body.length;
        },
      ),
    );
    return ways;
  }

  row(): Row {
    const { question, depth } = this.#measured;
    const { dialect, kind, about, rows } = question;
    const { http, store, read, hand, bare } = this.#times;
    const some = (times: readonly number[]) => (times.length > 0 ? summarize(times) : undefined);
    return {
      images: this.#subject.images,
      dialect,
      kind,
      about,
      rows,
      depth,
      found: this.#found,
      bytes: this.#bytes,
      times: {
        http: summarize(http),
        store: summarize(store),
        read: some(read),
        hand: some(hand),
        bare: some(bare),
      },
    };
  }
}

/** Work that adds the milliseconds it took to `to`, when they are to be kept; its result is looked at afterwards. */
function timed<T>(
  to: number[],
  work: () => T | Promise<T>,
  look: (result: T) => void = () => {},
): (keep: boolean) => Promise<void> {
  return async (keep) => {
    const from = performance.now();
    const result = await work();
    if (keep) to.push(performance.now() - from);
    look(result);
  };
}

/** How many rows the page among some results has: the largest list, as a marker is looked up by a list of one. */
function rowsIn(results: readonly unknown[]): number | undefined {
  const sizes = results.flatMap((result) => (result as { rows?: readonly unknown[] }).rows?.length ?? []);
  return sizes.length > 0 ? Math.max(...sizes) : undefined;
}

function replay(
  store: InventoryReader,
  { project }: Subject['recorder'],
  call: StoreCall,
  kept: boolean,
): Promise<unknown> {
  switch (call.call) {
    case 'list':
      return kept && call.keeps ? store.outline(project, call.request, 'keys') : store.list(project, call.request);
    case 'count':
      return store.count(...call.arguments);
    case 'group':
      return store.group(...call.arguments);
  }
}
