import { columnRef, type Nodes, textOf } from './nodes.ts';
import type { Source } from './query.ts';
import {
  equalityGroups,
  givenColumns,
  outputNamed,
  placeIn,
  queryOfSource,
  type Scope,
  scopesOf,
  sourceOfColumn,
  tableOfSource,
} from './scope.ts';

/** Columns, beside the primary key, that no two rows of a project share. */
const UNIQUE: Readonly<Record<string, readonly (readonly string[])[]>> = {
  image: [['image_id']],
  content: [['content_id']],
  placement: [['name', 'digest_head']],
  placement_tag: [['tag_id', 'name', 'digest_head']],
  container: [['container_id']],
  source: [['source_id']],
  source_run: [['run_id']],
  run_problem: [['problem_id']],
  audit: [['audit_id']],
  project: [['name']],
}; // biome-ignore format: a table

/** Whether an order leaves no two rows of a body in doubt: it has every column of something that is unique. */
export function isTotalOrder(order: readonly Nodes[], scope: Scope): boolean {
  const { body } = scope;
  const values = order.map((key) => ownOutput(key, scope));
  if (body.kind !== 'select') return false;
  if (body.groupBy.length > 0) {
    const texts = values.map(textOf);
    return body.groupBy.every((key) => texts.includes(textOf(ownOutput(key, scope))));
  }
  if (body.distinct && body.outputs.every((output) => values.some((value) => textOf(value) === textOf(output.value))))
    return true;
  return body.sources.some((source) => isUniqueIn(source, values, scope));
}

/** An order may name an output instead of saying what it is. */
function ownOutput(key: Nodes, scope: Scope): Nodes {
  const ref = columnRef(key);
  if (!ref || ref.alias !== undefined) return key;
  return scope.body.outputs.find((output) => output.name === ref.column)?.value ?? key;
}

function isUniqueIn(source: Source, values: readonly Nodes[], scope: Scope): boolean {
  const table = tableOfSource(source, scope);
  if (!table) return isUniqueInQuery(source, values, scope);
  const root = equalityGroups(scope);
  const ordered = new Set(
    values.flatMap((value) => {
      const ref = columnRef(value);
      const of = ref && sourceOfColumn(ref, scope);
      return ref && of ? [root(placeIn(scope, of, ref.column))] : [];
    }),
  );
  const given = givenColumns(source, scope);
  const settled = (column: string): boolean =>
    column === 'project_no' ||
    column === 'project_id' ||
    column === 'bucket' ||
    given.get(column) === 'one' ||
    ordered.has(root(placeIn(scope, source, column)));
  return [table.key, ...(UNIQUE[table.name] ?? [])].some((columns) => columns.every(settled));
}

/** A sub-query's rows are in no doubt when the order, said in its own words, leaves none inside it. */
function isUniqueInQuery(source: Source, values: readonly Nodes[], scope: Scope): boolean {
  const query = queryOfSource(source, scope);
  if (!query) return false;
  const names = values.flatMap((value) => {
    const ref = columnRef(value);
    return ref && sourceOfColumn(ref, scope) === source ? [ref.column] : [];
  });
  return scopesOf(query, scope.named).every((inside) => {
    const inner = names.flatMap((name) => {
      const value = outputNamed(name, inside);
      return value ? [value] : [];
    });
    return isTotalOrder(inner, inside);
  });
}
