import {
  deriveArguments,
  derivePlacements,
  deriveSummary,
  digestHead,
  type ImageSummary,
  instruction,
} from '../../domain/derive.ts';
import { type BucketRange, bucketOf, type Id } from '../../domain/id.ts';
import type { Platform, Reference } from '../../domain/image.ts';
import type { ImageRecord } from '../../domain/record.ts';
import { fold } from '../../query/predicate.ts';
import { stamped } from '../stamp.ts';
import { encodeImage } from '../summaries/image.ts';
import { encodePlacement } from '../summaries/placement.ts';
import { arranger, type Row } from './arrange.ts';
import { tagValues } from './tag-values.ts';

/** The project rows are written for. */
export interface Scope {
  readonly id: Id;
  /** What its rows are keyed by. */
  readonly no: number;
  readonly buckets: BucketRange;
}

/** Containers and hosts of an image, in numbers. */
export interface Counts {
  readonly containerCount: number;
  readonly runningCount: number;
  readonly hostCount: number;
}

/** Rows by table. Those of `tag_count` are not rows but what they add to it, as `Counters` takes it. */
export type RowSet = ReadonlyMap<string, readonly Row[]>;

const imageRow = arranger('image', [
  'project_no',
  'bucket',
  'image_id',
  'digest',
  'kind',
  'media_type',
  'name',
  'name_fold',
  'registry',
  'registry_fold',
  'repository',
  'repository_fold',
  'image_tag',
  'image_tag_fold',
  'size',
  'built_at',
  'created_at',
  'updated_at',
  'last_seen_at',
  'user',
  'user_fold',
  'operating_system',
  'operating_system_fold',
  'scanned_at',
  'signature_fetched_at',
  'component_count',
  'cve_count',
  'fixable_cve_count',
  'top_cvss',
  'risk_score',
  'container_count',
  'running_count',
  'host_count',
  'service_name',
  'status',
  'visibility',
  'owner',
  'protected',
  'hidden',
  'min_disk',
  'min_ram',
  'disk_format',
  'container_format',
  'virtual_size',
  'checksum',
  'hash_algorithm',
  'hash_value',
  'problem_count',
  'stamp',
  'summary',
]);
const detailRow = arranger('image_detail', ['project_no', 'bucket', 'image_id', 'detail']);
const imageTagRow = arranger('image_tag', [
  'project_no',
  'bucket',
  'image_id',
  'tag_id',
  'created_at',
  'updated_at',
  'size',
]);
const placementRow = arranger('placement', [
  'project_no',
  'bucket',
  'image_id',
  'name',
  'name_fold',
  'digest_head',
  'short_name',
  'short_name_fold',
  'registry',
  'registry_fold',
  'repository',
  'repository_fold',
  'tag_count',
  'size',
  'built_at',
  'first_seen_at',
  'last_seen_at',
  'container_count',
  'running_count',
  'digest',
  'stamp',
  'summary',
]);
const placementTagRow = arranger('placement_tag', [
  'project_no',
  'bucket',
  'image_id',
  'name',
  'tag_id',
  'digest_head',
  'size',
]);
const referenceRow = arranger('reference', [
  'project_no',
  'bucket',
  'image_id',
  'tag_key',
  'name',
  'name_fold',
  'registry',
  'registry_fold',
  'repository',
  'repository_fold',
  'tag',
  'tag_fold',
  'digest',
  'first_seen_at',
  'last_seen_at',
  'closed_at',
  'sources',
]);
const platformRow = arranger('platform', [
  'project_no',
  'bucket',
  'image_id',
  'position',
  'os',
  'os_fold',
  'architecture',
  'architecture_fold',
  'variant',
  'variant_fold',
  'os_version',
  'os_version_fold',
  'manifest_digest',
  'config_digest',
  'size',
  'built_at',
]);
const layerRow = arranger('image_layer', [
  'project_no',
  'bucket',
  'image_id',
  'platform_position',
  'position',
  'digest',
  'keyword',
  'keyword_fold',
  'value',
  'value_fold',
]);
const argumentRow = arranger('image_argument', [
  'project_no',
  'bucket',
  'image_id',
  'kind',
  'position',
  'value',
  'value_fold',
]);
const memberRow = arranger('image_member', ['project_no', 'bucket', 'image_id', 'member', 'status']);

