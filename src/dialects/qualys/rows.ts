import { digestHex } from '../../domain/digest.ts';
import { dashed } from '../../domain/id.ts';
import type { ContentRow } from '../../domain/rows.ts';
import { MILLISECOND, type Micros } from '../../domain/time.ts';
import { SOURCES } from './fields.ts';

/**
 * One image of the list, keys in the order of the vendor's sample (contract section 2). Most times are texts of
 * milliseconds; what no scan has told yet is null.
 */
export function imageItem(row: ContentRow) {
  const sha = digestHex(row.configDigest);
  const scannedAt = row.image.scan?.scannedAt ?? null;
  const { references } = row;
  return {
    created: millis(row.platform.builtAt),
    updated: millis(row.updatedAt),
    lastUsedDate: millis(row.lastUsedAt),
    sha,
    repo: references.map(({ registry, tag, repository }) => ({ registry, tag, repository })),
    repoDigests: repoDigests(row),
    uuid: dashed(row.id),
    size: row.platform.size,
    vulnerabilities: {
      severity5Count: null,
      severity3Count: null,
      severity4Count: null,
      severity1Count: null,
      severity2Count: null,
    },
    imageId: sha.slice(0, 12),
    associatedContainersCount: row.containerCount,
    associatedHostsCount: row.hostCount,
    lastVmScanDate: millis(scannedAt),
    registryUuid: registryUuids(row),
    source: sources(row),
    isDockerHubOfficial: references.some(
      ({ registry, repository }) => registry === 'docker.io' && repository.startsWith('library/'),
    ),
    scanType: null,
    scanTypes: scannedAt === null ? null : ['STATIC'],
    scanErrorCode: null,
    scanStatus: scannedAt === null ? null : 'SUCCESS',
    lastFoundOnHost: null,
    exceptions: null,
    riskScore: scannedAt === null ? null : riskScore(row.image.riskScore),
    riskScoreCalculatedDate: null,
    maxQdsScore: null,
    qdsSeverity: null,
    lastScannedBySensor: null,
    scanErrorMessage: null,
    criticality: null,
    criticalityUpdated: null,
    baseImage: null,
    childImagesCount: null,
    sbomLayerProcessingTimestamp: null,
    baseImageProcessingTimestamp: null,
    compliance: { failCount: null, passCount: null, errorCount: null },
    lastComplianceScanDate: null,
    firstFound: millis(row.createdAt),
    author: row.platform.author ?? '',
    lastScanned: millis(scannedAt),
    label: row.labels.length === 0 ? null : row.labels.map(([key, value]) => ({ key, value })),
    operatingSystem: row.image.scan?.operatingSystem ?? row.platform.os,
  };
}

/** Milliseconds since 1970 as text; the vendor's clients want 13 digits, which every time since 2001 has. */
function millis(time: Micros | null): string | null {
  return time === null ? null : String(Math.floor(time / MILLISECOND));
}

/** The inventory's 0 to 10 as the vendor's 0 to 1,000. */
function riskScore(score: number): number {
  return Math.round(Math.min(Math.max(score, 0), 10) * 100);
}

function repoDigests(row: ContentRow) {
  const seen = new Map<string, { registry: string; digest: string; repository: string }>();
  for (const { registry, repository, digest } of row.references) {
    seen.set(`${registry} ${repository} ${digest}`, { registry, digest: digestHex(digest), repository });
  }
  return [...seen.values()];
}

function registryUuids(row: ContentRow): readonly string[] | null {
  const ids = new Set(
    row.references.flatMap((reference) =>
      reference.sources.filter((source) => source.kind === 'registry').map((source) => dashed(source.id)),
    ),
  );
  return ids.size === 0 ? null : [...ids];
}

function sources(row: ContentRow): readonly string[] {
  const kinds = new Set(row.references.flatMap((reference) => reference.sources.map((source) => source.kind)));
  if (row.containerCount > 0 || row.hostCount > 0) kinds.add('docker');
  return Object.entries(SOURCES)
    .filter(([, of]) => of.some((kind) => kinds.has(kind)))
    .map(([name]) => name);
}
