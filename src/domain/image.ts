import type { Digest } from './digest.ts';
import type { Id } from './id.ts';
import type { Micros } from './time.ts';

/** What kind of content a record is. */
export type ImageKind = 'container' | 'vm';

/** One layer of one platform, in order from the base up. Empty layers are history entries without content. */
export interface Layer {
  /** Digest of the compressed blob; null for an empty layer. */
  readonly digest: Digest | null;
  /** Digest of the uncompressed tar; null when the config does not say. */
  readonly diffId: Digest | null;
  /** Bytes of the blob. */
  readonly size: number | null;
  readonly mediaType: string | null;
  /** The build instruction as the history has it (`created_by`). */
  readonly createdBy: string | null;
  readonly builtAt: Micros | null;
  readonly author: string | null;
  readonly comment: string | null;
  readonly empty: boolean;
}

/** One runnable variant of an image. */
export interface Platform {
  readonly manifestDigest: Digest | null;
  /** Digest of the config: the "image id" of Docker and Qualys. */
  readonly configDigest: Digest | null;
  readonly os: string | null;
  readonly architecture: string | null;
  readonly variant: string | null;
  readonly osVersion: string | null;
  /** Bytes of all compressed layers plus config; null when unknown. */
  readonly size: number | null;
  readonly builtAt: Micros | null;
  readonly author: string | null;
  readonly user: string | null;
  readonly workingDir: string | null;
  readonly command: readonly string[];
  readonly entrypoint: readonly string[];
  readonly volumes: readonly string[];
  readonly exposedPorts: readonly string[];
  readonly env: readonly string[];
  readonly dockerVersion: string | null;
  readonly labels: readonly (readonly [key: string, value: string])[];
  readonly layers: readonly Layer[];
}

/** A platform without its layers and run settings: what lists show. */
export type PlatformSummary = Pick<
  Platform,
  'manifestDigest' | 'configDigest' | 'os' | 'architecture' | 'variant' | 'osVersion' | 'size' | 'builtAt' | 'author'
> & { readonly layerCount: number };

/** A current name of an image. */
export interface Reference {
  readonly registry: string;
  readonly repository: string;
  /** Null when known by digest only. */
  readonly tag: string | null;
  readonly firstSeenAt: Micros;
  readonly lastSeenAt: Micros;
  /** The sources that see it now. A reference nobody sees any more is closed. */
  readonly sources: readonly SourceRef[];
}

/** Which source said so, and what kind it is (`registry`, `docker`, `oci`, ...). */
export interface SourceRef {
  readonly id: Id;
  readonly kind: string;
}

/** A host that has the image in its local storage. */
export interface HostSighting {
  readonly hostId: string;
  readonly hostName: string;
  readonly source: SourceRef;
  readonly firstSeenAt: Micros;
  readonly lastSeenAt: Micros;
}

/** Something wrong with an image that does not hide the rest of it. */
export interface Problem {
  /** Stable code, e.g. `digest.mismatch`, `limit.bytes`, `manifest.ambiguous`. */
  readonly code: string;
  readonly message: string;
  /** The part it concerns: a digest, a platform, a file name. */
  readonly part: string | null;
}

/** What the last complete scan found, in numbers. Null on the image: never scanned. */
export interface ScanSummary {
  readonly scannedAt: Micros;
  /** Operating system as the scan names it, e.g. `debian:12`. */
  readonly operatingSystem: string | null;
  readonly componentCount: number;
  /** Distinct CVEs. */
  readonly cveCount: number;
  /** Distinct CVEs with a fix; null when the scan cannot tell. */
  readonly fixableCveCount: number | null;
  /** Highest CVSS score; null when nothing was found. */
  readonly topCvss: number | null;
}

export type Visibility = 'public' | 'private' | 'shared' | 'community';

/** A project a shared VM image is offered to (OpenStack Image API v2, image members). */
export interface Member {
  readonly member: string;
  readonly status: 'pending' | 'accepted' | 'rejected';
}

/** What an image service keeps beside the content (OpenStack Image API v2 attributes). */
export interface ServiceAttributes {
  readonly name: string | null;
  readonly status: string;
  readonly visibility: Visibility;
  /** Project id of the owner as the image service knows it. */
  readonly owner: string | null;
  readonly protected: boolean;
  readonly hidden: boolean;
  readonly minDisk: number;
  readonly minRam: number;
  readonly diskFormat: string | null;
  readonly containerFormat: string | null;
  readonly virtualSize: number | null;
  readonly checksum: string | null;
  readonly hashAlgorithm: string | null;
  readonly hashValue: string | null;
  readonly members: readonly Member[];
}

/**
 * Everything known about one image. The store keeps it whole (summary and detail documents) and derives every
 * list row from it, so that what a list shows and what one image shows cannot drift apart.
 */
export interface Image {
  readonly id: Id;
  readonly kind: ImageKind;
  /** Of the manifest or index; null for a VM image whose content is not known. */
  readonly digest: Digest | null;
  readonly mediaType: string | null;
  /** First recorded here. */
  readonly createdAt: Micros;
  /** Last change of the record. */
  readonly updatedAt: Micros;
  readonly lastSeenAt: Micros;
  readonly platforms: readonly Platform[];
  readonly references: readonly Reference[];
  readonly hosts: readonly HostSighting[];
  /** Labels of a container image (primary platform), custom properties of a VM image. Keys are unique. */
  readonly labels: readonly (readonly [key: string, value: string])[];
  /** Bare tags (Glance tags, marks set by users). */
  readonly tags: readonly string[];
  readonly service: ServiceAttributes;
  readonly scan: ScanSummary | null;
  readonly riskScore: number;
  readonly signatureFetchedAt: Micros | null;
  readonly problems: readonly Problem[];
}

/**
 * The platform that speaks for the image where a vendor knows only one: linux/amd64, else the first.
 */
export function primaryPlatform<P extends { readonly os: string | null; readonly architecture: string | null }>(
  platforms: readonly P[],
): P | undefined {
  return platforms.find((p) => p.os === 'linux' && p.architecture === 'amd64') ?? platforms[0];
}
