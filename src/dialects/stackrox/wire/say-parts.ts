/** Conditions on an image as labels with their values. */
import type { RelationName } from '../../../query/catalogue.ts';
import { ALL, and, conjuncts, eq, type Predicate, some } from '../../../query/predicate.ts';
import { LABELS } from '../fields.ts';
import { canonical } from './canonical.ts';
import { readImageName } from './image-name.ts';
import { anyOf, readValue } from './read-value.ts';
import { type Said, sayText } from './say-text.ts';
import { type Phrase, type Reader, sayValues, staysWhole } from './say-values.ts';
import { readMap } from './values-map.ts';

/** Phrases that say a condition, and the relation whose rows they ask of, which can be asked of only once. */
export interface Saying {
  readonly phrases: readonly Phrase[];
  readonly rows?: RelationName;
  readonly means: Predicate;
}

const OWN = new Map<string, Reader>();
for (const [label, what] of Object.entries(LABELS)) {
  if (what.kind !== 'own') continue;
  const { column } = what;
  OWN.set(column.field ?? '', { label, column, read: (value) => readValue(column, value) });
}

/** The only field a condition is about. */
export function fieldOf(part: Predicate): string | undefined {
  const fields = new Set<string>();
  const isPlain = collect(part);
  const [only] = fields;
  return isPlain && fields.size === 1 ? only : undefined;

  function collect(node: Predicate): boolean {
    if (node.kind === 'compare') fields.add(node.field);
    if (node.kind === 'and' || node.kind === 'or') return node.of.every(collect);
    return node.kind === 'not' ? collect(node.of) : node.kind === 'compare';
  }
}

/** Puts two conditions on one field together that make one value: two bounds, or "known, but not ...". */
export function pairRanges(parts: readonly Predicate[]): readonly Predicate[] {
  const paired: Predicate[] = [];
  for (const part of parts) {
    const last = paired.at(-1);
    const isOne =
      (isTest(last, ['gt', 'ge']) && isTest(part, ['lt', 'le'])) ||
      (isTest(last, ['exists']) && part.kind === 'not' && part.of.kind === 'compare');
    if (last && isOne && fieldOf(part) === fieldOf(last)) paired[paired.length - 1] = { kind: 'and', of: [last, part] };
    else paired.push(part);
  }
  return paired;
}

function isTest(part: Predicate | undefined, operators: readonly string[]): boolean {
  return part?.kind === 'compare' && operators.includes(part.test.op);
}

/** Says a condition on fields of the image itself. */
export function sayOwn(part: Predicate): Saying | undefined {
  const plain = withoutDigest(part);
  const field = fieldOf(plain);
  if (field === 'component_count') return sayCount(plain);
  const reader = field === undefined ? undefined : OWN.get(field);
  if (!reader) return undefined;
  const phrase = sayValues(reader, plain);
  if (!phrase) return undefined;
  if (field !== 'name') return { phrases: [phrase], means: phrase.means };
  // An image without a name is called by its digest: that comes along with the label.
  return { phrases: [phrase], means: anyOf(phrase.texts.map(readImageName)) };
}

function sayCount(part: Predicate): Saying | undefined {
  const column = { type: 'integer', field: 'component_count', nullable: true, missing: 0 } as const;
  const phrase = sayValues({ label: 'Component Count', column, read: (value) => readValue(column, value) }, part);
  return phrase && { phrases: [phrase], means: phrase.means };
}

const UNNAMED = canonical(eq('name', ''));

/** A condition on the label `Image` without its side on images that have no name. */
function withoutDigest(part: Predicate): Predicate {
  if (part.kind === 'not') return { kind: 'not', of: withoutDigest(part.of) };
  if (part.kind === 'and') {
    const of = part.of.filter((each) => canonical(each) !== `not(${UNNAMED})`);
    return of.length < part.of.length ? and(...of) : part;
  }
  if (part.kind !== 'or') return part;
  const of = part.of.filter((each) => each.kind !== 'and' || !each.of.some((one) => canonical(one) === UNNAMED));
  return anyOf(of.map(withoutDigest));
}

