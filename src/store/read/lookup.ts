import { sql } from 'kysely';
import { type EntityName, findField, type RelationName } from '../../query/catalogue.ts';
import { fold } from '../../query/predicate.ts';
import { foldsAsStored } from '../indexed-text.ts';
import { tableNamed } from '../tables.ts';
import type { Finder, Lookup, Plan } from './access.ts';
import { type Condition, parts, TRUE } from './condition.ts';
import type { ReadContext } from './context.ts';
import { MOST_PAIRS } from './dictionary.ts';
import { finderRows } from './finder-sql.ts';
import { equalsOf, type Question } from './question.ts';
import { columnOf, isTagTable, sourceOf } from './relations.ts';
import { isByTagId } from './tag-condition.ts';
import { sqlWriter } from './writer.ts';

/** Columns that a handful of rows share at most. */
const FEW_PER_VALUE: Readonly<Record<string, readonly string[]>> = {
  image: ['image_id', 'digest'],
  content: ['content_id', 'config_digest'],
  container: ['container_id'],
};

/**
 * How an index finds the rows of an entity that satisfy one condition: a test of an own column, or a relation with
 * such tests. Undefined when no index does.
 */
export function lookupsOf(
  entity: EntityName,
  part: Condition,
  values: readonly unknown[],
): { finder: Finder; values: readonly unknown[] } | undefined {
  if (part.kind === 'test') return finderOf({ table: entity, of: entity }, [part], TRUE, values);
  if (part.kind !== 'some' || part.negated) return undefined;
  const source = sourceOf(entity, part.relation);
  // The rows name the entity's only where their key begins with its key.
  if (source.link.kind !== 'key' || part.relation === 'image') return undefined;
  if (entity === 'placement' && source.table !== 'placement_tag') return undefined;
  if (isTagTable(source)) {
    // The words of labels are not in the table: conditions on them are resolved to ids first.
    if (!isByTagId(part.where)) return undefined;
    return finderOf({ table: source.table, of: part.relation }, [part.where], part.where, values);
  }
  return finderOf({ table: source.table, of: part.relation, only: source.only }, parts(part.where), part.where, values);
}

function finderOf(
  from: Pick<Finder, 'table' | 'of' | 'only'>,
  conditions: readonly Condition[],
  where: Condition,
  values: readonly unknown[],
): { finder: Finder; values: readonly unknown[] } | undefined {
  const equal = new Map<string, readonly unknown[]>();
  const ranges = new Map<string, string>();
  for (const part of conditions) {
    for (const [column, found] of columnsOf(from.of, part, values)) equal.set(column, found);
    if (part.kind === 'test' && !part.negated && part.variant !== 'lower' && part.check.op === 'range') {
      ranges.set(
        part.variant === 'fold' ? `${columnOf(from.of, part.field)}_fold` : columnOf(from.of, part.field),
        part.field,
      );
    }
  }
  const tests = where.kind === 'true' && conditions.length === 1 ? conditions[0]! : where;
  let best: { index: string; lookups: Lookup[]; range: string | undefined; score: number } | undefined;
  const { indexes } = tableNamed(from.table);
  // A container's image is part of its key, behind the bucket.
  const imageId = equal.get('image_id');
  if (imageId && from.table === 'container') {
    const finder = { ...from, lookups: [{ column: 'image_id', values: imageId.length }], byKey: true, where: tests };
    return { finder, values: imageId };
  }
  for (const { name, columns } of indexes) {
    const lookups: Lookup[] = [];
    for (const column of columns.slice(1)) {
      const found = equal.get(column);
      if (!found) break;
      lookups.push({ column, values: found.length });
    }
    const range = ranges.get(columns[1 + lookups.length] ?? '');
    const score = lookups.length * 2 + (range === undefined ? 0 : 1);
    if (score > (best?.score ?? 0)) best = { index: name, lookups, range, score };
  }
  if (!best) return undefined;
  return {
    finder: {
      ...from,
      index: best.index,
      lookups: best.lookups,
      ...(best.range === undefined ? {} : { range: best.range }),
      where: tests,
    },
    values: best.lookups.flatMap(({ column }) => equal.get(column)!),
  };
}

/** The index columns a test gives values for: its own, and the folded twin of a plain one. */
function columnsOf(of: RelationName, part: Condition, values: readonly unknown[]): [string, readonly unknown[]][] {
  const found = equalsOf(part, values);
  if (!found || part.kind !== 'test' || found.length > MOST_PAIRS) return [];
  const column = columnOf(of, part.field);
  if (part.variant === 'fold') return [[`${column}_fold`, found]];
  const own: [string, readonly unknown[]] = [column, found];
  if (findField(of, part.field)?.fold !== true || !found.every((value) => foldsAsStored(value as string))) return [own];
  return [own, [`${column}_fold`, [...new Set(found.map((value) => fold(value as string)))]]];
}

/** Whether few rows are found whatever the data. */
export function isSurelyFew(finder: Finder): boolean {
  const [first] = finder.lookups;
  return (
    first !== undefined && finder.table === finder.of && (FEW_PER_VALUE[finder.table]?.includes(first.column) ?? false)
  );
}

/** Whether a plan by index finds at most so many rows; asks the index, no further than that. */
export async function foundAtMost(
  context: ReadContext,
  question: Question,
  plan: Plan,
  most: number,
): Promise<boolean> {
  if (plan.access.kind !== 'ids') return false;
  const { finder } = plan.access;
  const { project, values } = question;
  return context.kept(project, 'few', [finder, plan.values, values, most], async () => {
    const writer = sqlWriter(context.capabilities(), project.bucketCount);
    const build = () =>
      sql`select count(*) as n from (select 1 as one ${finderRows(writer, finder)} limit ${sql.lit(most + 1)}) as f`;
    const rows = await context.run<{ n: number }>(project, ['few', finder, most], build, {
      where: values,
      access: plan.values,
    });
    return rows[0]!.n <= most;
  });
}
