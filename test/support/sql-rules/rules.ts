/**
 * The rules that let every statement of the store run on distributed PostgreSQL (Citus), checked on its text. The
 * inventory's tables are spread by `bucket`; a statement that names its buckets in every part goes to the nodes that
 * have them, others go to all nodes, or are refused.
 */
import type { Table } from '../../../src/store/tables.ts';
import { checkJoins } from './joins.ts';
import { allWords, textOf } from './nodes.ts';
import { type Query, readQuery, type Source } from './query.ts';
import { givenColumns, type Scope, scopesOf, tableOfSource, unknownTables } from './scope.ts';
import { isTotalOrder } from './total-order.ts';

/** What each rule demands. */
export const RULES = {
  1: 'a statement on a spread table says project_no (or project_id) = value and bucket = value or bucket in (values)',
  2: 'so does every sub-select in it',
  3: 'spread tables are joined on the project, bucket and the id after it, all three',
  7: 'rows are inserted by VALUES with their project and bucket, never out of a function',
  8: 'no function of time or chance in UPDATE or DO UPDATE',
  12: 'FOR UPDATE only on local tables, or with one bucket',
  19: 'every ordered page ends with a unique tie-break',
} as const;

export type RuleNumber = keyof typeof RULES;

export interface Violation {
  readonly rule: RuleNumber;
  /** What of the statement breaks it. */
  readonly what: string;
}

// biome-ignore format: a list
const VOLATILE = new Set([
  'now', 'current_timestamp', 'current_date', 'current_time', 'localtime', 'localtimestamp', 'clock_timestamp', 'statement_timestamp',
  'transaction_timestamp', 'timeofday', 'random', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'uuid_generate_v4', 'nextval', 'setval',
]);

/** What is learned on the way through a statement. */
interface Walk {
  readonly add: (rule: RuleNumber, what: string) => void;
  /** Whether every spread table so far is read in one bucket only. */
  oneBucket: boolean;
}

/**
 * Every way a statement breaks the rules.
 * @throws Error for a statement it cannot read, or on a table that is in no list
 */
export function checkStatement(sql: string): Violation[] {
  const violations: Violation[] = [];
  const walk: Walk = {
    oneBucket: true,
    add(rule, what) {
      if (!violations.some((each) => each.rule === rule && each.what === what)) violations.push({ rule, what });
    },
  };
  visit(readQuery(sql), new Map(), undefined, 1, walk);
  // With one bucket everywhere the whole statement is one node's, which joins whatever it likes.
  return walk.oneBucket ? violations.filter(({ rule }) => rule !== 3) : violations;
}

function visit(
  query: Query,
  named: ReadonlyMap<string, Query>,
  outer: Scope | undefined,
  rule: 1 | 2,
  walk: Walk,
): void {
  const all = new Map([...named, ...query.with]);
  for (const inner of query.with.values()) visit(inner, all, outer, 2, walk);
  const scopes = scopesOf(query, named, outer);
  for (const scope of scopes) {
    const unknown = unknownTables(scope);
    if (unknown.length > 0) throw new Error(`No list of tables has "${unknown.join('", "')}".`);
    checkBuckets(scope, rule, walk);
    checkJoins(scope, (what) => walk.add(3, what));
    checkInsert(scope, walk);
    checkChange(scope, walk);
    if (query.locking) checkLock(scope, walk);
    // A sub-query in FROM does not see its neighbours, but what is further out.
    for (const source of scope.body.sources) if (source.query) visit(source.query, scope.named, outer, 2, walk);
    if (scope.body.from) visit(scope.body.from, scope.named, outer, 2, walk);
    for (const inner of scope.body.inner) visit(inner, scope.named, scope, 2, walk);
  }
  if (query.limited && query.order.length > 0 && !scopes.every((scope) => isTotalOrder(query.order, scope))) {
    walk.add(19, `order by ${query.order.map(textOf).join(', ')}`);
  }
}

/** The inventory's rows are keyed by the project's number, those of other spread tables by its id. */
function projectColumn({ columns }: Table): 'project_no' | 'project_id' {
  return columns.some((column) => column.name === 'project_no') ? 'project_no' : 'project_id';
}

function isSpread(source: Source, scope: Scope): boolean {
  return tableOfSource(source, scope)?.kind === 'image-owned';
}

function checkBuckets(scope: Scope, rule: 1 | 2, walk: Walk): void {
  if (scope.body.kind === 'insert') return;
  for (const source of scope.body.sources) {
    if (!isSpread(source, scope)) continue;
    const given = givenColumns(source, scope);
    if (given.get(projectColumn(tableOfSource(source, scope)!)) !== 'one')
      walk.add(rule, `${source.table} as ${source.alias} without its project`);
    if (!given.has('bucket')) walk.add(rule, `${source.table} as ${source.alias} without its buckets`);
    if (given.get('bucket') !== 'one') walk.oneBucket = false;
  }
}

function checkInsert(scope: Scope, walk: Walk): void {
  const { body } = scope;
  const [target] = body.sources;
  if (body.kind !== 'insert' || !target || !isSpread(target, scope)) return;
  for (const column of [projectColumn(tableOfSource(target, scope)!), 'bucket']) {
    if (!body.columns.includes(column)) walk.add(7, `${target.table} without ${column}`);
  }
  const functions = body.from?.bodies.some(({ sources }) => sources.some(({ table, query }) => !table && !query));
  if (functions) walk.add(7, `${target.table} out of a function`);
}

function checkChange({ body }: Scope, walk: Walk): void {
  const changed = body.kind === 'update' ? [body.assignments, ...body.conditions] : [body.assignments];
  for (const word of changed.flatMap((part) => [...allWords(part)])) {
    if (VOLATILE.has(word)) walk.add(8, `${word} in ${body.kind === 'update' ? 'UPDATE' : 'DO UPDATE'}`);
  }
}

function checkLock(scope: Scope, walk: Walk): void {
  for (const source of scope.body.sources) {
    const table = tableOfSource(source, scope);
    if (table?.kind === 'local') continue;
    const oneBucket = table?.kind === 'image-owned' && givenColumns(source, scope).get('bucket') === 'one';
    if (!oneBucket) walk.add(12, `FOR UPDATE of ${source.table ?? 'a sub-query'}`);
  }
}
