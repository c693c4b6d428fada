import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Statement } from '../engine.ts';

/**
 * A place in a statement whose value comes later. Statements are compiled once per shape with slots for parameters;
 * every run only fills them in.
 */
export interface Slot {
  readonly group: SlotGroup;
  readonly index: number;
}

/**
 * Where a value comes from: the project's id, its buckets, the conditions, the index the page is driven from, the
 * position the page starts after, and single numbers.
 */
export type SlotGroup = 'project' | 'bucket' | 'where' | 'access' | 'after' | 'number';

/** The values of one run, by group. */
export type SlotValues = Readonly<Record<SlotGroup, readonly unknown[]>>;

/** A compiled statement with slots. */
export interface Template {
  readonly sql: string;
  /** The same for the event loop, see {@link Statement}; it has the same slots. */
  readonly near?: string;
  readonly slots: readonly Slot[];
}

/** A slot as a part of a statement. */
export function slot(group: SlotGroup, index = 0): RawBuilder<unknown> {
  const place: Slot = { group, index };
  return sql`${place}`;
}

/** Makes a template of what kysely compiled from a statement in which every parameter was a {@link slot}. */
export function toTemplate(compiled: Pick<CompiledQuery, 'sql' | 'parameters'>): Template {
  return { sql: compiled.sql, slots: compiled.parameters as readonly Slot[] };
}

/**
 * Fills a template in.
 * @param near whether it reads little enough to be tried on the event loop
 */
export function fill(template: Template, values: SlotValues, near = false): Statement {
  const { slots } = template;
  const parameters: unknown[] = new Array(slots.length);
  for (let i = 0; i < slots.length; i += 1) {
    const { group, index } = slots[i]!;
    parameters[i] = values[group][index];
  }
  return { sql: template.sql, parameters, near: near ? template.near : undefined };
}
