import { isDeepStrictEqual } from 'node:util';
import { BOUNDS, Bounds, standing, TEXT_BYTES } from './bounds.ts';
import { cleanPlatform } from './clean-platform.ts';
import { cleanScan, cleanService } from './clean-service.ts';
import { invalid } from './error.ts';
import { type Id, imageId } from './id.ts';
import type {
  HostSighting,
  ImageKind,
  Platform,
  Problem,
  Reference,
  ScanSummary,
  ServiceAttributes,
  SourceRef,
} from './image.ts';
import { mergePlatforms } from './merge-platforms.ts';
import { assemble, byReference, type ImageRecord, partsOf } from './record.ts';
import { byText } from './text.ts';
import type { Micros } from './time.ts';

/** Where a reference points from, without what it points at. */
export type ReferenceKey = Pick<Reference, 'registry' | 'repository' | 'tag'>;

/** What a source saw of an image. Fields left out leave what is known alone. */
export interface ImageFacts {
  readonly kind: ImageKind;
  readonly digest: string | null;
  readonly id?: Id;
  readonly mediaType?: string | null;
  readonly platforms?: readonly Platform[];
  readonly references?: readonly ReferenceKey[];
  readonly hosts?: readonly Pick<HostSighting, 'hostId' | 'hostName'>[];
  readonly labels?: readonly (readonly [key: string, value: string])[];
  readonly tags?: readonly string[];
  readonly service?: Partial<ServiceAttributes>;
  readonly size?: number | null;
  readonly scan?: ScanSummary | null;
  readonly riskScore?: number;
  readonly signatureFetchedAt?: Micros | null;
  readonly problems?: readonly Problem[];
  readonly seenAt: Micros;
  readonly createdAt?: Micros;
  readonly updatedAt?: Micros;
}

export interface MergeContext {
  readonly project: Id;
  readonly source: SourceRef;
  /** The time changes are recorded with, unless the facts bring their own. */
  readonly now: Micros;
}

export interface Merged {
  /** The image as it is now. Only its last-seen times differ from before when `changed` is false. */
  readonly record: ImageRecord;
  readonly changed: boolean;
  /** References this source sees, as kept. */
  readonly seen: readonly ReferenceKey[];
  /** Those of them it did not see on this image before: a tag may have moved here from elsewhere. */
  readonly claimed: readonly ReferenceKey[];
  /** Hosts this source sees it on, as kept. */
  readonly hosts: readonly string[];
}

/**
 * The id of the image that facts are about.
 * @throws StowageError `observation.id` when they name none
 */
export function factsId(project: Id, facts: Pick<ImageFacts, 'kind' | 'digest' | 'id'>): Id {
  if (facts.kind === 'vm' && facts.id !== undefined) return facts.id;
  if (facts.digest === null)
    throw invalid(
      'observation.id',
      'An image without digest needs an id, and only a VM image may have one; give either.',
      'digest',
    );
  return imageId(project, facts.digest);
}