/** Says alternatives about the words or the labels of the image, each a value of one label. */
export function sayList(parts: readonly Predicate[]): Saying | undefined {
  const phrases = parts.map((part) => {
    const inner = part.kind === 'not' ? part.of : part;
    if (inner.kind !== 'some') return undefined;
    if (inner.relation === 'label') return sayLabel(part, inner.where);
    return inner.relation === 'argument' ? sayArgument(part, inner.where) : undefined;
  });
  const [first] = phrases;
  if (!first || !phrases.every((each) => each?.label === first.label)) return undefined;
  const texts = phrases.flatMap((each) => each?.texts ?? []);
  const means = anyOf(phrases.map((each) => each?.means ?? ALL));
  return { phrases: [{ label: first.label, texts, means }], means };
}

const ARGUMENTS: Readonly<Record<string, string>> = {
  command: 'Image Command',
  entrypoint: 'Image Entrypoint',
  volume: 'Image Volumes',
};
const WORD = { type: 'text', field: 'value' } as const;

function sayArgument(part: Predicate, where: Predicate): Phrase | undefined {
  const kinds = conjuncts(where).filter((each) => each.kind === 'compare' && each.field === 'kind');
  const rest = and(...conjuncts(where).filter((each) => !kinds.includes(each)));
  const [kind] = kinds;
  if (kinds.length !== 1 || kind?.kind !== 'compare' || kind.test.op !== 'eq') return undefined;
  const label = ARGUMENTS[String(kind.test.value)];
  if (label === undefined) return undefined;
  if (rest.kind === 'all') return { label, texts: [part.kind === 'not' ? '-' : '*'], means: part };
  if (part.kind === 'not') return undefined;
  const phrase = sayValues({ label, column: WORD, read: (value) => readValue(WORD, value) }, rest);
  return phrase && { ...phrase, means: some('argument', and(kind, phrase.means)) };
}

function sayLabel(part: Predicate, where: Predicate): Phrase | undefined {
  const label = 'Image Label';
  const ways = part.kind === 'not' ? sayNoLabel(where) : sayEntry(where);
  for (const { text, means } of ways) {
    if (staysWhole(label, text) && canonical(readMap(text)) === canonical(means))
      return { label, texts: [text], means };
  }
  return undefined;
}

function exactKey(part: Predicate | undefined): string | undefined {
  if (part?.kind !== 'compare' || part.field !== 'key' || part.test.op !== 'eq' || part.test.fold) return undefined;
  return String(part.test.value);
}

function sayNoLabel(where: Predicate): Said[] {
  const key = exactKey(where);
  return key === undefined ? [] : [{ text: `!${key}=`, means: { kind: 'not', of: some('label', where) } }];
}

function sayEntry(where: Predicate): Said[] {
  const parts = conjuncts(where);
  const [keys, values] = [
    parts.filter((each) => fieldOf(each) === 'key'),
    parts.filter((each) => fieldOf(each) === 'value'),
  ];
  if (keys.length > 1 || values.length > 1 || keys.length + values.length < parts.length) return [];
  const [key, value] = [keys[0], values[0]];
  if (!key && !value) return [{ text: '=', means: some('label') }];
  const exact = exactKey(key);
  const whole = exact !== undefined && !value ? [{ text: `${exact}=`, means: some('label', where) }] : [];
  const left = key ? saySide('key', key) : [{ text: '', means: ALL }];
  const right = value ? saySide('value', value) : [{ text: '', means: ALL }];
  const both = left.flatMap((one) =>
    right.map((other) => ({
      text: value ? `${one.text}=${other.text}` : one.text,
      means: some('label', and(one.means, other.means)),
    })),
  );
  return [...whole, ...both];
}

function saySide(field: 'key' | 'value', part: Predicate): Said[] {
  const test = part.kind === 'not' ? part.of : part;
  if (test.kind !== 'compare') return [];
  const negated = part.kind === 'not';
  return sayText(test.test, negated, (written) => {
    const means: Predicate = { kind: 'compare', field, test: written };
    return negated ? { kind: 'not', of: means } : means;
  });
}
