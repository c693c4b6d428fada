import { describe, expect, test } from 'vitest';
import type { Project } from '../../domain/credential.ts';
import type { Engine } from '../engine.ts';
import { postgresBuilder } from '../sql.ts';
import { trackGenerations } from './generation.ts';

const project: Project = { id: '1'.repeat(32), no: 1, name: 'p', bucketBase: 0, bucketCount: 1, createdAt: 0 };

function engineOf(state: { stored: number; counter: number | undefined; reads: number }): Engine {
  return {
    sql: postgresBuilder(),
    changeCounter: () => state.counter,
    async all() {
      state.reads += 1;
      return [{ generation: state.stored }];
    },
  } as unknown as Engine;
}

describe('generations', () => {
  test('where the engine can tell, the number is at once and read again only after a change', async () => {
    const state = { stored: 5, counter: 1, reads: 0 };
    const { of } = trackGenerations(engineOf(state));
    expect(await of(project)).toBe(5);
    expect(of(project)).toBe(5);
    expect(state.reads).toBe(1);
    Object.assign(state, { stored: 6, counter: 2 });
    expect(await of(project)).toBe(6);
    expect(of(project)).toBe(6);
  });

  test('where it cannot, the number is believed for a moment, or until this process writes', async () => {
    const state = { stored: 5, counter: undefined, reads: 0 };
    let time = 0;
    const { of, noteWrite } = trackGenerations(engineOf(state), () => time);
    expect(await of(project)).toBe(5);
    state.stored = 6;
    expect(of(project)).toBe(5);
    noteWrite(project.id);
    expect(await of(project)).toBe(6);
    state.stored = 7;
    time += 200;
    expect(await of(project)).toBe(7);
    expect(state.reads).toBe(3);
  });

  test('a read that began before a write does not count as one after it', async () => {
    const state = { stored: 5, counter: undefined, reads: 0 };
    const { of, noteWrite } = trackGenerations(engineOf(state), () => 0);
    const early = of(project);
    noteWrite(project.id);
    state.stored = 6;
    await early;
    expect(await of(project)).toBe(6);
  });

  test('a project nothing was ever written to is at 0', async () => {
    const engine = { ...engineOf({ stored: 0, counter: 1, reads: 0 }), all: async () => [] } as unknown as Engine;
    expect(await trackGenerations(engine).of(project)).toBe(0);
  });
});
