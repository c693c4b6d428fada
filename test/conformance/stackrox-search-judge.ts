/** How an answer relates to the original's: equal, better in a way the dialect's readme names, or wrong. */
import { findLabel, type Label } from '../../src/dialects/stackrox/fields.ts';
import { splitQuery } from '../../src/dialects/stackrox/wire/split.ts';
import { IMAGES, LIST, NO_UPDATE, observe, type Question, time } from './stackrox-search-data.ts';

export type Outcome =
  | 'equal'
  | 'bad input'
  | 'floats'
  | 'zones'
  | 'regex'
  | 'sort by a joined field'
  | 'count labels'
  | '!k= on labels'
  | 'aggregateBy'
  | 'time of change';

export interface Answer {
  readonly status: number;
  readonly ids: readonly number[];
  readonly count: number;
  readonly error: { readonly code: number; readonly message: string } | undefined;
}

/** Equal but for the order inside groups of ties. */
function sameOrder(question: Question, ids: readonly number[]): boolean {
  const wanted = question.idsC ?? question.ids ?? [];
  const group = new Map((question.ties ?? []).flatMap((tie, index) => tie.map((id) => [id, `tie ${index}`] as const)));
  const shape = (list: readonly number[]) => list.map((id) => group.get(id) ?? String(id)).join(' ');
  return shape(wanted) === shape(ids) && sameSet(wanted, ids);
}

function sameSet(a: readonly number[], b: readonly number[]): boolean {
  return [...a].sort((x, y) => x - y).join() === [...b].sort((x, y) => x - y).join();
}

/** The error text without the wrapping of the original's layers. */
function bare(message: string): string {
  return message.replace(
    /^(?:cursor by query: prepare cursor: )?found non-retryable error: (?:error creating query: )?/,
    '',
  );
}

function labelsOf(question: Question): readonly Label[] {
  return splitQuery(question.q).flatMap(({ label }) => findLabel(label) ?? []);
}

