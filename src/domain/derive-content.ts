import { summarize } from './derive.ts';
import { contentId, type Id } from './id.ts';
import { type Platform, primaryPlatform, type Reference } from './image.ts';
import type { ImageRecord } from './record.ts';
import type { ContentRow } from './rows.ts';
import { byText } from './text.ts';
import type { Micros } from './time.ts';

/** A content without its containers' counts. */
export type ContentSummary = Omit<ContentRow, 'image' | 'containerCount' | 'runningCount' | 'hostCount' | 'lastUsedAt'>;

/** One content as its images show it. */
export interface Content {
  readonly summary: ContentSummary;
  /** The newest of the images. */
  readonly newest: ImageRecord;
  readonly platform: Platform;
  /** Every reference that leads to it, with the image it leads through; ordered by image, then by name. */
  readonly references: readonly (Reference & { readonly digest: string; readonly imageId: Id })[];
  readonly labels: readonly (readonly [key: string, value: string])[];
  readonly tags: readonly string[];
  /** Operating system of the last scan, else of the platform; '' when neither says. */
  readonly operatingSystem: string;
  readonly scannedAt: Micros | null;
  /** 0 to 1000; null when never scanned. */
  readonly riskScore: number | null;
}

/** The contents an image shows: config digest to content id, each once. */
export function contentsOf(record: ImageRecord, project: Id): ReadonlyMap<Id, string> {
  const found = new Map<Id, string>();
  for (const { configDigest } of record.image.platforms) {
    if (configDigest !== null) found.set(contentId(project, configDigest), configDigest);
  }
  return found;
}

/**
 * What all images that show a config digest say together.
 * @returns `undefined` when none shows it
 */
export function deriveContent(id: Id, configDigest: string, images: readonly ImageRecord[]): Content | undefined {
  const showing = images
    .filter(({ image }) => image.platforms.some((platform) => platform.configDigest === configDigest))
    .sort((a, b) => b.image.createdAt - a.image.createdAt || byText(b.image.id, a.image.id));
  const newest = showing[0];
  const platform = newest?.image.platforms.find((each) => each.configDigest === configDigest);
  if (newest === undefined || platform === undefined) return undefined;
  const isPrimary = primaryPlatform(newest.image.platforms) === platform;
  const labels = platform.labels.length === 0 && isPrimary ? newest.image.labels : platform.labels;
  const references = [...showing]
    .sort((a, b) => byText(a.image.id, b.image.id))
    .flatMap(({ image }) =>
      image.references.map((each) => ({ ...each, digest: image.digest ?? '', imageId: image.id })),
    );
  const scans = showing.flatMap(({ image }) => image.scan ?? []).sort((a, b) => b.scannedAt - a.scannedAt);
  return {
    summary: {
      id,
      configDigest,
      platform: summarize(platform),
      references: references.map(({ imageId: _, ...each }) => each),
      labels,
      createdAt: Math.min(...showing.map(({ image }) => image.createdAt)),
      updatedAt: Math.max(...showing.map(({ image }) => image.updatedAt)),
    },
    newest,
    platform,
    references,
    labels,
    tags: [...new Set(showing.flatMap(({ image }) => image.tags))].sort(byText),
    operatingSystem: scans[0]?.operatingSystem ?? platform.os ?? '',
    scannedAt: scans[0]?.scannedAt ?? null,
    riskScore: scans.length === 0 ? null : Math.round(Math.min(Math.max(newest.image.riskScore, 0), 10) * 100),
  };
}
