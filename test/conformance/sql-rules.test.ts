import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Project } from '../../src/domain/credential.ts';
import type { EntityName } from '../../src/query/catalogue.ts';
import { checkQuestion, ingestWorld, type Question } from '../support/evaluate-check.ts';
import { groupingOf, predicateOf, sortOf, type Vocabulary } from '../support/evaluate-questions.ts';
import { vocabularyOf } from '../support/evaluate-rows.ts';
import { reports } from '../support/evaluate-worlds.ts';
import { findViolations } from '../support/sql-rules/assert.ts';
import { checkStatement } from '../support/sql-rules/rules.ts';
import { type OpenTestStore, openTestStore } from '../support/stores.ts';

/** Conditions of rule 1 for an alias, with several buckets. */
const at = (alias: string): string => `"${alias}"."project_no" = $1 and "${alias}"."bucket" in ($2, $3)`;
/** The join of rule 3. */
const same = (a: string, b: string): string =>
  ['project_no', 'bucket', 'image_id'].map((column) => `"${a}"."${column}" = "${b}"."${column}"`).join(' and ');
const ORDER = 'order by "e"."updated_at" desc, "e"."image_id" desc limit $4';

describe('the checker lets through', () => {
  test.each([
    ['a page', `select * from "image" as "e" where ${at('e')} ${ORDER}`],
    ['one bucket', 'select "image_id" from "image" where "project_no" = $1 and "bucket" = $2'],
    ['values that are cast', 'select 1 from "image" as e where e.project_no = cast($1 as uuid) and e.bucket = $2::int'],
    ['brackets around conditions', `select 1 from "image" as "e" where (("e"."project_no" = $1) and ("e"."bucket" = $2))`],
    ['an EXISTS that repeats all', `select 1 from "image" as "e" where ${at('e')} and exists (select 1 from "image_tag" as "t" where ${at('t')} and ${same('t', 'e')})`],
    ['an OR of such', `select 1 from "image" as "e" where ${at('e')} and ("e"."size" = $4 or not exists (select 1 from "image_tag" as "t" where ${at('t')} and ${same('e', 't')}))`],
    ['a join through a third', `select 1 from "image_tag" as "t" cross join "image" as "e" cross join "platform" as "p" where ${at('t')} and ${at('e')} and ${at('p')} and ${same('t', 'e')} and ${same('p', 't')}`],
    ['the words of tags', `select 1 from "image_tag" as "t" cross join "tag_count" as "w" cross join "image" as "e" where ${at('t')} and ${at('w')} and ${at('e')} and ${same('t', 'e')} and ${['project_no', 'bucket', 'tag_id'].map((column) => `"w"."${column}" = "t"."${column}"`).join(' and ')}`],
    ['a join with ON', `select 1 from "image_tag" as "t" inner join "image" as "e" on ${same('t', 'e')} where ${at('t')} and ${at('e')}`],
    ['a sub-query that hands its place on', `select 1 from (select "t"."project_no", "t"."bucket", "t"."image_id" from "image_tag" as "t" where ${at('t')}) as "f" cross join "image" as "e" where ${at('e')} and ${same('f', 'e')}`],
    ['what one image needs not be told of another', `select "image_id" from "image" as "e" where ${at('e')} and "e"."image_id" in (select "x"."image_id" from "image_tag" as "x" where ${at('x')})`],
    ['a page of groups', `with g as (select "e"."status" as "v", count(*) as n from "image" as "e" where ${at('e')} group by "e"."status") select * from g order by "g"."n" desc, "g"."v" asc limit $4`],
    ['a page by a name that is unique with another', `select 1 from "placement" as "e" where ${at('e')} order by "e"."name", "e"."digest_head" limit $4`],
    ['a page walked over the tags', `select "e"."summary" from "image_tag" as "t" cross join "image" as "e" where ${at('t')} and ${at('e')} and ${same('t', 'e')} order by "t"."updated_at", "t"."image_id" limit $4`],
    ['claiming jobs', 'select * from "job" where "queue" = $1 order by "rank", "due_at", "job_id" limit $2 for update skip locked'],
    ['locking one bucket', 'select 1 from "image" where "project_no" = $1 and "bucket" = $2 for update'],
    ['an upsert of values', 'insert into "image_tag" ("project_no", "bucket", "image_id", "key", "value") values ($1, $2, $3, $4, $5), ($6, $7, $8, $9, $10) on conflict ("project_no") do update set "value" = excluded."value"'],
    ['tables that are everywhere', 'update "project" set "name" = $1 where "project_id" = $2'],
    ['a name with a quotation mark in a text', `select 'it''s now()' from "project" where "name" = $1`],
  ])('%s', (_, sql) => {
    expect(checkStatement(sql)).toEqual([]);
  });
}); // biome-ignore format: a table

