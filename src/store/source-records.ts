import type { Micros } from '../domain/time.ts';
import type { Engine } from './engine.ts';
import { runProblemRecords } from './sources/problems.ts';
import { runRecords } from './sources/runs.ts';
import { sourceRecords } from './sources/sources.ts';
import type { SourceStore } from './store.ts';

/** Sources, their runs and what went wrong in them, over an engine. */
export function createSourceStore(engine: Engine, deps: { readonly now: () => Micros }): SourceStore {
  return { ...sourceRecords(engine, deps.now), ...runRecords(engine), ...runProblemRecords(engine) };
}
