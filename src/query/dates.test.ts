import { describe, expect, test } from 'vitest';
import { formatRfc3339, parseRfc3339 } from '../domain/time.ts';
import { mentionsNow, parseRelative, shift } from './dates.ts';

const at = (text: string) => parseRfc3339(text)!;
/** A Thursday. */
const NOW = at('2024-02-29T13:45:10.5Z');

describe('parseRelative', () => {
  test.each([
    ['now', '2024-02-29T13:45:10.500Z'],
    [' now ', '2024-02-29T13:45:10.500Z'],
    ['now-30s', '2024-02-29T13:44:40.500Z'],
    ['now+15m', '2024-02-29T14:00:10.500Z'],
    ['now-24h', '2024-02-28T13:45:10.500Z'],
    ['now-7d', '2024-02-22T13:45:10.500Z'],
    ['now-2w', '2024-02-15T13:45:10.500Z'],
    ['now+1M', '2024-03-29T13:45:10.500Z'],
    ['now-1y', '2023-03-01T13:45:10.500Z'],
    ['now/m', '2024-02-29T13:45:00Z'],
    ['now/d', '2024-02-29T00:00:00Z'],
    ['now/w', '2024-02-26T00:00:00Z'],
    ['now/M', '2024-02-01T00:00:00Z'],
    ['now/y', '2024-01-01T00:00:00Z'],
    ['now-1d/d', '2024-02-28T00:00:00Z'],
    ['now+1w/w', '2024-03-04T00:00:00Z'],
    ['now-1M/M', '2024-01-01T00:00:00Z'],
  ])('%s is %s', (text, expected) => {
    expect(formatRfc3339(parseRelative(text, NOW)!)).toBe(expected);
  });

  test.each([
    '',
    'NOW',
    'now-',
    'now-d',
    'now-7',
    'now-7x',
    'now--7d',
    'now-7d/',
    'now-7d/d/d',
    'now7d',
    '7d',
    'now-1234567890d',
    'today',
  ])('%j is none', (text) => {
    expect(parseRelative(text, NOW)).toBeUndefined();
  });

  test('weeks begin on Monday, also before 1970', () => {
    expect(formatRfc3339(parseRelative('now/w', at('2024-02-26T00:00:00Z'))!)).toBe('2024-02-26T00:00:00Z');
    expect(formatRfc3339(parseRelative('now/w', at('2024-02-25T23:59:59Z'))!)).toBe('2024-02-19T00:00:00Z');
    expect(formatRfc3339(parseRelative('now/w', at('1969-12-31T12:00:00Z'))!)).toBe('1969-12-29T00:00:00Z');
  });
});

test('shift keeps microseconds for fixed units', () => {
  expect(shift(1_000_001, 1, 'h')).toBe(3_601_000_001);
});

test.each([
  ['built:>now-1M', true],
  ['built:[2024-01-01 TO now/d]', true],
  ['name:snow or name:know', false],
])('%s mentions now: %s', (text, expected) => {
  expect(mentionsNow(text)).toBe(expected);
});