/** All rows of one image but its sightings, which carry times of their own. */
export function imageRows(record: ImageRecord, counts: Counts, scope: Scope): RowSet {
  const { image } = record;
  const owner = [scope.no, bucketOf(scope.buckets, image.id), image.id];
  const summary = deriveSummary(record);
  const tags = tagValues(image.labels, image.tags);
  const rows = new Map<string, Row[]>();
  rows.set('image', [mainRow(owner, summary, counts)]);
  rows.set('image_detail', [detailRow([...owner, JSON.stringify(detailOf(record))])]);
  rows.set(
    'image_tag',
    tags.map(([id]) => imageTagRow([...owner, id, image.createdAt, image.updatedAt, summary.size])),
  );
  const placed = addPlacements(rows, owner, summary, counts, tags);
  rows.set(
    'tag_count',
    tags.map((tag) => [owner[0], owner[1], ...tag, 1, placed, 0]),
  );
  rows.set(
    'reference',
    image.references.map((each) => openReference(owner, each, image.digest)),
  );
  rows.set(
    'platform',
    image.platforms.map((each, position) => onePlatform(owner, each, position)),
  );
  rows.set(
    'image_layer',
    image.platforms.flatMap((each, position) => layersOf(owner, each, position)),
  );
  rows.set(
    'image_argument',
    deriveArguments(image).map((each) =>
      argumentRow([...owner, each.kind, each.position, each.value, fold(each.value)]),
    ),
  );
  rows.set(
    'image_member',
    image.service.members.map((each) => memberRow([...owner, each.member, each.status])),
  );
  return rows;
}

/** What the detail document holds: with the summary it makes the whole record. */
export function detailOf(record: ImageRecord) {
  const { image, size, sources, given, limits } = record;
  return { platforms: image.platforms, hosts: image.hosts, size, sources, given, limits };
}

function mainRow(owner: readonly unknown[], summary: ImageSummary, counts: Counts): Row {
  const { name, registry, repository, tag, user, scan, service } = summary;
  const operatingSystem = scan?.operatingSystem ?? '';
  return imageRow([
    ...owner,
    summary.digest,
    summary.kind,
    summary.mediaType,
    name,
    fold(name),
    registry,
    fold(registry),
    repository,
    fold(repository),
    tag,
    fold(tag),
    summary.size,
    summary.builtAt,
    summary.createdAt,
    summary.updatedAt,
    summary.lastSeenAt,
    user,
    fold(user),
    operatingSystem,
    fold(operatingSystem),
    scan?.scannedAt ?? null,
    summary.signatureFetchedAt,
    scan?.componentCount ?? null,
    scan?.cveCount ?? null,
    scan?.fixableCveCount ?? null,
    scan?.topCvss ?? null,
    summary.riskScore,
    counts.containerCount,
    counts.runningCount,
    counts.hostCount,
    service.name,
    service.status,
    service.visibility,
    service.owner,
    service.protected,
    service.hidden,
    service.minDisk,
    service.minRam,
    service.diskFormat,
    service.containerFormat,
    service.virtualSize,
    service.checksum,
    service.hashAlgorithm,
    service.hashValue,
    summary.problems.length,
    ...stamped(encodeImage(summary)),
  ]);
}

/** @returns how many there are */
function addPlacements(
  rows: Map<string, Row[]>,
  owner: readonly unknown[],
  summary: ImageSummary,
  counts: Counts,
  tags: readonly string[][],
): number {
  const placements: Row[] = [];
  const placementTags: Row[] = [];
  const head = digestHead(summary.digest);
  for (const each of derivePlacements(summary.references)) {
    const { name, shortName, registry, repository } = each;
    placements.push(
      placementRow([
        ...owner,
        name,
        fold(name),
        head,
        shortName,
        fold(shortName),
        registry,
        fold(registry),
        repository,
        fold(repository),
        each.tagCount,
        summary.size,
        summary.builtAt,
        each.firstSeenAt,
        each.lastSeenAt,
        counts.containerCount,
        counts.runningCount,
        summary.digest ?? '',
        ...stamped(encodePlacement(each.references)),
      ]),
    );
    for (const [id] of tags) placementTags.push(placementTagRow([...owner, name, id, head, summary.size]));
  }
  rows.set('placement', placements);
  rows.set('placement_tag', placementTags);
  return placements.length;
}

/** The columns a reference has in every table of references: name to last sighting. */
export function referenceValues(each: Reference, digest: string | null): unknown[] {
  const { registry, repository, tag } = each;
  const name = `${registry}/${repository}${tag === null ? '' : `:${tag}`}`;
  return [
    name,
    fold(name),
    registry,
    fold(registry),
    repository,
    fold(repository),
    tag,
    tag === null ? null : fold(tag),
    digest,
    each.firstSeenAt,
    each.lastSeenAt,
  ];
}

function openReference(owner: readonly unknown[], each: Reference, digest: string | null): Row {
  return referenceRow([...owner, each.tag ?? '', ...referenceValues(each, digest), null, JSON.stringify(each.sources)]);
}

function onePlatform(owner: readonly unknown[], each: Platform, position: number): Row {
  const text = (value: string | null) => [value, value === null ? null : fold(value)];
  return platformRow([
    ...owner,
    position,
    ...text(each.os),
    ...text(each.architecture),
    ...text(each.variant),
    ...text(each.osVersion),
    each.manifestDigest,
    each.configDigest,
    each.size,
    each.builtAt,
  ]);
}

function layersOf(owner: readonly unknown[], platform: Platform, platformPosition: number): Row[] {
  return platform.layers.map((layer, position) => {
    const { keyword, value } = instruction(layer.createdBy);
    return layerRow([...owner, platformPosition, position, layer.digest, keyword, fold(keyword), value, fold(value)]);
  });
}
