import type { SortKey } from '../../query/page.ts';
import { ERRORS } from './errors.ts';
import { SORTS } from './fields.ts';

/** Images beyond this rank are not served: the vendor's own window (contract 1.1). */
export const MOST_PAGED = 10_000;

/** Largest page, and the page when none is asked for. */
const MOST_ROWS = 1_000;
const DEFAULT_ROWS = 50;

/**
 * Reads pageNumber (from 1; 0 is 1) and pageSize.
 * @throws QualysError 400 for a number out of range, or a page beyond the first 10,000 images
 */
export function readPage(parameters: URLSearchParams): { readonly offset: number; readonly limit: number } {
  const limit = whole(parameters, 'pageSize', DEFAULT_ROWS, 1, MOST_ROWS);
  const page = Math.max(1, whole(parameters, 'pageNumber', 1, 0, Number.MAX_SAFE_INTEGER));
  if (page * limit > MOST_PAGED) throw ERRORS.beyondWindow();
  return { offset: (page - 1) * limit, limit };
}

/** Reads `token[:asc|:desc]`; an unknown token falls back to the newest first, as the vendor's clients guess names. */
export function readSort(text: string | null): readonly SortKey[] {
  const [token = '', direction = 'asc'] = (text ?? '').trim().split(':');
  const field = SORTS.get(token.replace(/^image\./i, '').toLowerCase());
  if (field === undefined) return [{ field: 'built_at', direction: 'desc', missing: 'last' }];
  return [{ field, direction: direction.toLowerCase() === 'desc' ? 'desc' : 'asc', missing: 'last' }];
}

function whole(parameters: URLSearchParams, name: string, fallback: number, least: number, most: number): number {
  const text = parameters.get(name);
  if (text === null || text === '') return fallback;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw ERRORS.badNumber(
    name,
    text,
    least,
    most === Number.MAX_SAFE_INTEGER ? 'as many as there are pages' : String(most),
  );
}
