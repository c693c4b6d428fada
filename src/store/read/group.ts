import type { Project } from '../../domain/credential.ts';
import { invalid } from '../../domain/error.ts';
import type { Position } from '../../query/page.ts';
import type { Group, GroupPage, GroupRequest } from '../store.ts';
import type { ReadContext } from './context.ts';
import { type GroupColumn, groupColumns } from './group-keys.ts';
import { type GroupShape, groupSql, labelCountsSql, wordsSql } from './group-sql.ts';
import type { Prepared, Preparer } from './prepare.ts';
import { isStored } from './stored.ts';

/**
 * Groups rows and counts them. A row with several values is in several groups, one without is in none. Label values
 * are told apart folded and shown in their first spelling by code point (`Prod` for `Prod` and `prod`).
 */
export function grouper(context: ReadContext, preparer: Preparer) {
  return { group };

  async function group(project: Project, request: GroupRequest): Promise<GroupPage> {
    const prepared = preparer.count(project, request.entity, request.where, request.now);
    const values = [...prepared.values];
    const asked = groupColumns(request.entity, request.by, values);
    checkPosition(asked, request.after);
    const empty: GroupPage = { groups: [], positions: [], more: false, total: 0 };
    if (prepared.condition.kind === 'false') return empty;
    const { limit, after, order } = request;
    const plan = await preparer.plan(prepared);
    if (plan.access.kind === 'empty') return empty;
    const { columns, single } = await lookUp(prepared, asked);
    const shape: GroupShape = { columns, order, after: after !== undefined, single };
    const counts = single && columns.length === 1 && columns[0]!.kind === 'label' && prepared.condition.kind === 'true';
    const build = () => (counts ? labelCountsSql(context, prepared, shape) : groupSql(context, prepared, plan, shape));
    const name = ['group', counts, request.entity, plan.access, plan.rest, shape];
    const rows = await context.kept(project, 'group', [prepared.fingerprint, request.by, order, limit, after], () =>
      context.run<RawGroup>(project, name, build, {
        where: values,
        access: plan.values,
        after: after ?? [],
        number: [limit + 1],
      }),
    );
    const found = rows.filter((row) => row['n'] !== null);
    const shown = found.slice(0, limit);
    return {
      groups: shown.map((row) => toGroup(columns, row)),
      positions: shown.map((row) => [row['n'], ...columns.map((_, index) => row[`v${index}`])] as Position),
      more: found.length > limit,
      total: Number(rows[0]?.['total'] ?? 0),
    };
  }

  /**
   * What the dictionary says of the labels asked for. `single`: no row can have two values that make the same group,
   * since no relation is asked, and no label has two spellings.
   */
  async function lookUp(prepared: Prepared, asked: readonly GroupColumn[]) {
    let single = true;
    const columns: GroupColumn[] = [];
    for (const column of asked) {
      if (column.kind === 'label' && prepared.entity !== 'container') {
        const { spellings, few } = await wordsOf(prepared, column.folded);
        single &&= spellings < 2;
        columns.push({ ...column, few });
      } else {
        single &&= column.kind === 'own';
        columns.push(column);
      }
    }
    return { columns, single };
  }

  /** In how many spellings a folded key is in use (0, 1, more), and whether the dictionary has few words of it. */
  function wordsOf(
    question: Pick<Prepared, 'project' | 'entity'>,
    folded: string,
  ): Promise<{ spellings: number; few: boolean }> {
    const { project, entity } = question;
    return context.kept(project, 'words', [entity, folded], async () => {
      const rows = await context.run<Words>(project, ['words', entity], () => wordsSql(context, question), {
        where: [folded],
      });
      const { words, first, last } = rows[0]!;
      return { spellings: first === null ? 0 : first === last ? 1 : 2, few: Number(words) <= FEW_WORDS };
    });
  }
}

interface Words {
  readonly words: number;
  readonly first: string | null;
  readonly last: string | null;
}

/** Entries of the dictionary up to which those of a label are looked up once, ahead of the rows that may carry them. */
const FEW_WORDS = 500;

type RawGroup = Readonly<Record<string, unknown>>;

function toGroup(columns: readonly GroupColumn[], row: RawGroup): Group {
  const values = columns.map((column, index) => {
    const value = row[column.kind === 'label' ? `s${index}` : `v${index}`];
    return column.type === 'boolean' ? String(value === true || value === 1) : String(value);
  });
  return { values, count: Number(row['n']) };
}

function checkPosition(columns: readonly GroupColumn[], after: Position | undefined): void {
  if (!after) return;
  const [count, ...values] = after;
  const fits = values.length === columns.length && columns.every((column, at) => isStored(values[at], column.type));
  if (fits && isStored(count, 'integer')) return;
  throw invalid('cursor.invalid', 'The position is none of this grouping. Start again without it.', 'cursor');
}
