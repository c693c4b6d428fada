import type { Digest } from './digest.ts';
import type { Id } from './id.ts';
import type { Image, PlatformSummary, Reference } from './image.ts';
import type { Micros } from './time.ts';

/**
 * One image as lists show it: everything but layers and run settings. `containerCount`, `runningCount` and `hostCount`
 * come from the containers and are kept up to date beside it.
 */
export type ImageRow = Omit<Image, 'platforms' | 'hosts'> & {
  readonly platforms: readonly PlatformSummary[];
  /** Full name of the primary reference, e.g. `docker.io/library/nginx:1.27`; the service name of a VM image; '' if none. */
  readonly name: string;
  /** Parts of the primary reference; '' when there is none. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** Bytes of the primary platform, or of the disk image. */
  readonly size: number | null;
  /** Build time of the primary platform. */
  readonly builtAt: Micros | null;
  readonly user: string;
  /** All containers that exist now, whatever their state. */
  readonly containerCount: number;
  readonly runningCount: number;
  /** Hosts that store or run it. */
  readonly hostCount: number;
};

/** A (repository, image) pair: one row of Datadog's list. */
export interface PlacementRow {
  /** `registry/repository@digest`. */
  readonly id: string;
  /** Registry and repository, no tag. */
  readonly name: string;
  /** Last path segment of the name. */
  readonly shortName: string;
  readonly registry: string;
  readonly repository: string;
  readonly references: readonly Reference[];
  readonly image: ImageRow;
}

/** One content by config digest with every name that leads to it: one row of Qualys' list. */
export interface ContentRow {
  readonly id: Id;
  readonly configDigest: Digest;
  readonly platform: PlatformSummary;
  readonly references: readonly (Reference & { readonly digest: Digest })[];
  readonly labels: readonly (readonly [key: string, value: string])[];
  /** The image that shows it (the newest, when several do). */
  readonly image: ImageRow;
  readonly createdAt: Micros;
  readonly updatedAt: Micros;
  readonly containerCount: number;
  readonly runningCount: number;
  readonly hostCount: number;
  /** Last time a container of it was seen; null when never. */
  readonly lastUsedAt: Micros | null;
}
