import type { Project } from '../domain/credential.ts';
import type { Id } from '../domain/id.ts';
import { type Micros, now } from '../domain/time.ts';
import type { Engine } from './engine.ts';
import type { InventoryWriter } from './store.ts';
import { UNKNOWN_IMAGE } from './tables.ts';
import { closeContainers } from './write/close-containers.ts';
import { closeUnseen, SIGHTINGS, unseenImages } from './write/close-unseen.ts';
import { deleteImages } from './write/delete-images.ts';
import { ingestContainers } from './write/ingest-containers.ts';
import { ingestImages } from './write/ingest-images.ts';
import { knownDigests } from './write/known-digests.ts';
import { readSession, type Session, sessionOf } from './write/session.ts';
import { touchReferences } from './write/touch-references.ts';

export interface WriterDeps {
  /** The clock that changes are recorded with. Default: the process's. */
  readonly clock?: () => Micros;
  /** Told after every write of a project, so that readers of this process look again. */
  readonly noteWrite?: (project: Id) => void;
}

/** The writes of the inventory over an engine. */
export function createInventoryWriter(engine: Engine, deps: WriterDeps = {}): InventoryWriter {
  const { clock = now, noteWrite } = deps;

  async function inTransaction<T>(project: Project, work: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await engine.transaction((transaction) => work(sessionOf(engine, project, transaction)));
    } finally {
      // Also when it failed: after a lost connection nobody knows whether it was written.
      noteWrite?.(project.id);
    }
  }

  return {
    refreshStatistics: () => engine.refreshStatistics(),
    async ingestImages(project, source, observations) {
      if (observations.length === 0) return { added: 0, changed: 0, unchanged: 0 };
      const at = clock();
      return inTransaction(project, (session) => ingestImages(session, source, observations, at));
    },
    /** In several transactions when there is much to close; each leaves the inventory whole. */
    async closeUnseen(project, source, before) {
      let closed = 0;
      for (const table of SIGHTINGS) {
        let after: string = UNKNOWN_IMAGE;
        for (;;) {
          const ids = await unseenImages(readSession(engine, project), table, source, before, after);
          const last = ids.at(-1);
          if (last === undefined) break;
          const at = clock();
          closed += await inTransaction(project, (session) => closeUnseen(session, source, before, ids, at));
          after = last;
        }
      }
      return { closed };
    },
    async ingestContainers(project, source, containers) {
      if (containers.length === 0) return { added: 0, changed: 0, unchanged: 0 };
      const at = clock();
      return inTransaction(project, (session) => ingestContainers(session, source, containers, at));
    },
    closeContainers(project, source, hostId, present, at) {
      return inTransaction(project, (session) => closeContainers(session, source, hostId, present, at));
    },
    async deleteImages(project, ids) {
      if (ids.length === 0) return { deleted: 0 };
      const at = clock();
      return inTransaction(project, (session) => deleteImages(session, ids, at));
    },
    knownDigests(project, digests) {
      return knownDigests(readSession(engine, project), digests);
    },
    async touchReferences(project, source, seen, at) {
      if (seen.length === 0) return;
      const changedAt = clock();
      await inTransaction(project, (session) => touchReferences(session, source, seen, at, changedAt));
    },
  };
}
