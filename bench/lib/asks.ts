import type { Position } from '../../src/query/page.ts';
import type { HandDatabase } from './hand-database.ts';
import type { StatementName } from './handwritten.ts';
import type { DialectName } from './presented.ts';
import type { Depth, PathContext, Question, Share } from './questions.ts';
import type { Recorder, StoreCall } from './record.ts';

/** One request in all its forms: over HTTP, as calls of the store, as a hand-written statement. */
export interface Ask {
  /** The path; `n` makes it unlike any other, so that no kept page answers it. */
  readonly path: (n: number) => string;
  readonly calls: readonly StoreCall[];
  readonly hand: { readonly statement: StatementName; readonly parameters: readonly unknown[] } | undefined;
}

/** A question at one depth, as several asks of different pages. */
export interface Measured {
  readonly question: Question;
  readonly depth: Depth;
  readonly asks: readonly Ask[];
}

let unlike = 3_000_000;

/** A number no request of this process had before: an equal request would be answered from a kept page. */
function another(): number {
  unlike += 1;
  return unlike;
}

/** Different pages of one question; fewer of large ones. */
const PAGES = 24;
const LARGE_PAGES = 6;

/** Which texts of image names stand for which share of the containers, as close as the data has them. */
export async function containerNames(hand: HandDatabase, project: number): Promise<PathContext['names']> {
  const rows = await hand.all(
    'select image_repository as name, count(*) as n from container where project_no = ? group by image_repository',
    [project],
  );
  const counts = new Map<string, number>();
  let total = 0;
  for (const row of rows) {
    const n = Number(row['n']);
    const name = String(row['name']);
    total += n;
    const [, team] = name.split('/');
    for (const part of new Set([`/${team}/`, name])) counts.set(part, (counts.get(part) ?? 0) + n);
  }
  const closest = (share: number) => {
    const distance = ([, n]: [string, number]) => Math.abs(Math.log(n / total / share));
    return [...counts].sort((a, b) => distance(a) - distance(b))[0]![0];
  };
  return { '25%': closest(0.25), '2%': closest(0.02), '0.02%': closest(0.0002) } satisfies Record<Share, string>;
}

/**
 * Makes the asks of a question at a depth.
 * @returns undefined where the question has no such page: too few rows, or it is not asked that way
 */
export async function prepare(
  recorder: Recorder,
  question: Question,
  depth: Depth,
  context: PathContext,
  rows: number,
): Promise<Measured | undefined> {
  const { dialect } = question;
  if (depth === 'first') {
    const { calls } = await recorder.ask(dialect, question.path({ ...context, offset: 0 }, another()));
    const asks: Ask[] = [];
    for (let page = 0; page < (question.kind === 'list' ? 1 : PAGES); page += 1) {
      const at = another();
      const path = (n: number) => question.path({ ...context, offset: 0 }, n);
      const own = question.kind === 'list' ? calls : (await recorder.ask(dialect, path(at))).calls;
      asks.push({ path, calls: own, hand: handOf(question, context, undefined, at) });
    }
    return { question, depth, asks };
  }
  if (question.kind !== 'list' || question.deep === undefined) return undefined;
  const reach = Math.min(rows, question.window ?? rows);
  // What lies in the middle, and leaves room for the pages that follow it.
  const middle = Math.floor(reach / 2 / question.rows) * question.rows;
  if (middle === 0 || middle + question.rows * 2 > reach) return undefined;
  const pages = Math.min(question.rows > 100 ? LARGE_PAGES : PAGES, Math.floor((reach - middle) / question.rows) - 1);
  if (depth === 'jump') return byJump(recorder, question, context, reach, pages);
  const offsets = Array.from({ length: pages }, (_, page) => middle + page * question.rows);
  return { question, depth, asks: await pagesAt(recorder, question, context, offsets) };
}

/** Pages that begin at these rows, as the dialect's clients reach them. */
export async function pagesAt(
  recorder: Recorder,
  question: Question,
  context: PathContext,
  offsets: readonly number[],
): Promise<Ask[]> {
  const asks: Ask[] = [];
  for (const offset of offsets) {
    asks.push(await (question.deep === 'next' ? byNext : byOffset)(recorder, question, context, offset));
  }
  return asks;
}

/** A page that the answer before it leads to. */
async function byNext(recorder: Recorder, question: Question, context: PathContext, offset: number): Promise<Ask> {
  const { dialect, rows } = question;
  const first = question.path({ ...context, offset: 0 }, another());
  const { body } = await recorder.ask(dialect, first, offset - rows);
  const next = nextOf(dialect, body);
  const path = (n: number) => `${question.path({ ...context, offset: 0 }, n)}${next}`;
  const { calls } = await recorder.ask(dialect, path(another()));
  return { path, calls, hand: handOf(question, context, positionOf(calls), 1) };
}

/** A page by its number: the hand-written statement starts where the page before ended. */
async function byOffset(recorder: Recorder, question: Question, context: PathContext, offset: number): Promise<Ask> {
  const path = (n: number) => question.path({ ...context, offset }, n);
  const { calls } = await recorder.ask(question.dialect, path(another()));
  const { request } = listOf(calls);
  const before = await recorder.store.list(recorder.project, { ...request, offset: offset - 1, limit: 1 });
  return { path, calls, hand: handOf(question, context, before.positions[0], 1) };
}

/** Pages anywhere, none near another: the hand-written statement counts rows too. */
async function byJump(
  recorder: Recorder,
  question: Question,
  context: PathContext,
  reach: number,
  pages: number,
): Promise<Measured | undefined> {
  const { hand } = question;
  if (hand?.statement !== 'container by host' && hand?.statement !== 'container image by updated') return undefined;
  const asks: Ask[] = [];
  for (let page = 0; page < pages; page += 1) {
    const offset = Math.floor((reach * (0.35 + 0.6 * ((page * 0.618_034) % 1))) / question.rows) * question.rows;
    const path = (n: number) => question.path({ ...context, offset }, n);
    const { calls } = await recorder.ask(question.dialect, path(another()));
    const parameters = [context.projectNo, ...(hand.values?.(context, 1) ?? []), question.rows, offset];
    asks.push({ path, calls, hand: { statement: `${hand.statement}, at`, parameters } });
  }
  return { question, depth: 'jump', asks };
}

function handOf({ hand, rows }: Question, context: PathContext, after: Position | undefined, n: number): Ask['hand'] {
  if (!hand) return undefined;
  const statement = (after ? `${hand.statement}, after` : hand.statement) as StatementName;
  const values = [context.projectNo, ...(hand.values?.(context, n) ?? []), ...(after ?? [])];
  return { statement, parameters: hand.whole ? values : [...values, rows] };
}

function listOf(calls: readonly StoreCall[]): Extract<StoreCall, { call: 'list' }> {
  const found = calls.findLast((each) => each.call === 'list');
  if (!found) throw new Error('The dialect asked for no list.');
  return found;
}

function positionOf(calls: readonly StoreCall[]): Position | undefined {
  return listOf(calls).request.after;
}

/** What an answer says about the page after it, as an addition to the path. */
function nextOf(dialect: DialectName, body: string): string {
  const answer = JSON.parse(body);
  switch (dialect) {
    case 'native':
      return `&after=${encodeURIComponent(answer.next)}`;
    case 'datadog':
      return `&page%5Bcursor%5D=${encodeURIComponent(answer.meta.pagination.next_cursor)}`;
    default:
      return `&marker=${new URL(answer.next, 'http://x').searchParams.get('marker')}`;
  }
}
