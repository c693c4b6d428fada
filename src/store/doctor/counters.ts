import { type RawBuilder, sql } from 'kysely';
import type { Engine, Statement } from '../engine.ts';
import { foldedKey, foldedValue } from '../indexed-text.ts';
import { tagId } from '../tag-id.ts';
import type { Session } from '../write/session.ts';
import type { Difference } from './compare.ts';

/** The most differences of one kind that are listed. */
const LISTED = 100;
/** Words looked at together. */
const AT_ONCE = 1_000;

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
      const count = sql.ref(`${entity}_count`);
      const real = sql`select tag_id, count(*) as n from ${sql.table(table)} where ${here} group by tag_id`;
      const kept = sql`select tag_id, ${count} as n from tag_count where ${here} and ${count} <> 0`;
      for (const row of await difference(engine, real, kept))
        found.push(miscounted('tag_count', entity, row, 'is the count of the rows, and not kept'));
      for (const row of await difference(engine, kept, real))
        found.push(miscounted('tag_count', entity, row, 'is kept, and not the count of the rows'));
    }
    found.push(...(await checkWords(engine, session, bucket)));
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

interface Word {
  readonly tag_id: string;
  readonly key: string;
  readonly key_fold: string;
  readonly value: string;
  readonly value_fold: string;
}

/** Whether the dictionary has the right words under every id. */
async function checkWords(engine: Engine, session: Session, bucket: number): Promise<Difference[]> {
  const found: Difference[] = [];
  for (let after = ''; ; ) {
    const page = sql`select tag_id, key, key_fold, value, value_fold from tag_count where project_no = ${session.scope.no} and bucket = ${bucket} and tag_id > ${after} order by tag_id limit ${sql.lit(AT_ONCE)}`;
    const rows = await engine.all<Word>(built(engine, page));
    for (const { tag_id, key, key_fold, value, value_fold } of rows) {
      if (tagId(key, value) !== tag_id || foldedKey(key) !== key_fold || foldedValue(value) !== value_fold)
        found.push({ table: 'tag_count', row: tag_id, problem: `stands for ${key}=${value}` });
    }
    const last = rows.at(-1);
    if (!last || found.length >= LISTED) return found;
    after = last.tag_id;
  }
}

function miscounted(
  table: string,
  entity: string,
  row: Readonly<Record<string, unknown>>,
  problem: string,
): Difference {
  return { table, row: `${entity} ${row['tag_id']}`, problem: `${row['n']} ${problem}` };
}
