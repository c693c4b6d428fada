import { describe, expect, it } from 'vitest';
import { parseGoBoolean, parseGoFloat, parseGoInteger, quoteGo, roundTwo } from './go.ts';

describe('numbers as Go reads them', () => {
  it.each([
    ['1e1', 10],
    ['0x1p3', 8],
    ['-0x.8p1', -1],
    ['+1', 1],
    ['1_0', 10],
    ['.5', 0.5],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['NaN', Number.NaN],
    ['0x1', undefined],
    ['1e400', undefined],
    ['1 ', undefined],
    ['_1', undefined],
    ['', undefined],
  ])('%s', (text, number) => {
    expect(parseGoFloat(text)).toBe(number);
  });

  it('rounds as %.2f does: ties that are exact go to even', () => {
    expect([1.005, 0.125, 0.375, -2.9124, 9.126, -0.001].map(roundTwo)).toEqual([1, 0.12, 0.38, -2.91, 9.13, 0]);
  });

  it('keeps to the bits', () => {
    expect(parseGoInteger('2147483647', 32)).toEqual({ ok: true, value: 2147483647n });
    expect(parseGoInteger('2147483648', 32)).toMatchObject({ error: expect.stringContaining('out of range') });
    expect(parseGoInteger('-9223372036854775808', 64).ok).toBe(true);
  });

  it('reads booleans in six spellings each', () => {
    expect(parseGoBoolean('True')).toEqual({ ok: true, value: true });
    expect(parseGoBoolean('yes')).toEqual({
      ok: false,
      error: 'strconv.ParseBool: parsing "yes": invalid syntax',
    });
  });

  it('quotes', () => {
    expect(quoteGo('a"b\\c\n\u0001é\u200b')).toBe('"a\\"b\\\\c\\n\\x01é\\u200b"');
  });
});
