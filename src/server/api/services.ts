import type { Dialect, DialectServices } from '../../dialects/dialect.ts';
import type { Project } from '../../domain/credential.ts';
import type { Id } from '../../domain/id.ts';
import type { SourceRecord, Store } from '../../store/store.ts';

/** What the native API works with: what dialects get, the whole store, and the running server's controls. */
export type ApiServices = Omit<DialectServices, 'store'> & {
  readonly store: Store;
  readonly dialects: readonly Dialect[];
  /** Absent where nothing collects (tests, read-only servers): then the calls that need it answer 503. */
  readonly control?: {
    /** Adds a source (checked, never trusted as an operator's own) and collects it. */
    addSource(project: Project, uri: string): Promise<SourceRecord>;
    /** Collects a source now; the job's id. */
    collect(project: Project, sourceId: Id): Promise<Id | undefined>;
  };
};