/** What an observation makes of an image. Pure: the same arguments give the same result. */
export function mergeImage(known: ImageRecord | undefined, facts: ImageFacts, context: MergeContext): Merged {
  const { project, source, now } = context;
  const bounds = new Bounds();
  const before = known && partsOf(known, project);
  const image = before?.image;

  const references = mergeReferences(image?.references ?? [], facts, source, bounds.enter('references', false));
  const isRepeat = known?.given.platforms === source.id && (facts.problems ?? []).length === 0;
  const replaces = isRepeat || facts.kind === 'vm';
  const platforms = facts.platforms
    ? mergePlatforms(
        image?.platforms ?? [],
        cleanPlatforms(facts.platforms, bounds.enter('platforms', replaces)),
        replaces,
      )
    : (image?.platforms ?? []);
  const hasWord = facts.platforms && facts.platforms.length > 0 && !isDeepStrictEqual(platforms, image?.platforms);
  const service = facts.service
    ? { ...before?.service, ...cleanService(facts.service, bounds.enter('service')) }
    : (before?.service ?? {});
  const hosts = facts.hosts
    ? mergeHosts(image?.hosts ?? [], facts, source, bounds.enter('hosts', false))
    : (image?.hosts ?? []);
  const labels = facts.labels ? bounds.enter('labels').labels(facts.labels) : (image?.labels ?? []);
  const tags = facts.tags ? cleanTags(facts.tags, bounds.enter('tags')) : (image?.tags ?? []);
  const scan = facts.scan === undefined ? (image?.scan ?? null) : cleanScan(facts.scan, bounds.enter('scan'));
  const problems = facts.problems ? cleanProblems(facts.problems, bounds.enter('problems')) : (before?.problems ?? []);
  bounds.enter('image');

  const record = assemble({
    project,
    service,
    problems,
    image: {
      id: image?.id ?? factsId(project, facts),
      kind: image?.kind ?? facts.kind,
      digest: bounds.optional(facts.digest, TEXT_BYTES.part) ?? image?.digest ?? null,
      mediaType: bounds.optional(facts.mediaType, TEXT_BYTES.part) ?? image?.mediaType ?? null,
      createdAt: Math.min(image?.createdAt ?? facts.createdAt ?? now, facts.createdAt ?? Number.POSITIVE_INFINITY),
      updatedAt: image?.updatedAt ?? facts.updatedAt ?? now,
      lastSeenAt: Math.max(image?.lastSeenAt ?? facts.seenAt, facts.seenAt),
      platforms,
      references: references.all,
      hosts,
      labels,
      tags,
      scan,
      riskScore: finite(facts.riskScore) ?? image?.riskScore ?? 0,
      signatureFetchedAt:
        facts.signatureFetchedAt === undefined
          ? (image?.signatureFetchedAt ?? null)
          : bounds.whole(facts.signatureFetchedAt),
    },
    size: facts.size === undefined ? (known?.size ?? null) : bounds.whole(facts.size),
    sources: withSource(known?.sources ?? [], source),
    given: {
      labels: facts.labels !== undefined || known?.given.labels === true,
      service: (Object.keys(service) as (keyof ServiceAttributes)[]).sort(byText),
      platforms: hasWord ? source.id : (known?.given.platforms ?? null),
    },
    limits: standing(bounds.problems(known?.limits ?? []), references.all.length, hosts.length),
  });
  const stored = (facts.hosts ?? []).map((host) => bounds.text(host.hostId, TEXT_BYTES.part));
  const result = { seen: references.seen, claimed: references.claimed, hosts: stored };
  if (known === undefined) return { ...result, record, changed: true };

  const isNewer = facts.updatedAt !== undefined && facts.updatedAt > known.image.updatedAt;
  const changed = isNewer || !isSameButSeen(known, record);
  return { ...result, changed, record: changed ? stamped(record, facts.updatedAt ?? now) : record };
}

/** A record whose last change is at `at`; a time of change never goes back. */
export function stamped(record: ImageRecord, at: Micros): ImageRecord {
  return { ...record, image: { ...record.image, updatedAt: Math.max(record.image.updatedAt, at) } };
}

/** Whether two records differ in nothing but when things were last seen. */
export function isSameButSeen(a: ImageRecord, b: ImageRecord): boolean {
  return isDeepStrictEqual(withoutSeen(a), withoutSeen(b));
}

function withoutSeen(record: ImageRecord): unknown {
  const { image } = record;
  const unseen = { lastSeenAt: 0 };
  return {
    ...record,
    image: {
      ...image,
      ...unseen,
      updatedAt: 0,
      references: image.references.map((each) => ({ ...each, ...unseen })),
      hosts: image.hosts.map((each) => ({ ...each, ...unseen })),
    },
  };
}

/** One text per reference of an image; NUL cannot occur in its parts. */
export function keyOfReference(reference: ReferenceKey): string {
  return `${reference.registry}\0${reference.repository}\0${reference.tag ?? ''}`;
}

