import type { Project } from '../../domain/credential.ts';
import { invalid } from '../../domain/error.ts';
import type { EntityName } from '../../query/catalogue.ts';
import type { Position } from '../../query/page.ts';
import type { EntityRows, ListPage, ListRequest, Outline, OutlineOf } from '../store.ts';
import type { Plan } from './access.ts';
import type { Anchors } from './anchors.ts';
import type { ReadContext } from './context.ts';
import { type Segment, segmentAt, segmentsOf } from './keyset.ts';
import { isAlongIndex, type PageShape, pageSql } from './page-sql.ts';
import type { PreparedList, Preparer } from './prepare.ts';
import { decodeRow, type RawRow, rowId, rowKey, rowStamp } from './rows.ts';
import { isStored } from './stored.ts';
import { sqlWriter } from './writer.ts';

/** Rows that may take but a moment. */
const MOST_NEAR = 300;

/** Reads pages of lists. */
export function lister(context: ReadContext, preparer: Preparer, anchors: Anchors) {
  return { list, outline, walk };

  async function list<E extends EntityName>(
    project: Project,
    request: ListRequest<E>,
  ): Promise<ListPage<EntityRows[E]>> {
    const { found, position, more } = await read(project, request, 'rows');
    return { rows: found.map((row) => decodeRow(request.entity, row)), positions: found.map(position), more };
  }

  async function outline<E extends EntityName>(
    project: Project,
    request: ListRequest<E>,
    of: OutlineOf,
  ): Promise<Outline<EntityRows[E]>> {
    const { entity } = request;
    const { found, position, more } = await read(project, request, of);
    const at = (place: number) => {
      const row = found[place];
      if (!row) throw new Error(`The outline has no row at ${place}.`);
      return row;
    };
    return {
      keys: found.map((row) => rowKey(entity, row)),
      ids: of === 'keys' ? [] : found.map((row) => rowId(entity, row)),
      stamps: of === 'keys' ? [] : found.map((row) => rowStamp(entity, row)),
      more,
      position: (place) => position(at(place)),
      row(place) {
        if (of !== 'rows') throw new Error('The outline was asked for without rows.');
        return decodeRow(entity, at(place));
      },
    };
  }

  /** Reads one page as the engine returns it. */
  async function read<E extends EntityName>(
    project: Project,
    request: ListRequest<E>,
    select: OutlineOf,
  ): Promise<{ found: readonly RawRow[]; position: (row: RawRow) => Position; more: boolean }> {
    const { entity, limit, offset } = request;
    const prepared = preparer.list(project, entity, request.where, request.sort, request.now);
    checkPosition(prepared, request.after);
    const plan = prepared.plan?.stable ? prepared.plan : await preparer.plan(prepared);
    const start = offset
      ? await anchors.locate(prepared, offset, (from, steps) => skipTo(prepared, plan, from, steps))
      : undefined;
    const position = (row: RawRow) => positionOf(prepared, row);
    if (start === 'beyond') return { found: [], position, more: false };
    const after = start ? start.position : request.after;
    // With the row before the page, whose position is where the page starts the next time.
    const lead = start && start.rest > 0 ? 1 : 0;
    const found = await walk(prepared, plan, select, after, (start?.rest ?? 0) - lead, limit + 1 + lead);
    const before = lead > 0 ? found.shift() : undefined;
    if (before) await anchors.note(prepared, offset!, position(before));
    const more = found.length > limit;
    const kept = more ? found.slice(0, limit) : found;
    const last = kept.at(-1);
    if (offset !== undefined && last) await anchors.note(prepared, offset + kept.length, position(last));
    return { found: kept, position, more };
  }

  /** The row `skipped` rows behind a position, as a position; undefined when there is none. */
  async function skipTo(
    prepared: PreparedList,
    plan: Plan,
    from: Position | undefined,
    skipped: number,
  ): Promise<Position | undefined> {
    const [row] = await walk(prepared, plan, 'keys', from, skipped, 1);
    return row && positionOf(prepared, row);
  }

  /** Up to `limit` rows behind a position and some skipped rows, from one segment after another. */
  async function walk(
    prepared: PreparedList,
    plan: Plan,
    select: PageShape['select'],
    after: Position | undefined,
    skip: number,
    limit: number,
  ): Promise<RawRow[]> {
    if (plan.access.kind === 'empty') return [];
    const segments = segmentsOf(prepared.keys);
    let from = after ? segments.indexOf(segmentAt(prepared.keys, after)) : 0;
    let position = after;
    let left = skip;
    let rows: RawRow[] = [];
    for (; from < segments.length && rows.length < limit; from += 1) {
      const segment = segments[from]!;
      const wanted = limit - rows.length;
      const found = await page(prepared, plan, { segment, select, after: position, skip: left, limit: wanted });
      rows = rows.length === 0 ? found : [...rows, ...found];
      if (left > 0 && found.length === 0 && from + 1 < segments.length) {
        left -= await countSegment(prepared, plan, segment, position, left);
      } else left = 0;
      position = undefined;
    }
    return rows;
  }

  /** How many rows a segment has behind a position, when it is known to have at most `most`. */
  async function countSegment(
    prepared: PreparedList,
    plan: Plan,
    segment: Segment,
    after: Position | undefined,
    most: number,
  ): Promise<number> {
    const rows = await page(prepared, plan, { segment, select: 'keys', after, skip: 0, limit: most });
    return rows.length;
  }

  function page(prepared: PreparedList, plan: Plan, part: PagePart): Promise<RawRow[]> {
    const { segment, select, after, skip, limit } = part;
    const nulls = after?.map((value) => value === null);
    const name = `${context.capabilities().indexHints ? 'h' : ''}${segment}${select}${skip > 0 ? 'o' : ''}${nulls ? nulls.map(Number).join('') : ''}`;
    // A plan made meanwhile has statements of its own.
    const current = prepared.plan === plan;
    let template = current ? prepared.templates.get(name) : undefined;
    if (!template) {
      const { project, entity, keys } = prepared;
      const { access, rest } = plan;
      const shape = { entity, access, rest, keys, segment, after: nulls, skip: skip > 0, select };
      const writer = sqlWriter(context.capabilities(), project.bucketCount);
      const whole = () => pageSql(writer, shape);
      const brief = writer.capabilities.inTime !== undefined && isAlongIndex(shape);
      const near = brief ? () => pageSql({ ...writer, near: true }, shape) : undefined;
      template = context.template(project, ['page', shape], whole, near);
      if (current) prepared.templates.set(name, template);
    }
    const number = [limit, skip, limit + skip];
    const values = { where: prepared.values, access: plan.values, after: after ?? [], number };
    return context.runTemplate<RawRow>(prepared.project, template, values, limit + skip <= MOST_NEAR);
  }
}

interface PagePart {
  readonly segment: Segment;
  readonly select: PageShape['select'];
  readonly after: Position | undefined;
  readonly skip: number;
  readonly limit: number;
}

export type Lister = ReturnType<typeof lister>;

function positionOf({ keys }: PreparedList, row: RawRow): Position {
  return keys.map((_, index) => row[`k${index}`] as string | number | null);
}

/** A position comes from a client: it must at least be of the list's form. */
function checkPosition({ keys }: PreparedList, after: Position | undefined): void {
  if (!after) return;
  const fits =
    after.length === keys.length &&
    keys.every((key, index) => (after[index] === null ? key.nullable : isStored(after[index], key.type)));
  if (!fits) throw invalid('cursor.invalid', 'The position is none of this list. Start again without it.', 'cursor');
}
