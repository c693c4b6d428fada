/** What this API shows of an image: a list row, and the whole message. Key order is that of the protocol's fields. */
import { instruction } from '../../domain/derive.ts';
import { type Image, type Platform, primaryPlatform, type Reference } from '../../domain/image.ts';
import type { ImageRow } from '../../domain/rows.ts';
import { float32, timestamp } from './wire/json.ts';
import type { Ranks } from './wire/ranks.ts';

/** A row of the list (message ListImage). Counts are left out as long as the image was never scanned. */
export function renderRow(row: ImageRow, ranks: Ranks) {
  const { scan } = row;
  return {
    id: row.digest ?? '',
    name: row.name || (row.digest ?? ''),
    ...(scan && { components: scan.componentCount, cves: scan.cveCount }),
    ...(scan && scan.fixableCveCount !== null && { fixableCves: scan.fixableCveCount }),
    created: timestamp(row.builtAt),
    lastUpdated: timestamp(row.updatedAt),
    priority: String(ranks(row.riskScore)),
  };
}

/**
 * One image (message Image).
 * @param row the same image as lists show it: it knows which name speaks for the image
 */
export function renderImage(image: Image, row: ImageRow, ranks: Ranks) {
  const digest = image.digest ?? '';
  const primary = primaryPlatform(image.platforms);
  const { scan, signatureFetchedAt } = image;
  return {
    id: digest,
    name: { registry: row.registry, remote: row.repository, tag: row.tag, fullName: row.name || digest },
    names: image.references.length > 0 ? image.references.map((each) => renderName(each, digest)) : [noName(digest)],
    metadata: primary ? renderMetadata(image, primary) : null,
    scan: scan && {
      scannerVersion: '',
      scanTime: timestamp(scan.scannedAt),
      components: [],
      operatingSystem: scan.operatingSystem ?? '',
      dataSource: null,
      // The counts are known, what was counted is not: that must not look like a clean image.
      notes: scan.componentCount > 0 || scan.cveCount > 0 ? ['PARTIAL_SCAN_DATA'] : [],
    },
    signatureVerificationData: null,
    signature: signatureFetchedAt === null ? null : { signatures: [], fetched: timestamp(signatureFetchedAt) },
    ...(scan && { components: scan.componentCount, cves: scan.cveCount }),
    ...(scan && scan.fixableCveCount !== null && { fixableCves: scan.fixableCveCount }),
    lastUpdated: timestamp(image.updatedAt),
    notPullable: false,
    isClusterLocal: false,
    priority: String(ranks(image.riskScore)),
    riskScore: float32(image.riskScore),
    ...(scan && scan.topCvss !== null && { topCvss: float32(scan.topCvss) }),
    notes: [...(primary ? [] : ['MISSING_METADATA']), ...(scan ? [] : ['MISSING_SCAN_DATA'])],
    baseImageInfo: [],
  };
}

function renderName({ registry, repository, tag }: Reference, digest: string) {
  const path = `${registry}/${repository}`;
  return {
    registry,
    remote: repository,
    tag: tag ?? '',
    fullName: tag === null ? `${path}@${digest}` : `${path}:${tag}`,
  };
}

function noName(digest: string) {
  return { registry: '', remote: '', tag: '', fullName: digest };
}

function renderMetadata(image: Image, platform: Platform) {
  const source = image.references[0]?.sources[0];
  return {
    v1: {
      digest: platform.configDigest ?? '',
      created: timestamp(platform.builtAt),
      author: platform.author ?? '',
      layers: platform.layers.map((layer) => {
        const { keyword, value } = instruction(layer.createdBy);
        return {
          instruction: keyword,
          value,
          created: timestamp(layer.builtAt),
          author: layer.author ?? '',
          empty: layer.empty,
        };
      }),
      user: platform.user ?? '',
      command: platform.command,
      entrypoint: platform.entrypoint,
      volumes: platform.volumes,
      labels: toMap(image.labels),
    },
    v2: platform.manifestDigest === null ? null : { digest: platform.manifestDigest },
    layerShas: platform.layers.flatMap(({ digest }) => digest ?? []),
    dataSource: source ? { id: source.id, name: source.kind, mirror: '' } : null,
    version: '0',
  };
}

/** Labels as an object; without a prototype, as keys are data. */
function toMap(labels: readonly (readonly [string, string])[]): Record<string, string> {
  const map: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of labels) map[key] = value;
  return map;
}
