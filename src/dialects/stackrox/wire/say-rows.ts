/** Conditions on the rows of a table as labels. */
import type { RelationName } from '../../../query/catalogue.ts';
import { ALL, and, conjuncts, not, or, type Predicate } from '../../../query/predicate.ts';
import { LABELS, type TableName } from '../fields.ts';
import { readValue } from './read-value.ts';
import { fieldOf, pairRanges, type Saying } from './say-parts.ts';
import { type Phrase, type Reader, sayValues } from './say-values.ts';
import { relationOf, someRow } from './tables.ts';

const JOINED = new Map<string, Reader & { readonly table: TableName }>();
for (const [label, what] of Object.entries(LABELS)) {
  if (what.kind !== 'joined' || what.column.field === null) continue;
  const { table, column } = what;
  const read = (value: string) => readValue(column, value);
  JOINED.set(`${relationOf(table)} ${column.field}`, { label, column, read, table });
}

/**
 * Says that some row satisfies `where`, or (`absent`) that there is none; a nullish `where` asks for the absence only.
 * @returns `undefined` when this language has no words for it
 */
export function sayRows(relation: RelationName, where: Predicate | undefined, absent: boolean): Saying | undefined {
  const parts = where && pairRanges(conjuncts(where).filter((each) => !isScope(relation, each)));
  const any = [...JOINED].find(([name]) => name.startsWith(`${relation} `))?.[1];
  if (!any) return undefined;
  const { table } = any;
  const none = not(someRow(table, undefined, ALL));
  if (!parts || parts.length === 0) {
    const texts = [...(parts ? ['*'] : []), ...(absent ? ['-'] : [])];
    const means = or(parts ? someRow(table, undefined, ALL) : { kind: 'none' }, absent ? none : { kind: 'none' });
    return { phrases: [{ label: any.label, texts, means: ALL }], rows: relation, means };
  }
  const phrases: Phrase[] = [];
  for (const part of parts) {
    const reader = JOINED.get(`${relation} ${fieldOf(part) ?? ''}`);
    const phrase = reader && sayValues(reader, part, absent);
    if (!phrase) return undefined;
    phrases.push(phrase);
  }
  // `-` alone would take images without rows too; a label that every row has keeps them out.
  if (!absent && phrases.every(({ texts }) => texts.includes('-'))) {
    phrases.push({ label: any.label, texts: ['*'], means: ALL });
  }
  const present = someRow(table, undefined, and(...phrases.map(({ means }) => means)));
  return { phrases, rows: relation, means: absent ? or(present, none) : present };
}

/** What makes a container a workload is said by asking of workloads at all. */
export function isScope(relation: RelationName, part: Predicate): boolean {
  if (relation !== 'container' || part.kind !== 'not' || part.of.kind !== 'compare') return false;
  const { field, test } = part.of;
  if (test.op !== 'eq') return false;
  return (field === 'state' && test.value === 'gone') || (field === 'namespace' && test.value === '');
}
