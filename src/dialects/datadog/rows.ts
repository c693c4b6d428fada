import type { Container } from '../../domain/container.ts';
import type { ScanSummary } from '../../domain/image.ts';
import type { PlacementRow } from '../../domain/rows.ts';
import { formatRfc3339, type Micros } from '../../domain/time.ts';
import type { Group } from '../../store/store.ts';
import { sortedSet, tagsOfContainer, tagsOfImage } from './wire/tags.ts';

/**
 * One `container_image` (contract 1.3, key order of 2.2). What is not known of an image is an empty array or no key at
 * all, never null.
 */
export function imageItem(row: PlacementRow) {
  const { image } = row;
  const { platforms } = image;
  const builtAt = platforms.map((platform) => (platform.builtAt === null ? null : seconds(platform.builtAt)));
  return {
    type: 'container_image',
    id: row.id,
    attributes: {
      name: row.name,
      short_image: row.shortName,
      image_tags: sortedSet(known(row.references.map((reference) => reference.tag))),
      registry: row.registry,
      repository: row.repository,
      repo_digest: image.digest ?? undefined,
      sizes: known(platforms.map((platform) => platform.size)),
      tags: tagsOfImage(row),
      container_count: image.runningCount,
      os_names: distinct(platforms.map((platform) => platform.os)),
      os_versions: distinct(platforms.map((platform) => platform.osVersion)),
      os_architectures: distinct(platforms.map((platform) => platform.architecture)),
      images_built_at: known(builtAt),
      sources: sortedSet(image.references.flatMap((reference) => reference.sources.map((source) => source.kind))),
      image_flavors: platforms.map((platform, place) => ({
        built_at: builtAt[place] ?? undefined,
        os_name: platform.os ?? undefined,
        os_version: platform.osVersion ?? undefined,
        os_architecture: platform.architecture ?? undefined,
        size: platform.size ?? undefined,
      })),
      vulnerability_count: image.scan === null ? undefined : vulnerabilities(row.id, image.scan),
    },
  };
}

/** One `container` (contract 3.1). Times have no zone there. */
export function containerItem(row: Container) {
  return {
    type: 'container',
    id: row.id,
    attributes: {
      name: row.name,
      created_at: row.createdAt === null ? undefined : withoutZone(row.createdAt),
      started_at: row.startedAt === null ? undefined : withoutZone(row.startedAt),
      state: row.state,
      container_id: row.id,
      host: row.hostName,
      image_name: row.imageRepository,
      image_tags: row.imageTag === '' ? null : [row.imageTag],
      image_digest: row.imageDigest,
      tags: tagsOfContainer(row),
    },
  };
}

/** What the two lists say differently about groups. */
export interface GroupForm {
  readonly type: string;
  readonly relationship: string;
  /** Groups of images have a name, groups of containers do not. */
  readonly named: boolean;
}

/** One group (contract 2.3): `keys` are the requested words, `related` leads to its members. */
export function groupItem(group: Group, keys: readonly string[], related: string, form: GroupForm) {
  const tags = keys.map((key, place) => [key, group.values[place] ?? ''] as const);
  const name = tags.map(([key, value]) => `${key}:${value}`).join(',');
  const attributes = { tags: Object.fromEntries(tags), count: group.count };
  return {
    type: form.type,
    attributes: form.named ? { name, ...attributes } : attributes,
    relationships: { [form.relationship]: { links: { related }, data: [] } },
    id: name,
  };
}

/** The scan says how many CVEs there are, not how severe: they count as of unknown severity rather than as none. */
function vulnerabilities(id: string, scan: ScanSummary) {
  return { asset_id: id, critical: 0, high: 0, medium: 0, low: 0, none: 0, unknown: scan.cveCount };
}

function seconds(time: Micros): string {
  return formatRfc3339(time, 0);
}

function withoutZone(time: Micros): string {
  return seconds(time).slice(0, -1);
}

function known<T>(values: readonly (T | null)[]): T[] {
  return values.filter((value) => value !== null);
}

function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(known(values))];
}
