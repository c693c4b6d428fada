import { expect, test } from 'vitest';
import { turnOrder } from './turns.ts';

test.each([1, 2, 3, 4, 5])('%i parties have each place, and each other before them, equally often', (count) => {
  const places = new Map<string, number>();
  const followers = new Map<string, number>();
  for (let turn = 0; turn < 2 * count; turn += 1) {
    const order = turnOrder(count, turn);
    expect([...order].sort()).toEqual(Array.from({ length: count }, (_, number) => number));
    for (const [place, number] of order.entries()) {
      raise(places, `${number} at ${place}`);
      if (place > 0) raise(followers, `${order[place - 1]} before ${number}`);
    }
  }
  expect([...places.values()]).toEqual(Array(count * count).fill(2));
  expect([...followers.values()]).toEqual(Array(count * (count - 1)).fill(2));
});

function raise(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
