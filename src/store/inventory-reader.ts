import { invalid } from '../domain/error.ts';
import type { Id } from '../domain/id.ts';
import type { Engine } from './engine.ts';
import { offsetAnchors } from './read/anchors.ts';
import { readContext } from './read/context.ts';
import { counter } from './read/count.ts';
import { isMissingIndex, isRefusedRegex } from './read/failures.ts';
import { trackGenerations } from './read/generation.ts';
import { grouper } from './read/group.ts';
import { lister } from './read/list.ts';
import { preparer } from './read/prepare.ts';
import { createRecordReader } from './read/records.ts';
import type { InventoryReader } from './store.ts';

/** Reads of the inventory, and the word that this process wrote to it. */
export interface InventoryReading extends InventoryReader {
  /** Says that this process changed a project's inventory, so that nothing older is answered from now on. */
  noteWrite(project: Id): void;
}

/** Lists, counts, groups and single records of the inventory over an engine. */
export function createInventoryReader(engine: Engine): InventoryReading {
  const generations = trackGenerations(engine);
  const context = readContext(engine, generations.of);
  const prepared = preparer(context);
  const { list, outline } = lister(context, prepared, offsetAnchors(context));
  const { count } = counter(context, prepared);
  const { group } = grouper(context, prepared);
  return {
    ...createRecordReader(engine),
    list: (project, request) => run(() => list(project, request)),
    outline: (project, request, withRows) => run(() => outline(project, request, withRows)),
    count: (project, entity, where, options) => run(() => count(project, entity, where, options)),
    group: (project, request) => run(() => group(project, request)),
    generation: generations.of,
    noteWrite: generations.noteWrite,
  };

  async function run<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (isRefusedRegex(error))
        throw invalid('query.regex-unsupported', 'The database cannot run the expression; simplify it.');
      if (!isMissingIndex(error)) throw error;
      // A bulk load takes indexes away for a while: then the database finds its own way, slowly.
      context.dropHints();
      return read();
    }
  }
}
