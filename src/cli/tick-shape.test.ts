import { expect, test } from 'vitest';
import { keepTickShape, keptTick } from './tick-shape.ts';

test('an entry of the queue of ticks is kept', async () => {
  keepTickShape();
  await new Promise(process.nextTick);
  // What the queue's entries have: the call and its arguments.
  expect(Object.keys(keptTick()!)).toEqual(expect.arrayContaining(['callback', 'args']));
});
