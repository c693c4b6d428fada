import { dashed } from '../../domain/id.ts';
import { formatRfc3339, SECOND } from '../../domain/time.ts';
import type { Printed } from '../../query/language.ts';
import { compare, conjuncts, type Predicate, type Test } from '../../query/predicate.ts';
import { findGlanceField, GLANCE_FIELDS, type GlanceField, LIST_PARAMETERS, REFUSED_PARAMETERS } from './fields.ts';
import { parseIso8601 } from './wire/iso8601.ts';
import { encodePart } from './wire/query-string.ts';

/** One parameter, or a sentence on why there is none. */
type Said = { readonly name: string; readonly value: string } | { readonly missing: string };

/** Parameter of a catalogue field; the primary reference is the name of every container image. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(GLANCE_FIELDS).map(([name, { field }]) => [field, name] as const),
  ['name', 'name'],
]);

/** Says a predicate over images as a query string, condition by condition, naming what cannot be said. */
export function printQuery(where: Predicate): Printed {
  if (where.kind === 'none') return { text: 'id=in:', missing: [] };
  const missing: string[] = [];
  const said: { name: string; value: string }[] = [];
  for (const part of joinBounds(conjuncts(where).map(joinAlternatives))) {
    const one = say(part);
    if ('missing' in one) missing.push(one.missing);
    else if (one.name !== 'tag' && said.some(({ name }) => name === one.name)) {
      missing.push(`A second condition on ${one.name}: only the last one of a request counts.`);
    } else said.push(one);
  }
  return { text: said.map(({ name, value }) => `${readable(name)}=${readable(value)}`).join('&'), missing };
}

function say(part: Predicate): Said {
  const property = 'relation' in part && part.kind === 'some' ? sayRelation(part) : undefined;
  if (property) return property;
  const neq = notAt(part);
  if (neq) return { name: NAMES.get(neq.field)!, value: `neq:${second(neq.from)}` };
  if (part.kind !== 'compare') return { missing: `${KINDS[part.kind] ?? part.kind} has no form here: ${shown(part)}.` };
  const name = NAMES.get(part.field);
  const field = name === undefined ? undefined : findGlanceField(name);
  if (name === undefined || !field) return { missing: `There is no parameter for ${part.field}.` };
  const { test } = part;
  if ('fold' in test && test.fold) return { missing: `${name} is compared with regard to case only: ${shown(part)}.` };
  return SAY[field.filter](name, test) ?? { missing: `${name} cannot be asked with "${test.op}": ${shown(part)}.` };
}

const SAY: Readonly<Record<GlanceField['filter'], (name: string, test: Test) => Said | undefined>> = {
  choice: (name, test) => sayChoice(name, test, String),
  id: (name, test) => sayChoice(name, test, (value) => dashed(String(value))),
  exact: (name, test) => (test.op === 'eq' ? { name, value: String(test.value) } : undefined),
  flag: (name, test) => (test.op === 'eq' ? { name, value: String(test.value) } : undefined),
  visibility: (name, test) =>
    test.op === 'eq' && test.value !== 'all' ? { name, value: String(test.value) } : undefined,
  number: sayNumber,
  time: sayTime,
};

