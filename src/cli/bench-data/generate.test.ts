import { describe, expect, test } from 'vitest';
import { factsId } from '../../domain/merge.ts';
import { containersAt, idAt, imageAt, SELECTIVITIES, type Shape } from './generate.ts';
import { orderById } from './order.ts';
import { pace } from './pace.ts';

const SHAPE: Shape = {
  project: '01a20104127d7cda9c1dc37ec0c57e13',
  images: 10_000,
  seed: 1,
  source: { id: '01a20104127d7cda9c1dc37ec0c57e14', kind: 'bench-data' },
};

describe('generated images', () => {
  test('are the same for the same seed, and others for another', () => {
    expect(imageAt(SHAPE, 42)).toEqual(imageAt({ ...SHAPE }, 42));
    expect(imageAt(SHAPE, 42)).not.toEqual(imageAt({ ...SHAPE, seed: 2 }, 42));
    expect(containersAt(SHAPE, 45)).toEqual(containersAt({ ...SHAPE }, 45));
  });

  test('have the id that is told of them', () => {
    for (let n = 0; n < 40; n += 1) expect(idAt(SHAPE, n)).toBe(factsId(SHAPE.project, imageAt(SHAPE, n)));
  });

  test('carry the labels by the shares that benches ask for', () => {
    const counts = { '25%': 0, '2%': 0, '0.02%': 0 };
    let virtual = 0;
    let running = 0;
    for (let n = 0; n < SHAPE.images; n += 1) {
      const image = imageAt(SHAPE, n);
      const labels = image.kind === 'vm' ? image.labels! : image.platforms![0]!.labels;
      expect(labels).toHaveLength(8);
      for (const [share, { key, value }] of Object.entries(SELECTIVITIES)) {
        if (labels.some(([k, v]) => k === key && v === value)) counts[share as keyof typeof counts] += 1;
      }
      if (image.kind === 'vm') virtual += 1;
      running += containersAt(SHAPE, n).length;
    }
    expect(counts).toEqual({ '25%': 2_500, '2%': 200, '0.02%': 2 });
    expect(virtual).toBe(1_000);
    expect(running).toBe(10_000);
  });
});

test('every image is written once, in the order of ids', () => {
  const shape = { ...SHAPE, images: 500 };
  const order = Array.from(orderById(shape));
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, n) => n));
  const ids = order.map((n) => idAt(shape, n));
  expect(ids).toEqual([...ids].sort());
});

test.each([
  [{ stage: 'rows', done: 0, of: 100 } as const, 5, 'images 0/100, 5 s so far'],
  [{ stage: 'rows', done: 50, of: 200 } as const, 1, 'images 50/200, 50/s, 3 s and the indexes left'],
  [{ stage: 'indexes', done: 3, of: 60 } as const, 125, 'indexes 3/60, 2 min 5 s so far'],
])('a line of progress: %j', (progress, seconds, line) => {
  expect(pace(progress, seconds)).toBe(line);
});
