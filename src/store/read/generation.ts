import type { Project } from '../../domain/credential.ts';
import type { Id } from '../../domain/id.ts';
import type { Engine } from '../engine.ts';
import { compile } from '../sql.ts';

/** How long a number that was read is believed where the engine cannot tell whether anything changed, in milliseconds. */
const BELIEVED_MS = 200;

/** Keeps the generation of each project in mind, and reads it again when it may have changed. */
export interface Generations {
  of(project: Project): number | Promise<number>;
  /** Says that this process changed a project's inventory: its number is read again. */
  noteWrite(project: Id): void;
}

interface Tracked {
  /** The last number read; undefined when it must be read again. */
  value: number | undefined;
  /** The engine's change counter just before that; undefined where there is none. */
  counter: number | undefined;
  readAt: number;
  /** A read under way that everybody who asks may share. */
  reading: Promise<number> | undefined;
}

/** @param clock milliseconds that never go back */
export function trackGenerations(engine: Engine, clock: () => number = () => performance.now()): Generations {
  const projects = new Map<Id, Tracked>();
  return { of, noteWrite };

  function of(project: Project): number | Promise<number> {
    const tracked = projects.get(project.id) ?? track(project.id);
    const counter = engine.changeCounter();
    if (tracked.value !== undefined && counter === tracked.counter) {
      if (counter !== undefined || clock() - tracked.readAt < BELIEVED_MS) return tracked.value;
    }
    if (counter === undefined && tracked.reading) return tracked.reading;
    return read(project, tracked, counter);
  }

  async function read(project: Project, tracked: Tracked, counter: number | undefined): Promise<number> {
    const readAt = clock();
    const query = engine.sql
      .selectFrom('inventory_generation')
      .select('generation')
      .where('project_no', '=', project.no);
    const reading = engine.all<{ generation: number }>(compile(query)).then((rows) => rows[0]?.generation ?? 0);
    tracked.reading = reading;
    try {
      const value = await reading;
      // A read that began before the last write, or before a later read, is no news.
      if (tracked.reading === reading) Object.assign(tracked, { value, counter, readAt });
      return value;
    } finally {
      if (tracked.reading === reading) tracked.reading = undefined;
    }
  }

  function track(project: Id): Tracked {
    const tracked: Tracked = { value: undefined, counter: undefined, readAt: 0, reading: undefined };
    projects.set(project, tracked);
    return tracked;
  }

  function noteWrite(project: Id): void {
    const tracked = projects.get(project);
    if (tracked) Object.assign(tracked, { value: undefined, reading: undefined });
  }
}
