import type { Project } from '../../domain/credential.ts';
import type { EntityName } from '../../query/catalogue.ts';
import { type Condition, join, parts } from './condition.ts';
import type { OrderKey } from './order.ts';

/** Up to so many rows are found by an index first and sorted then, whatever the order. */
export const FEW = 500;

/** The same for counting, which sorts nothing. */
export const FEW_TO_COUNT = 20_000;

/** What a plan is made for. */
export interface Question {
  readonly project: Project;
  readonly entity: EntityName;
  readonly condition: Condition;
  /** Values of the condition. */
  readonly values: readonly unknown[];
  /** Undefined when the order does not matter (counting). */
  readonly keys: readonly OrderKey[] | undefined;
}

/** The values a column is asked to equal one of; undefined for any other condition. */
export function equalsOf(part: Condition, values: readonly unknown[]): readonly unknown[] | undefined {
  if (part.kind !== 'test' || part.negated || part.variant === 'lower') return undefined;
  if (part.check.op === 'eq') return [values[part.check.value]];
  return part.check.op === 'in' ? part.check.values.map((index) => values[index]) : undefined;
}

/** What is left of a conjunction without one of its parts. */
export function without(condition: Condition, part: Condition): Condition {
  return join(
    'and',
    parts(condition).filter((other) => other !== part),
  );
}

/** Most values that several walks may repeat, each with its own: statements bound how many parameters they have. */
const MOST_REPEATED = 5_000;

/** Whether a list is better not read by so many walks at once. */
export function tooMuch({ values }: Question, walks: number): boolean {
  return walks > 1 && walks * (values.length + 10) > MOST_REPEATED;
}
