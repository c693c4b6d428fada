import { describe, expect, it } from 'vitest';
import { float32, stringify, timestamp, wantsPretty } from './json.ts';

describe('protojson', () => {
  it('writes floats with the shortest text of 32 bits', () => {
    expect([9.8, 0.97, 7.5, 123456.79, 1 / 3, 0, -2.5].map(float32)).toEqual([
      9.8, 0.97, 7.5, 123456.79, 0.33333334, 0, -2.5,
    ]);
  });

  it('writes times with 0, 3 or 6 digits, and null for none', () => {
    expect([0, 1_500_000, 1_000_001, null].map(timestamp)).toEqual([
      '1970-01-01T00:00:00Z',
      '1970-01-01T00:00:01.500Z',
      '1970-01-01T00:00:01.000001Z',
      null,
    ]);
  });

  it('indents when asked by parameter or media type', () => {
    expect(wantsPretty('query=x&pretty', undefined)).toBe(true);
    expect(wantsPretty('', 'application/json+pretty')).toBe(true);
    expect(wantsPretty('query=pretty', 'application/json')).toBe(false);
    expect(stringify({ a: [] }, true)).toBe('{\n  "a": []\n}');
  });
});