function sayChoice(name: string, test: Test, print: (value: unknown) => string): Said | undefined {
  if (test.op === 'eq') {
    const value = print(test.value);
    const plain = !value.includes(':') || parseIso8601(value) !== undefined;
    return { name, value: plain ? value : `eq:${value}` };
  }
  if (test.op !== 'in') return undefined;
  const values = test.values.map(print);
  if (values.some((value) => /["\\]/.test(value))) {
    return { missing: `${name} in a list cannot have values with quotes or backslashes.` };
  }
  return { name, value: `in:${values.map((value) => (/^$|,/.test(value) ? `"${value}"` : value)).join(',')}` };
}

function sayNumber(name: string, test: Test): Said | undefined {
  if (test.op === 'exists') return { name: `${name}_min`, value: '0' };
  if (!('value' in test) || typeof test.value !== 'number' || !Number.isInteger(test.value)) return undefined;
  switch (test.op) {
    case 'eq':
      return { name, value: String(test.value) };
    case 'ge':
    case 'gt':
      return { name: `${name}_min`, value: String(test.value + (test.op === 'gt' ? 1 : 0)) };
    case 'le':
    case 'lt':
      return { name: `${name}_max`, value: String(test.value - (test.op === 'lt' ? 1 : 0)) };
    default:
      return undefined;
  }
}

function sayTime(name: string, test: Test): Said | undefined {
  if (test.op === 'in') {
    const [from, to] = test.values;
    if (typeof from !== 'number' || to !== from + SECOND) return undefined;
    return { name, value: `eq:${second(from)}` };
  }
  if (!('value' in test)) return undefined;
  if (typeof test.value === 'object')
    return { missing: `${name} relative to now: this language has exact times only.` };
  if (typeof test.value !== 'number') return undefined;
  const bound = test.op === 'gt' || test.op === 'le' ? test.value + 1 : test.value;
  if (!['gt', 'ge', 'lt', 'le'].includes(test.op) || bound % SECOND !== 0) {
    return { missing: `${name} is compared in whole seconds: ${shown(compare(name, test))}.` };
  }
  return { name, value: `${test.op.startsWith('g') ? 'gte' : 'lt'}:${second(bound)}` };
}

function sayRelation(part: Predicate & { kind: 'some' }): Said | undefined {
  const tests = new Map<string, string>();
  for (const each of conjuncts(part.where)) {
    if (each.kind !== 'compare' || each.test.op !== 'eq') return undefined;
    if (each.test.fold) return { missing: `A ${part.relation} is compared with regard to case only: ${shown(part)}.` };
    if (tests.has(each.field)) return undefined;
    tests.set(each.field, String(each.test.value));
  }
  const value = tests.get('value');
  if (value === undefined) return undefined;
  if (part.relation === 'tag' && tests.size === 1) {
    return value.trim() === value && value !== '' ? { name: 'tag', value } : undefined;
  }
  const key = tests.get('key');
  if (part.relation !== 'label' || key === undefined || tests.size !== 2) return undefined;
  if (isTaken(key))
    return { missing: `A property named ${key} cannot be asked for: the parameter means something else.` };
  return { name: key, value };
}

function isTaken(key: string): boolean {
  const other = ['tag', 'tags', 'deleted', 'changes-since', ''].includes(key) || /._(?:min|max)$/.test(key);
  return other || LIST_PARAMETERS.has(key) || REFUSED_PARAMETERS.has(key) || findGlanceField(key) !== undefined;
}

/** `a or b` over one field is a list of its values. */
function joinAlternatives(part: Predicate): Predicate {
  if (part.kind !== 'or') return part;
  const values = [];
  let field: string | undefined;
  for (const each of part.of) {
    if (each.kind !== 'compare' || ('fold' in each.test && each.test.fold)) return part;
    if (field !== undefined && field !== each.field) return part;
    field = each.field;
    if (each.test.op === 'eq') values.push(each.test.value);
    else if (each.test.op === 'in') values.push(...each.test.values);
    else return part;
  }
  return field === undefined ? part : compare(field, { op: 'in', values: [...new Set(values)] });
}

/** A time from a second to the next is that second; written as the pair of both, which {@link sayTime} knows. */
function joinBounds(parts: readonly Predicate[]): readonly Predicate[] {
  const joined: Predicate[] = [];
  for (const part of parts) {
    const before = joined.at(-1);
    const from = boundOf(before, 'ge');
    const to = boundOf(part, 'lt');
    if (from && to && from.field === to.field && to.at === from.at + SECOND && from.at % SECOND === 0) {
      joined[joined.length - 1] = compare(from.field, { op: 'in', values: [from.at, to.at] });
    } else joined.push(part);
  }
  return joined;
}

function notAt(part: Predicate): { field: string; from: number } | undefined {
  if (part.kind !== 'or' || part.of.length !== 2) return undefined;
  const to = boundOf(part.of[0], 'lt');
  const from = boundOf(part.of[1], 'ge');
  if (!to || !from || to.field !== from.field || from.at !== to.at + SECOND || to.at % SECOND !== 0) return undefined;
  return { field: to.field, from: to.at };
}

function boundOf(part: Predicate | undefined, op: 'ge' | 'lt'): { field: string; at: number } | undefined {
  if (part?.kind !== 'compare' || part.test.op !== op || typeof part.test.value !== 'number') return undefined;
  const name = NAMES.get(part.field);
  if (name === undefined || findGlanceField(name)?.filter !== 'time') return undefined;
  return { field: part.field, at: part.test.value };
}

const KINDS: Readonly<Record<string, string>> = {
  or: 'A choice between different conditions',
  not: 'A negation',
  some: 'This relation',
  tally: 'A count',
};

function second(at: number): string {
  return formatRfc3339(at, 0);
}

function shown(part: Predicate): string {
  const text = JSON.stringify(part);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** Encoded only as far as a URL needs it, so that people can read it. */
function readable(text: string): string {
  return encodePart(text).replace(/%(?:3A|2C|2F|40)/g, decodeURIComponent);
}
