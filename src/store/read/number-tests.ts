type Order = 'lt' | 'le' | 'gt' | 'ge';

/**
 * An order test that every engine can run: whole numbers are compared with whole numbers, and bounds no stored number
 * reaches become `always` (of every value that is there) or `never`.
 */
export function testNumber(
  op: Order,
  bound: number,
  whole: boolean,
): 'always' | 'never' | { readonly op: Order; readonly value: number } {
  if (!whole) return { op, value: bound };
  const below = op === 'lt' || op === 'le';
  if (bound > Number.MAX_SAFE_INTEGER) return below ? 'always' : 'never';
  if (bound < Number.MIN_SAFE_INTEGER) return below ? 'never' : 'always';
  if (Number.isInteger(bound)) return { op, value: bound };
  return below ? { op: 'le', value: Math.floor(bound) } : { op: 'ge', value: Math.ceil(bound) };
}