/** @returns how an answer relates to the original's; a text that says what is wrong otherwise */
export function judge(question: Question, answer: Answer): Outcome | `wrong: ${string}` {
  const labels = labelsOf(question);
  if (answer.error) {
    if (!question.error) {
      return / XXX$/.test(question.q) ? 'zones' : `wrong: refused: ${answer.error.message}`;
    }
    if (answer.status !== 400 || answer.error.code !== 3) return `wrong: ${answer.status} ${answer.error.message}`;
    const theirs = bare(question.error.msg);
    const isTheirs = answer.error.message.toLowerCase() === theirs.toLowerCase();
    if (question.error.pg || theirs === 'I dont think this is used' || /^creating cursor/.test(theirs)) {
      return answer.error.message !== theirs ? 'bad input' : 'wrong: their text says nothing';
    }
    return isTheirs ? 'bad input' : `wrong: ${answer.error.message}`;
  }
  const order = sameOrder(question, answer.ids);
  if (!question.error && order && answer.count === question.count) return 'equal';
  if (labels.some(({ kind }) => kind === 'count')) return judgeCounts(question, answer);
  if (question.aggr || question.distinct) return judgeAggregate(question, answer);
  if (question.sort && isJoined(question.sort)) return judgeJoinedSort(question, answer);
  if (/last updated/i.test(question.q + (question.sort ?? ''))) return judgeUpdated(question, answer);
  if (labels.some((label) => label.kind === 'map') && /!/.test(question.q)) return judgeNoKey(question, answer);
  if (/\br\//.test(question.q)) return judgeRegex(question, answer);
  if (labels.some((label) => label.kind === 'own' && label.column.type === 'score'))
    return judgeFloats(question, answer);
  if (labels.some((label) => label.kind === 'own' && label.column.type === 'time')) return judgeZones(question, answer);
  return `wrong: ${JSON.stringify(answer)}`;
}

function isJoined(sort: string): boolean {
  const label = findLabel(sort);
  return (
    label?.kind === 'joined' ||
    (label?.kind === 'order' && (label.table !== undefined || !label.column)) ||
    label?.kind === 'count'
  );
}

/** Images without a row come last instead of vanishing; counts sort instead of failing. */
function judgeJoinedSort(question: Question, { ids, count }: Answer): Outcome | `wrong: ${string}` {
  const label = findLabel(question.sort ?? '');
  if (count !== question.count || ids.length !== count) return `wrong: ${ids.length} of ${count}`;
  if (label?.kind === 'count') return 'count labels';
  if (label?.kind !== 'joined' || label.table !== 'layer') {
    return sameSet(ids, [...new Set([...ids, ...(question.ids ?? [])])]) ? 'sort by a joined field' : `wrong: ${ids}`;
  }
  const theirs = question.ids ?? [];
  const side = label.column.field === 'keyword' ? 'instruction' : 'value';
  const keys = ids.map((id) => {
    const values = (IMAGES[id]?.metadata?.v1.layers ?? []).map((layer) => layer[side]).sort();
    return question.reversed ? values.at(-1) : values[0];
  });
  const inOrder = keys.slice(0, theirs.length).every((key, at) => {
    const before = at === 0 ? key : keys[at - 1];
    return key !== undefined && before !== undefined && (question.reversed ? before >= key : before <= key);
  });
  const isRight = inOrder && sameSet(ids.slice(0, theirs.length), theirs);
  return isRight ? 'sort by a joined field' : `wrong: order ${ids}`;
}

/** Of one image's one value the least and the greatest are that value: the order is the plain one. */
function judgeAggregate(question: Question, { ids, count }: Answer): Outcome | `wrong: ${string}` {
  const field = question.sort === 'Image Risk Score' ? 'riskScore' : 'lastUpdated';
  const keys = ids.map((id) => (field === 'riskScore' ? (IMAGES[id]?.riskScore ?? 0) : id));
  const inOrder = keys.every((key, at) => at === 0 || (keys[at - 1] ?? key) <= key);
  return inOrder && ids.length === count && count === question.count ? 'aggregateBy' : `wrong: ${ids}`;
}

const BY_HAND: Readonly<Record<string, (value: number) => (number: number) => boolean>> = {
  '': (value) => (number) => number === value,
  '==': (value) => (number) => number === value,
  '<': (value) => (number) => number < value,
  '<=': (value) => (number) => number <= value,
  '>': (value) => (number) => number > value,
  '>=': (value) => (number) => number >= value,
};

function numberTest(text: string): (number: number) => boolean {
  const range = /^(?<from>-?[\d.]+)-(?<to>-?[\d.]+)$/.exec(text)?.groups;
  if (range) return (number) => number > Number(range['from']) && number < Number(range['to']);
  const groups = /^(?<sign>[<>=]*)\s*(?<number>[-+.\w]+)$/.exec(text)?.groups;
  const test = BY_HAND[groups?.['sign'] ?? ''];
  if (!groups || !test) throw new Error(`${text} has to be looked at`);
  return test(Math.round(Number(groups['number']) * 100) / 100);
}

function expectIds(answer: Answer, wanted: readonly number[], outcome: Outcome): Outcome | `wrong: ${string}` {
  const isRight = sameSet(answer.ids, wanted) && answer.count === wanted.length;
  return isRight ? outcome : `wrong: ${answer.ids} (${answer.count}) instead of ${wanted}`;
}

const numbers = IMAGES.map((_, number) => number);

function judgeFloats(question: Question, answer: Answer): Outcome | `wrong: ${string}` {
  const [pair] = splitQuery(question.q);
  const stored = (number: number) => {
    const image = IMAGES[number];
    if (!image || /risk/i.test(question.q)) return image?.riskScore ?? 0;
    const observed = observe(image, number).scan?.topCvss;
    return observed ?? 0;
  };
  const tests = pair?.values.map(numberTest) ?? [];
  const wanted = numbers.filter((number) => tests.some((test) => test(stored(number))));
  return expectIds(answer, wanted, 'floats');
}

function judgeCounts(question: Question, answer: Answer): Outcome | `wrong: ${string}` {
  const counted: Readonly<Record<string, (number: number) => number>> = {
    'component count': (number) => LIST[number]?.components ?? 0,
    'cve count': (number) => LIST[number]?.cves ?? 0,
    'image cve count': (number) => LIST[number]?.cves ?? 0,
    'image count': () => 1,
    'deployment count': () => 0,
    'namespace count': () => 0,
  };
  const wanted = numbers.filter((number) =>
    splitQuery(question.q).every(({ label, values }) => {
      const count = counted[label.toLowerCase()];
      if (count) return values.some((value) => numberTest(value)(count(number)));
      if (label !== 'Image Registry') throw new Error(`${label} has to be looked at`);
      return values.some((value) => IMAGES[number]?.name.registry?.startsWith(value));
    }),
  );
  return expectIds(answer, wanted, 'count labels');
}

function judgeNoKey(question: Question, answer: Answer): Outcome | `wrong: ${string}` {
  const wanted = numbers.filter((number) =>
    splitQuery(question.q).every(({ label, values }) => {
      if (label !== 'Image Label') return IMAGES[number]?.name.tag?.startsWith(values[0] ?? '') ?? false;
      const keys = Object.keys(IMAGES[number]?.metadata?.v1.labels ?? {});
      return values.some((value) => {
        if (/^!.+=$/.test(value)) return !keys.includes(value.slice(1, -1));
        return keys.some((key) => key.startsWith(value));
      });
    }),
  );
  return expectIds(answer, wanted, '!k= on labels');
}

function judgeRegex(question: Question, answer: Answer): Outcome | `wrong: ${string}` {
  const [pair] = splitQuery(question.q);
  if (pair?.label !== 'Image Tag') throw new Error(`${question.q} has to be looked at`);
  const tests = pair.values.map((value) => {
    const groups = /^(?<not>!?)r\/(?<pattern>.+)$/.exec(value)?.groups;
    if (!groups) return (tag: string) => tag.startsWith(value);
    const expression = toRegExp(groups['pattern'] ?? '');
    return (tag: string) => expression.test(tag) !== (groups['not'] === '!');
  });
  const wanted = numbers.filter((number) => tests.some((test) => test(IMAGES[number]?.name.tag ?? '')));
  return expectIds(answer, wanted, 'regex');
}

/** The few words of RE2 that JavaScript spells otherwise. */
function toRegExp(pattern: string): RegExp {
  const source = pattern
    .replace(/\(\?P</g, '(?<')
    .replace(/\(\?-?[iU]\)/g, '')
    .replace(/\\z/g, '$')
    .replace(/\\A/g, '^')
    .replace(/\\pL/g, '\\p{L}')
    .replace(/\\p\{Han\}/g, '\\p{Script=Han}')
    .replace(/\\Q(.*?)\\E/g, (_, text: string) => text.replace(/\W/g, '\\$&'))
    .replace(/\[\[:\^digit:\]\]/g, '[^0-9]')
    .replace(/\[:alpha:\]/g, 'A-Za-z')
    .replace(/\[:alnum:\]/g, 'A-Za-z0-9')
    .replace(/\[:punct:\]/g, '!-\\/:-@\\[-`{-~')
    .replace(/\^\*/g, '(?:^)*')
    .replace(/^x\{0$/, 'x\\{0');
  return new RegExp(source, /\(\?-i\)/.test(pattern) ? 'u' : 'iu');
}

function judgeUpdated(question: Question, answer: Answer): Outcome | `wrong: ${string}` {
  const others = (ids: readonly number[]) => ids.filter((id) => id !== NO_UPDATE);
  const isRight = others(answer.ids).join() === others(question.ids ?? []).join() && answer.count === answer.ids.length;
  return isRight ? 'time of change' : `wrong: ${answer.ids}`;
}

const OFFSETS: Readonly<Record<string, number>> = {
  EST: -5,
  CET: 1,
  CEST: 2,
  'GMT+3': 3,
  'GMT+1': 1,
  'GMT-3': -3,
  WITA: 8,
  ChST: 10,
  MeST: -8,
};

function judgeZones(question: Question, answer: Answer): Outcome | `wrong: ${string}` {
  const groups = /:(?<sign>[<>=]*)(?<date>\d\d\/\d\d\/\d{4})(?<time> [\d:]+ [AP]M)? (?<zone>\S+)$/.exec(
    question.q,
  )?.groups;
  const zone = groups?.['zone'] ?? '';
  const offset = /^[+-]\d+$/.test(zone) ? Number(zone) : OFFSETS[zone];
  if (!groups || offset === undefined) return `wrong: ${answer.ids}`;
  const from = Date.parse(`${groups['date']}${groups['time'] ?? ''} UTC`) * 1000 - offset * 3_600_000_000;
  const sign = groups['sign'] ?? '';
  const test = sign === '' ? (at: number) => at >= from && at < from + 86_400_000_000 : BY_HAND[sign]?.(from);
  const wanted = numbers.filter((number) => {
    const created = IMAGES[number]?.metadata?.v1.created;
    return created !== undefined && test?.(time(created));
  });
  return expectIds(answer, wanted, 'zones');
}
