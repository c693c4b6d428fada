import { formatRfc3339 } from '../../domain/time.ts';
import type { Printed } from '../language.ts';
import { conjuncts, type Predicate, type Test, type Value } from '../predicate.ts';
import { NATIVE_FIELDS } from './fields.ts';
import { quote } from './values.ts';

/** Says a predicate over images in the native language; what it has no words for is named. */
export function printNative(where: Predicate): Printed {
  const missing: string[] = [];
  const parts: string[] = [];
  for (const part of conjuncts(where)) {
    const text = say(part, missing);
    if (text === undefined) missing.push(`The native language has no word for: ${describe(part)}`);
    else parts.push(part.kind === 'or' && conjuncts(where).length > 1 ? `(${text})` : text);
  }
  if (where.kind === 'none') missing.push('A query that matches nothing.');
  return { text: parts.join(' '), missing };
}

function say(part: Predicate, notes: string[]): string | undefined {
  switch (part.kind) {
    case 'and': {
      const texts = part.of.map((inner) => wrap(inner, 'or', notes));
      return texts.includes(undefined) ? undefined : texts.join(' ');
    }
    case 'or': {
      const texts = part.of.map((inner) => wrap(inner, 'and', notes));
      return texts.includes(undefined) ? undefined : texts.join(' OR ');
    }
    case 'not': {
      const text = wrap(part.of, 'any', notes);
      return text === undefined ? undefined : `-${text}`;
    }
    case 'compare':
      if (part.field === 'running_count' && part.test.op === 'gt' && part.test.value === 0) return 'running:true';
      return sayTest(wordFor(undefined, part.field), part.test);
    case 'some':
      return saySome(part, notes);
    default:
      return undefined;
  }
}

function wrap(part: Predicate, kind: 'and' | 'or' | 'any', notes: string[]): string | undefined {
  const text = say(part, notes);
  if (text === undefined) return undefined;
  return part.kind === kind || (kind === 'any' && (part.kind === 'and' || part.kind === 'or')) ? `(${text})` : text;
}

function saySome(part: Predicate & { kind: 'some' }, notes: string[]): string | undefined {
  const { relation, where } = part;
  if (relation === 'label') return sayLabel(where, notes);
  if (relation === 'placement' && where.kind === 'compare') {
    const word = PLACEMENT_WORDS[where.field];
    return word === undefined ? undefined : sayTest(word, where.test);
  }
  return where.kind === 'compare' ? sayTest(wordFor(relation, where.field), where.test) : undefined;
}

const PLACEMENT_WORDS: Readonly<Record<string, string>> = {
  registry: 'registry',
  repository: 'repository',
  size: 'size',
  built_at: 'built',
  container_count: 'containers',
};

function sayLabel(where: Predicate, notes: string[]): string | undefined {
  const parts = conjuncts(where);
  const key = parts.find((part) => part.kind === 'compare' && part.field === 'key');
  const value = parts.find((part) => part.kind === 'compare' && part.field === 'value');
  if (key?.kind !== 'compare' || key.test.op !== 'eq' || parts.length !== (value ? 2 : 1)) return undefined;
  const word = `label.${String(key.test.value)}`;
  if (!/^[\w.-]+$/.test(word)) return undefined;
  if (key.test.fold) notes.push(`The key of ${word} is compared to the letter here.`);
  return value?.kind === 'compare' ? sayTest(word, value.test) : `${word}:*`;
}

function wordFor(relation: string | undefined, field: string): string | undefined {
  for (const [word, known] of NATIVE_FIELDS) {
    if (known.at.relation === relation && known.at.field === field) return word;
  }
  return undefined;
}

function sayTest(word: string | undefined, test: Test): string | undefined {
  if (word === undefined) return undefined;
  switch (test.op) {
    case 'exists':
      return `${word}:*`;
    case 'eq':
      return typeof test.value === 'string' && !test.fold
        ? `${word}:"${escapeText(test.value)}"`
        : sayValue(word, '', test.value);
    case 'in': {
      const texts = test.values.map((value) =>
        typeof value === 'string' && !test.fold ? `"${escapeText(value)}"` : sayPlain(value),
      );
      return `${word}:(${texts.join(',')})`;
    }
    case 'lt':
      return sayValue(word, '<', test.value);
    case 'le':
      return sayValue(word, '<=', test.value);
    case 'gt':
      return sayValue(word, '>', test.value);
    case 'ge':
      return sayValue(word, '>=', test.value);
    case 'prefix':
      return test.fold && !/[*?\s(),"]/.test(test.value) ? `${word}:${test.value}*` : undefined;
    case 'contains':
      return test.fold && !/[*?\s(),"]/.test(test.value) ? `${word}:*${test.value}*` : undefined;
    case 'like': {
      if (!test.fold || /[*?\s(),"]/.test(test.pattern) || /\\/.test(test.pattern)) return undefined;
      return `${word}:${test.pattern.replaceAll('%', '*').replaceAll('_', '?')}`;
    }
    case 'regex':
      return test.fold ? `${word}~"${escapeText(test.pattern)}"` : undefined;
    default:
      return undefined;
  }

  function sayPlain(value: Value): string {
    if (typeof value === 'object')
      return value.fromNow === 0 ? 'now' : `now${value.fromNow < 0 ? '-' : '+'}${Math.abs(value.fromNow) / 1_000_000}s`;
    if (typeof value === 'string') return quote(value);
    return isTimeWord(word!) && typeof value === 'number' ? formatRfc3339(value) : String(value);
  }

  function sayValue(of: string, operator: string, value: Value): string {
    return `${of}:${operator}${sayPlain(value)}`;
  }
}

function isTimeWord(word: string): boolean {
  return NATIVE_FIELDS.get(word)?.type === 'time';
}

function escapeText(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}

/** A short plain description of a condition, for messages about what a language cannot say. */
export function describe(part: Predicate): string {
  switch (part.kind) {
    case 'compare':
      return `${part.field} ${part.test.op}`;
    case 'some':
      return `some ${part.relation} (${describe(part.where)})`;
    case 'tally':
      return `number of ${part.relation}`;
    case 'not':
      return `not (${describe(part.of)})`;
    case 'and':
    case 'or':
      return part.of.map(describe).join(` ${part.kind} `);
    default:
      return part.kind;
  }
}
