/** Letters that are each other's case only by Unicode's CaseFolding.txt, not by lower- or upper-casing one. */
const FOLDED_PAIRS: Readonly<Record<number, number>> = { 912: 0x1fd3, 944: 0x1fe3, 64261: 0xfb06 };

/** No letter beyond has cases. */
const LAST_CASED = 0x1ffff;

let capitals: ReadonlyMap<number, readonly number[]> | undefined;

/**
 * The cases of a letter that has exactly one other one, as RE2 tells them. (It keeps such a letter as one code point;
 * of letters with more cases it makes a class that holds all.)
 */
export function bothCases(point: number): readonly number[] {
  capitals ??= findCapitals();
  const lower = single(String.fromCodePoint(point).toLowerCase()) ?? point;
  const pair = FOLDED_PAIRS[point];
  return [...new Set([point, lower, ...(capitals.get(lower) ?? []), ...(pair === undefined ? [] : [pair])])];
}

/** Small letters to the capitals they are the small form of. */
function findCapitals(): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  for (let point = 0; point <= LAST_CASED; point += 1) {
    const lower = single(String.fromCodePoint(point).toLowerCase());
    if (lower !== undefined && lower !== point) found.set(lower, [...(found.get(lower) ?? []), point]);
  }
  return found;
}

function single(text: string): number | undefined {
  const point = text.codePointAt(0)!;
  return text.length === (point > 0xffff ? 2 : 1) ? point : undefined;
}