describe('the checker catches', () => {
  test.each<[number, string, string]>([
    [1, 'no bucket', 'select 1 from "image" where "project_no" = $1'],
    [1, 'no project', 'select 1 from "image" where "bucket" in ($1, $2)'],
    [1, 'a range of buckets', 'select 1 from "image" where "project_no" = $1 and "bucket" >= $2 and "bucket" < $3'],
    [1, 'all buckets but some', 'select 1 from "image" where "project_no" = $1 and "bucket" not in ($2)'],
    [1, 'buckets out of a query', 'select 1 from "image" where "project_no" = $1 and "bucket" in (select "bucket_base" from "project")'],
    [1, 'buckets in one arm of OR', 'select 1 from "image" where "project_no" = $1 and ("bucket" = $2 or "size" = $3)'],
    [1, 'a bucket of something else', `select 1 from "image" as "e" cross join "image_tag" as "t" where ${at('e')} and ${same('e', 't')}`],
    [1, 'an UPDATE of all', 'update "image" set "size" = $1 where "project_no" = $2'],
    [1, 'a DELETE of all', 'delete from "image_tag" where "project_no" = $1 and "image_id" = $2'],
    [2, 'an EXISTS that relies on its join', `select 1 from "image" as "e" where ${at('e')} and exists (select 1 from "image_tag" as "t" where ${same('t', 'e')})`],
    [2, 'an IN that says nothing', `select 1 from "image" as "e" where ${at('e')} and "e"."image_id" in (select "image_id" from "image_tag" where "tag_id" = $4)`],
    [2, 'a sub-query in FROM', 'select count(*) from (select 1 from "image" where "project_no" = $1 limit 5) as "c"'],
    [2, 'a sub-query in the select list', `select (select count(*) from "container" as "c" where ${same('c', 'e')}) from "image" as "e" where ${at('e')}`],
    [2, 'a WITH', 'with g as (select "image_id" from "image" where "project_no" = $1) select * from g'],
    [2, 'an arm of UNION inside', `select * from (select "image_id" from "image" as "e" where ${at('e')} union all select "image_id" from "image_tag") as "u"`],
    [2, 'the rows of an INSERT', 'insert into "image_member" ("project_no", "bucket", "image_id") select "project_no", "bucket", "image_id" from "image" where "project_no" = $1'],
    [3, 'a join on the id alone', `select 1 from "image" as "e" cross join "image_tag" as "t" where ${at('e')} and ${at('t')} and "e"."image_id" = "t"."image_id"`],
    [3, 'a join on bucket and id', `select 1 from "image" as "e" cross join "image_tag" as "t" where ${at('e')} and ${at('t')} and "e"."bucket" = "t"."bucket" and "e"."image_id" = "t"."image_id"`],
    [3, 'no join at all', `select 1 from "image" as "e", "image_tag" as "t" where ${at('e')} and ${at('t')}`],
    [3, 'a join inside OR', `select 1 from "image" as "e" cross join "image_tag" as "t" where ${at('e')} and ${at('t')} and ((${same('e', 't')}) or "e"."size" = $4)`],
    [3, 'an EXISTS that is joined by the id alone', `select 1 from "image" as "e" where ${at('e')} and exists (select 1 from "image_tag" as "t" where ${at('t')} and "t"."image_id" = "e"."image_id")`],
    [3, 'an EXISTS that is joined by something else', `select 1 from "image" as "e" where ${at('e')} and exists (select 1 from "container" as "c" where ${at('c')} and "c"."image_digest" = "e"."digest")`],
    [3, 'the words of tags by the id alone', `select 1 from "image_tag" as "t" cross join "tag_count" as "w" where ${at('t')} and ${at('w')} and "w"."tag_id" = "t"."tag_id"`],
    [3, 'a content with its image', `select 1 from "content" as "c" cross join "image" as "e" where ${at('c')} and ${at('e')} and "e"."project_no" = "c"."project_no" and "e"."image_id" = "c"."image_id"`],
    [3, 'a sub-query that is joined by the id alone', `select 1 from (select "t"."project_no", "t"."bucket", "t"."image_id" from "image_tag" as "t" where ${at('t')}) as "f" cross join "image" as "e" where ${at('e')} and "f"."image_id" = "e"."image_id"`],
    [7, 'rows out of unnest', 'insert into "image_tag" ("project_no", "bucket", "image_id", "key", "value") select $1, $2, $3, k, v from unnest($4, $5) as u(k, v)'],
    [7, 'a row without its bucket', 'insert into "image_tag" ("project_no", "image_id") values ($1, $2)'],
    [8, 'the time in an UPDATE', 'update "job" set "finished_at" = extract(epoch from now()) where "job_id" = $1'],
    [8, 'chance in an UPDATE', 'update "project" set "bucket_base" = random() where "project_id" = $1'],
    [8, 'the time in DO UPDATE', 'insert into "lease" ("name", "holder") values ($1, $2) on conflict ("name") do update set "holder" = current_timestamp'],
    [8, 'the time in the condition of DO UPDATE', 'insert into "lease" ("name") values ($1) on conflict ("name") do update set "holder" = $2 where "lease"."lease_until" < now()'],
    [12, 'locking several buckets', `select 1 from "image" as "e" where ${at('e')} for update`],
    [12, 'locking a table that is everywhere', 'select 1 from "project" where "project_id" = $1 for update'],
    [12, 'sharing a lock', `select 1 from "image" as "e" where ${at('e')} for share`],
    [19, 'a page by time alone', `select 1 from "image" as "e" where ${at('e')} order by "e"."updated_at" desc limit $4`],
    [19, 'a page by half of what is unique', `select 1 from "placement" as "e" where ${at('e')} order by "e"."size", "e"."name" limit $4`],
    [19, 'a page of jobs', 'select * from "job" order by "created_at" desc limit $1'],
    [19, 'a page of groups by their count', `with g as (select "e"."status" as "v", count(*) as n from "image" as "e" where ${at('e')} group by "e"."status") select * from g order by "g"."n" desc limit $4`],
    [19, 'a page inside', `select 1 from (select "e"."image_id" from "image" as "e" where ${at('e')} order by "e"."size" limit $4) as "p"`],
    [19, 'an expression that hides the id', `select 1 from "image" as "e" where ${at('e')} order by "e"."size", lower("e"."digest") limit $4`],
  ])('rule %i: %s', (rule, _, sql) => {
    expect(checkStatement(sql).map((violation) => violation.rule)).toContain(rule);
  });

  test('a table that is in no list, and a text that is no statement', () => {
    expect(() => checkStatement('select 1 from "shadow_image"')).toThrow('shadow_image');
    expect(() => checkStatement('create table x (y integer)')).toThrow();
    expect(() => checkStatement('select (1')).toThrow('bracket');
  });
}); // biome-ignore format: a table

