import { compare, type Predicate } from '../../../query/predicate.ts';
import { canonical } from './canonical.ts';
import type { Column } from './column.ts';
import { anyOf } from './read-value.ts';
import { sayColumn } from './say-column.ts';
import type { Said } from './say-text.ts';
import { splitQuery } from './split.ts';

/** A label with its values, as written, and what they ask for together. */
export interface Phrase {
  readonly label: string;
  readonly texts: readonly string[];
  readonly means: Predicate;
}

/** What a label is read with. */
export interface Reader {
  readonly label: string;
  readonly column: Column;
  readonly read: (value: string) => Predicate;
}

/**
 * Every alternative of a condition on one column as values of its label, read back and compared.
 * @param absent whether `-` stands among the values
 * @returns `undefined` when some alternative cannot be written
 */
export function sayValues(reader: Reader, part: Predicate, absent = false): Phrase | undefined {
  const { label, column, read } = reader;
  const { plain, companions } = alternatives(part, column);
  const chosen: Said[] = [];
  for (const each of plain) {
    const ways = sayColumn(column, each);
    // An enum says each of its names by a value of its own; other columns offer ways to say the same.
    const picked = column.type === 'enum' ? ways : ways.filter(({ text }) => staysWhole(label, text)).slice(0, 1);
    if (picked.length === 0) return undefined;
    chosen.push(...picked);
  }
  const texts = [...new Set([...chosen.map(({ text }) => text), ...(absent ? ['-'] : [])])];
  if (texts.length === 0) return undefined;
  try {
    const means = anyOf(texts.map(read));
    const claimed = anyOf([...chosen.map((each) => each.means), ...companions, ...(absent ? [read('-')] : [])]);
    return canonical(means) === canonical(claimed) ? { label, texts, means } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value is read as it was written, alone and beside others. */
export function staysWhole(label: string, text: string): boolean {
  return [[text], ['-', text, '-']].every((values) => {
    const pairs = splitQuery(`${label}:${values.join(',')}`);
    return pairs.length === 1 && pairs[0]?.values.join('\0') === values.join('\0');
  });
}

function alternatives(part: Predicate, column: Column) {
  const field = column.field ?? '';
  const all = part.kind === 'or' ? part.of : [part];
  const unlisted = all.flatMap((each): Predicate[] => {
    if (column.type === 'enum' || each.kind !== 'compare' || each.test.op !== 'in') return [each];
    const { fold } = each.test;
    return each.test.values.map((value) => compare(field, { op: 'eq', value, fold }));
  });
  // A missing value that counts as 0 or '' comes along with another alternative.
  const isCompanion = (each: Predicate) =>
    column.missing !== undefined && each.kind === 'not' && each.of.kind === 'compare' && each.of.test.op === 'exists';
  const companions = unlisted.filter(isCompanion);
  return companions.length < unlisted.length
    ? { plain: unlisted.filter((each) => !isCompanion(each)), companions }
    : { plain: unlisted, companions: [] };
}