function mergeReferences(known: readonly Reference[], facts: ImageFacts, source: SourceRef, bounds: Bounds) {
  const all = new Map(known.map((each) => [keyOfReference(each), each]));
  const seen = new Map<string, ReferenceKey>();
  const claimed: ReferenceKey[] = [];
  for (const given of facts.references ?? []) {
    const reference = cleanReference(given, bounds);
    const key = reference && keyOfReference(reference);
    if (key === undefined || seen.has(key)) continue;
    const before = all.get(key);
    if (before === undefined && all.size >= BOUNDS.references) {
      bounds.overflow('references');
      continue;
    }
    seen.set(key, reference!);
    if (!before?.sources.some((each) => each.id === source.id)) claimed.push(reference!);
    all.set(key, {
      ...reference!,
      firstSeenAt: before?.firstSeenAt ?? facts.seenAt,
      lastSeenAt: Math.max(before?.lastSeenAt ?? facts.seenAt, facts.seenAt),
      sources: withSource(before?.sources ?? [], source),
    });
  }
  return { all: [...all.values()].sort(byReference), seen: [...seen.values()], claimed };
}

/** References as they are kept, without those whose names cannot be. */
export function cleanReferences(references: readonly ReferenceKey[]): readonly ReferenceKey[] {
  const bounds = new Bounds();
  return references.flatMap((each) => cleanReference(each, bounds) ?? []);
}

function cleanReference(given: ReferenceKey, bounds: Bounds): ReferenceKey | undefined {
  const registry = bounds.text(given.registry, TEXT_BYTES.part);
  const repository = bounds.text(given.repository, TEXT_BYTES.part);
  const tag = given.tag === null || given.tag === '' ? null : bounds.text(given.tag, TEXT_BYTES.tag);
  // A name that had to be changed is another name: none is better than a wrong one.
  const isSame = registry === given.registry && repository === given.repository && (tag ?? '') === (given.tag ?? '');
  return isSame && registry !== '' && repository !== '' ? { registry, repository, tag } : undefined;
}

function mergeHosts(
  known: readonly HostSighting[],
  facts: ImageFacts,
  source: SourceRef,
  bounds: Bounds,
): readonly HostSighting[] {
  const keyOf = (hostId: string, sourceId: Id) => `${sourceId} ${hostId}`;
  const all = new Map(known.map((each) => [keyOf(each.hostId, each.source.id), each]));
  for (const host of facts.hosts ?? []) {
    const hostId = bounds.text(host.hostId, TEXT_BYTES.part);
    const hostName = bounds.text(host.hostName, TEXT_BYTES.part);
    const before = all.get(keyOf(hostId, source.id));
    all.set(keyOf(hostId, source.id), {
      hostId,
      hostName,
      source: { id: source.id, kind: source.kind },
      firstSeenAt: before?.firstSeenAt ?? facts.seenAt,
      lastSeenAt: Math.max(before?.lastSeenAt ?? facts.seenAt, facts.seenAt),
    });
  }
  return bounds.list('hosts', [...all.values()]);
}

function cleanPlatforms(platforms: readonly Platform[], bounds: Bounds): readonly Platform[] {
  return bounds.list('platforms', platforms).map((platform) => cleanPlatform(platform, bounds));
}

function cleanTags(tags: readonly string[], bounds: Bounds): readonly string[] {
  const unique = new Set(tags.map((tag) => bounds.text(tag, TEXT_BYTES.part)));
  unique.delete('');
  return bounds.list('tags', [...unique].sort(byText));
}

function cleanProblems(problems: readonly Problem[], bounds: Bounds): readonly Problem[] {
  return bounds.list('problems', problems).map((problem) => ({
    code: bounds.text(problem.code, TEXT_BYTES.part),
    message: bounds.text(problem.message, TEXT_BYTES.labelKey),
    part: bounds.optional(problem.part, TEXT_BYTES.labelKey),
  }));
}

function withSource(sources: readonly SourceRef[], { id, kind }: SourceRef): readonly SourceRef[] {
  if (sources.some((each) => each.id === id && each.kind === kind)) return sources;
  return [...sources.filter((each) => each.id !== id), { id, kind }].sort((a, b) => byText(a.id, b.id));
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