describe('the statements of the store', () => {
  const SEED = 20_261_122;
  /** Several buckets, so that the statements have the form they have on several nodes. */
  const WIDE: Project = { id: 'ab'.repeat(16), no: 1, name: 'wide', bucketBase: 5, bucketCount: 3, createdAt: 0 };
  let opened: OpenTestStore;

  beforeAll(async () => {
    opened = await openTestStore('postgres');
  });
  afterAll(() => opened.close());

  test('follow the rules when a project has several buckets, and its answers are right', async () => {
    const { store, statements } = opened;
    const world = await ingestWorld(store, WIDE, reports({ images: 20, machines: 5, containers: 30 }, SEED));
    const asked = fc.asyncProperty(questionOf(vocabularyOf(world)), (question) =>
      checkQuestion(store, WIDE, world, question),
    );
    await fc.assert(asked, { seed: SEED, numRuns: 60 });
    const spread = [...statements].filter((sql) => /"bucket" in \(\$\d+, \$\d+, \$\d+\)/.test(sql));
    expect(spread.length).toBeGreaterThan(60);
    expect(findViolations(statements)).toEqual([]);
  }, 120_000);

  test('are seen by whoever closes a test store', async () => {
    const other = await openTestStore('postgres');
    await other.store.projects();
    (other.statements as Set<string>).add('select 1 from "image"');
    await expect(other.close()).rejects.toThrow('rule 1');
  });
});

function questionOf(vocabulary: Vocabulary): fc.Arbitrary<Question> {
  return fc.constantFrom<EntityName>('image', 'placement', 'content', 'container').chain((entity) =>
    fc.record({
      entity: fc.constant(entity),
      where: predicateOf(entity, vocabulary),
      sort: sortOf(entity, vocabulary),
      by: groupingOf(entity),
      limit: fc.integer({ min: 3, max: 25 }),
      offset: fc.integer({ min: 0, max: 40 }),
    }),
  );
}
