import type { SortKey } from '../../query/page.ts';
import { ERRORS } from './errors.ts';

/** Row offset and page size (contract 1.1: ranges of the sibling calls). */
export interface Window {
  readonly offset: number;
  readonly limit: number;
}

/** The contract leaves the order open; this one is stable, and kept by an index. */
export const ORDER: readonly SortKey[] = [
  { field: 'host_name', direction: 'asc' },
  { field: 'name', direction: 'asc' },
];

/** @throws HssError 400 that names the parameter and its range */
export function readWindow(parameters: ReadonlyMap<string, string>): Window {
  return { offset: whole(parameters, 'offset', 0, 0, 2_000_000), limit: whole(parameters, 'limit', 10, 10, 200) };
}

function whole(
  parameters: ReadonlyMap<string, string>,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number {
  const text = parameters.get(name);
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw ERRORS.badParameter(
    `Invalid parameter ${name}: a whole number from ${least} to ${most} is expected, not "${text.slice(0, 40)}"`,
  );
}
