import { sql } from 'kysely';
import { type EntityName, RELATIONS, type RelationName } from '../../query/catalogue.ts';
import { type Condition, type Leaf, parts } from './condition.ts';
import { countSql, leafSql } from './leaf-sql.ts';
import { isTagTable, type Source, sourceOf } from './relations.ts';
import { isByTagId, TAG_ID, WORD_INDEX, wordIndex } from './tag-condition.ts';
import { allOf, column, freely, inProject, type Sql, type SqlWriter, sameColumns, tableAs } from './writer.ts';

/** The row a condition is about: its relation (or entity) and its alias in the statement. */
export interface Scope {
  readonly of: RelationName;
  readonly alias: string;
}

/**
 * A condition as SQL that is true exactly for the rows that satisfy it (it may be null instead of false, which a
 * WHERE does not tell apart). It never chooses an index of the row's table: that is the plan's business.
 * @param inOr whether another condition may hold in its place
 */
export function conditionSql(writer: SqlWriter, condition: Condition, scope: Scope, inOr = false): Sql {
  switch (condition.kind) {
    case 'true':
      return sql`1 = 1`;
    case 'false':
      return sql`1 = 0`;
    case 'and':
      return balanced(
        condition.of.map((part) => conditionSql(writer, part, scope, inOr)),
        sql` and `,
      );
    case 'or':
      // As an operand it is no disjunction to the planner, which would look for an index for each of its parts.
      return sql`${sql.raw(writer.capabilities.unindexed)}${balanced(
        condition.of.map((part) => conditionSql(writer, part, scope, true)),
        sql` or `,
      )}`;
    case 'test':
      return leafSql(writer, condition, scope.of, scope.alias, false);
    case 'some': {
      const rows = relationRows(writer, condition.relation, condition.where, scope, condition);
      // With an offset it stays a look from each row; a planner that took it as a join might begin with it.
      const end = sql.raw(rows.apart && !inOr ? ' limit 1 offset 0' : '');
      return sql`${sql.raw(condition.negated ? 'not exists' : 'exists')} (select 1 ${rows.sql}${end})`;
    }
    case 'tally': {
      const rows = relationRows(writer, condition.relation, condition.where, scope, condition);
      return countSql(writer, condition.check, condition.negated, sql`(select count(*) ${rows.sql})`);
    }
  }
}

/** Engines bound how deep an expression nests, and `a or b or c` nests as deep as it is long: long ones become trees. */
const LONGEST_CHAIN = 50;

function balanced(conditions: readonly Sql[], operator: Sql): Sql {
  if (conditions.length <= LONGEST_CHAIN) return sql`(${sql.join(conditions, operator)})`;
  const half = conditions.length >> 1;
  return sql`(${balanced(conditions.slice(0, half), operator)}${operator}${balanced(conditions.slice(half), operator)})`;
}

/** The rows of a relation of `scope` that satisfy a condition, as a part of a statement. */
export interface RelationRows {
  /** Whose columns the relation's fields are: the row's own, or its dictionary's. */
  readonly alias: string;
  readonly link: Source['link'];
  /** `table as alias`, or two such */
  readonly table: Sql;
  readonly conditions: Sql;
  /** `from table as alias where conditions` */
  readonly sql: Sql;
  /** Whether they are best looked for from each row apart. */
  readonly apart: boolean;
}

/** How rows of a relation are asked for. */
export interface Asked {
  /** Other conditions than the link choose the index. */
  readonly free?: boolean;
  /** Fields are asked besides, so that labels come with their dictionary in any case. */
  readonly named?: boolean;
  /** Few different labels satisfy the condition. */
  readonly few?: boolean;
  /** What is asked of the words besides, where few satisfy it: then other rows are not looked up in the dictionary. */
  readonly words?: (alias: string) => Sql;
}

/** The rows of a relation of `scope` that satisfy a condition. */
export function relationRows(
  writer: SqlWriter,
  relation: RelationName,
  where: Condition,
  scope: Scope,
  { free = false, named = false, few = false, words: asked }: Asked = {},
): RelationRows {
  const source = sourceOf(entityOf(scope.of), relation);
  const alias = writer.alias();
  const rows = sql`${sql.table(source.table)} as ${sql.ref(alias)}`;
  const link = linkSql(writer, source, alias, scope.alias, free);
  const made = (table: Sql, conditions: Sql, more: Partial<RelationRows> = {}): RelationRows => ({
    alias,
    link: source.link,
    table,
    conditions,
    sql: sql`from ${table} where ${conditions}`,
    apart: false,
    ...more,
  });
  if (!isTagTable(source)) {
    const tests = parts(where).map((part) =>
      part.kind === 'test' && isInTagKey(part, source)
        ? leafSql(writer, part, relation, alias, true)
        : conditionSql(writer, part, { of: relation, alias }),
    );
    return made(rows, allOf([link, onlySql(writer, source, alias), ...tests]));
  }
  if (named) {
    const word = writer.alias();
    const words = sql`${sql.table('tag_count')} as ${sql.ref(word)}`;
    const among = asked && idsSql(writer, WORD_INDEX, (other) => [asked(other)]);
    const found = among && sql`(${column(writer, alias, TAG_ID, false)} in (${among})) is true`;
    const same = [inProject(writer, word, !free), sameColumns(word, alias, WORD_KEY)];
    const conditions = allOf([link, found, ...same, ...wordTests(writer, relation, source, where, word)]);
    return made(free ? sql`${words} cross join ${rows}` : sql`${rows} cross join ${words}`, conditions, {
      alias: word,
    });
  }
  // With the row's own key the id is a whole key: it finds one entry.
  const apart = { apart: !writer.whole };
  if (where.kind === 'test' && isByTagId(where))
    return made(rows, allOf([link, leafSql(writer, where, relation, alias, true)]), apart);
  return made(rows, allOf([link, saysSql(writer, { relation, source, where }, alias, few)]), apart);
}

