import { type RawBuilder, sql } from 'kysely';
import type { Engine, Statement } from '../engine.ts';
import type { Session } from '../write/session.ts';
import type { Difference } from './compare.ts';

/** The most differences of one kind that are listed. */
const LISTED = 100;

const TAG_TABLES = [
  ['image', 'image_tag'],
  ['placement', 'placement_tag'],
  ['content', 'content_tag'],
] as const;
const COUNTED = ['image', 'placement', 'content', 'container'] as const;

/** Rows that only one of two queries gives, which should give the same. */
async function difference(
  engine: Engine,
  left: RawBuilder<unknown>,
  right: RawBuilder<unknown>,
): Promise<Readonly<Record<string, unknown>>[]> {
  return engine.all(built(engine, sql`select * from (${left} except ${right}) as d limit ${sql.lit(LISTED)}`));
}

function built(engine: Engine, text: RawBuilder<unknown>): Statement {
  return text.compile(engine.sql);
}

/** Counters of tags and rows against the rows they count, bucket by bucket. */
export async function checkCounters(engine: Engine, session: Session): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const bucket of session.buckets) {
    const here = sql`project_no = ${session.scope.no} and bucket = ${bucket}`;
    for (const [entity, table] of TAG_TABLES) {
      const real = sql`select key, value, key_fold, value_fold, count(*) as n from ${sql.table(table)} where ${here} group by key, value, key_fold, value_fold`;
      const kept = sql`select key, value, key_fold, value_fold, count as n from tag_count where ${here} and entity = ${sql.lit(entity)}`;
      for (const row of await difference(engine, real, kept))
        found.push(miscounted('tag_count', entity, row, 'is the count of the rows, and not kept'));
      for (const row of await difference(engine, kept, real))
        found.push(miscounted('tag_count', entity, row, 'is kept, and not the count of the rows'));
    }
    for (const entity of COUNTED) {
      const real = sql`select count(*) as n from ${sql.table(entity)} where ${here}`;
      const kept = sql`select coalesce(sum(count), 0) as n from row_count where ${here} and entity = ${sql.lit(entity)}`;
      const [counted] = await engine.all<{ n: number }>(built(engine, real));
      const [stored] = await engine.all<{ n: number }>(built(engine, kept));
      if (Number(counted?.n) !== Number(stored?.n))
        found.push({ table: 'row_count', row: entity, problem: `is ${stored?.n}, should be ${counted?.n}` });
    }
  }
  return found;
}

function miscounted(
  table: string,
  entity: string,
  row: Readonly<Record<string, unknown>>,
  problem: string,
): Difference {
  return { table, row: `${entity} ${row['key']}=${row['value']}`, problem: `${row['n']} ${problem}` };
}
