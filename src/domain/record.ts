import { digestAlgorithm, digestHex, isDigest } from './digest.ts';
import type { Id } from './id.ts';
import {
  type Image,
  type ImageKind,
  type Problem,
  primaryPlatform,
  type Reference,
  type ServiceAttributes,
  type SourceRef,
} from './image.ts';
import { formatImageName } from './reference.ts';
import { byText } from './text.ts';

/** An image with what is needed to go on from it, but is no part of the answer to anybody. */
export interface ImageRecord {
  readonly image: Image;
  /** Bytes of an image without platforms (a disk). */
  readonly size: number | null;
  /** Every source that knows the image, by id. */
  readonly sources: readonly SourceRef[];
  /** What observations said and what was therefore not derived. */
  readonly given: {
    /** The labels are given, not those of the primary platform. */
    readonly labels: boolean;
    readonly service: readonly (keyof ServiceAttributes)[];
    /** The source whose word on the platforms counts. */
    readonly platforms: Id | null;
  };
  /** Problems found while storing, as far as they are not the observation's own. */
  readonly limits: readonly Problem[];
}

/** What a record consists of before anything is derived. */
export interface RecordParts extends Omit<ImageRecord, 'image'> {
  readonly image: Omit<Image, 'service' | 'problems'>;
  readonly project: Id;
  /** Attributes that were given. */
  readonly service: Partial<ServiceAttributes>;
  /** The observation's own problems. */
  readonly problems: readonly Problem[];
}

/** `registry/repository:tag`, or `registry/repository@digest` for a reference without tag. */
export function referenceName(
  reference: Pick<Reference, 'registry' | 'repository' | 'tag'>,
  digest: string | null,
): string {
  const { registry, repository, tag } = reference;
  return formatImageName({ registry, repository, tag, digest: tag === null ? digest : null });
}

/** Order of references, and of the rows made of them: registry, repository, tag; the one without tag first. */
export function byReference(a: Pick<Reference, 'registry' | 'repository' | 'tag'>, b: typeof a): number {
  return byText(a.registry, b.registry) || byText(a.repository, b.repository) || byText(a.tag ?? '', b.tag ?? '');
}

/** The reference an image is named by: the newest, then a tagged one, then the first by name. */
export function primaryReference(references: readonly Reference[]): Reference | undefined {
  let best: Reference | undefined;
  for (const each of references) {
    if (best === undefined || isBefore(each, best)) best = each;
  }
  return best;
}

function isBefore(a: Reference, b: Reference): boolean {
  if (a.firstSeenAt !== b.firstSeenAt) return a.firstSeenAt > b.firstSeenAt;
  if ((a.tag === null) !== (b.tag === null)) return a.tag !== null;
  return byReference(a, b) < 0;
}

/** Puts a record together: lists in their fixed order, labels and service attributes derived unless given. */
export function assemble(parts: RecordParts): ImageRecord {
  const { size, sources, given, limits, project } = parts;
  const references = [...parts.image.references].sort(byReference);
  const image: Image = {
    ...parts.image,
    references,
    hosts: [...parts.image.hosts].sort((a, b) => byText(a.hostId, b.hostId) || byText(a.source.id, b.source.id)),
    labels: given.labels ? parts.image.labels : (primaryPlatform(parts.image.platforms)?.labels ?? []),
    service: { ...serviceDefaults(parts, references, project), ...parts.service },
    problems: [...parts.problems, ...limits],
  };
  return { image, size, sources: [...sources].sort((a, b) => byText(a.id, b.id)), given, limits };
}

/** The parts a record was made of: what {@link assemble} makes the same record of. */
export function partsOf(record: ImageRecord, project: Id): RecordParts {
  const { image, given } = record;
  const own = new Set(record.limits.map(problemKey));
  const service = Object.fromEntries(
    given.service.map((key) => [key, image.service[key]]),
  ) as Partial<ServiceAttributes>;
  return { ...record, image, project, service, problems: image.problems.filter((each) => !own.has(problemKey(each))) };
}

function problemKey(problem: Problem): string {
  return JSON.stringify([problem.code, problem.part, problem.message]);
}

function serviceDefaults(parts: RecordParts, references: readonly Reference[], project: Id): ServiceAttributes {
  const { kind, digest } = parts.image;
  const hashed = digest !== null && isDigest(digest);
  const { service } = parts;
  const hasData = digest !== null || parts.size !== null || Boolean(service.checksum ?? service.hashValue);
  const primary = primaryReference(references);
  return {
    ...KIND_DEFAULTS[kind],
    name: kind === 'container' && primary !== undefined ? referenceName(primary, digest) : null,
    status: kind === 'container' || hasData ? 'active' : 'queued',
    owner: project,
    hashAlgorithm: hashed ? digestAlgorithm(digest) : null,
    hashValue: hashed ? digestHex(digest) : null,
  };
}

type Fixed = Omit<ServiceAttributes, 'name' | 'status' | 'owner' | 'hashAlgorithm' | 'hashValue'>;

const COMMON = {
  protected: false,
  hidden: false,
  minDisk: 0,
  minRam: 0,
  virtualSize: null,
  checksum: null,
  members: [],
} as const;

const KIND_DEFAULTS: Readonly<Record<ImageKind, Fixed>> = {
  container: { ...COMMON, visibility: 'private', diskFormat: 'raw', containerFormat: 'docker' },
  // The defaults of the OpenStack Image API v2 for an image created without a word about them.
  vm: { ...COMMON, visibility: 'shared', diskFormat: null, containerFormat: null },
};