/** Key of the dictionary of labels and tags, which their tables have, too. */
const WORD_KEY = ['project_no', 'bucket', TAG_ID];

/**
 * Whether the words of the row `alias` of a tag table satisfy a condition: its id is one of those that do. Where they
 * are many and a page is soon full, the words of each row are looked up instead.
 */
function saysSql(
  writer: SqlWriter,
  { relation, source, where }: { relation: RelationName; source: Source; where: Condition },
  alias: string,
  few: boolean,
): Sql {
  if (!few && !writer.whole) {
    const word = writer.alias();
    const words = sql`${sql.table('tag_count')} as ${sql.ref(word)}`;
    const tests = allOf(wordTests(writer, relation, source, where, word));
    return sql`(select ${tests} from ${words} where ${inProject(writer, word, true)} and ${sameColumns(word, alias, WORD_KEY)})`;
  }
  const ids = idsSql(writer, wordIndex(where), (other) => wordTests(freely(writer), relation, source, where, other));
  const id = column(writer, alias, TAG_ID, false);
  if (!few) return sql`(${id} in (${ids})) is true`;
  const [before, after] = writer.capabilities.amongFew.split('?');
  return sql`${id} ${sql.raw(before!)}${ids}${sql.raw(after!)}`;
}

/** The ids of the words that satisfy conditions. */
function idsSql(
  writer: SqlWriter,
  index: string | undefined,
  tests: (word: string) => readonly (Sql | undefined)[],
): Sql {
  const word = writer.alias();
  const found = tableAs(writer, 'tag_count', word, index);
  return sql`select ${sql.ref(`${word}.${TAG_ID}`)} from ${found} where ${allOf([inProject(writer, word, false), ...tests(word)])}`;
}

function wordTests(
  writer: SqlWriter,
  relation: RelationName,
  source: Source,
  where: Condition,
  word: string,
): (Sql | undefined)[] {
  const tests = parts(where).map((part) => conditionSql(writer, part, { of: relation, alias: word }));
  return [onlySql(writer, source, word), ...tests];
}

/** Label keys are the end of the key of a table of labels: with the row's own key they find one entry. */
function isInTagKey(leaf: Leaf, { only }: Source): boolean {
  return only === 'labels' && leaf.variant === 'plain' && !leaf.negated && leaf.check.op === 'eq';
}

/** Only entities have relations; the check of the predicate has seen to it. */
export function entityOf(of: RelationName): EntityName {
  if (!Object.hasOwn(RELATIONS, of)) throw new Error(`${of} has no relations.`);
  return of as EntityName;
}

/** Narrows a table to the rows that are the relation's. */
export function onlySql(writer: SqlWriter, source: Pick<Source, 'only'>, alias: string): Sql | undefined {
  switch (source.only) {
    case 'labels':
      return sql`${column(writer, alias, 'key', false)} <> ''`;
    case 'tags':
      return sql`${sql.ref(`${alias}.key`)} = ''`;
    case 'current':
      return sql`${column(writer, alias, 'closed_at', false)} is null`;
    default:
      return undefined;
  }
}

function linkSql(writer: SqlWriter, source: Source, alias: string, parent: string, free: boolean): Sql {
  const { link } = source;
  const here = inProject(writer, alias, !free && link.kind !== 'content-of-image');
  switch (link.kind) {
    case 'key':
      return sql`${here} and ${sameColumns(alias, parent, link.columns)}`;
    case 'shows-content': {
      const shown = writer.alias();
      const digest = sameColumns(shown, parent, ['config_digest']);
      return sql`${here} and ${sql.ref(`${alias}.image_id`)} in (select ${sql.ref(`${shown}.image_id`)} from ${sql.table('platform')} as ${sql.ref(shown)} where ${inProject(writer, shown, false)} and ${digest})`;
    }
    case 'layer-of-content': {
      const shown = writer.alias();
      const same = allOf([
        sameColumns(shown, alias, ['project_no', 'bucket', 'image_id']),
        sameColumns(shown, parent, ['config_digest']),
      ]);
      const position = sql`${sql.ref(`${alias}.platform_position`)} in (select ${sql.ref(`${shown}.position`)} from ${sql.table('platform')} as ${sql.ref(shown)} where ${inProject(writer, shown, true)} and ${same})`;
      return sql`${here} and ${sameColumns(alias, parent, ['image_id'])} and ${position}`;
    }
    case 'content-of-image': {
      const shown = writer.alias();
      const key = sameColumns(shown, parent, ['project_no', 'bucket', 'image_id']);
      return sql`${here} and ${sql.ref(`${alias}.config_digest`)} in (select ${sql.ref(`${shown}.config_digest`)} from ${sql.table('platform')} as ${sql.ref(shown)} where ${inProject(writer, shown, true)} and ${key})`;
    }
  }
}
