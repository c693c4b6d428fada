import { type Bounds, TEXT_BYTES } from './bounds.ts';
import type { ScanSummary, ServiceAttributes } from './image.ts';

/** Given service attributes as they can be kept; attributes left out, or given as `undefined`, stay out. */
export function cleanService(service: Partial<ServiceAttributes>, bounds: Bounds): Partial<ServiceAttributes> {
  const clean: { -readonly [Key in keyof ServiceAttributes]?: ServiceAttributes[Key] } = {};
  for (const key of [
    'name',
    'owner',
    'diskFormat',
    'containerFormat',
    'checksum',
    'hashAlgorithm',
    'hashValue',
  ] as const) {
    if (service[key] !== undefined) clean[key] = bounds.optional(service[key], TEXT_BYTES.part);
  }
  for (const key of ['minDisk', 'minRam'] as const) {
    if (service[key] !== undefined) clean[key] = bounds.whole(service[key]) ?? 0;
  }
  for (const key of ['protected', 'hidden'] as const) {
    if (service[key] !== undefined) clean[key] = service[key];
  }
  if (service.status !== undefined) clean.status = bounds.text(service.status, TEXT_BYTES.part);
  if (service.visibility !== undefined) clean.visibility = service.visibility;
  if (service.virtualSize !== undefined) clean.virtualSize = bounds.whole(service.virtualSize);
  if (service.members !== undefined) {
    const members = new Map(
      bounds
        .list('members', service.members)
        .map(({ member, status }) => [bounds.text(member, TEXT_BYTES.part), status]),
    );
    clean.members = [...members]
      .map(([member, status]) => ({ member, status }))
      .sort((a, b) => (a.member < b.member ? -1 : 1));
  }
  return clean;
}

/** A scan summary with exact numbers and storable text. */
export function cleanScan(scan: ScanSummary | null, bounds: Bounds): ScanSummary | null {
  if (scan === null) return null;
  return {
    scannedAt: bounds.whole(scan.scannedAt) ?? 0,
    operatingSystem: bounds.optional(scan.operatingSystem, TEXT_BYTES.part),
    componentCount: bounds.whole(scan.componentCount) ?? 0,
    cveCount: bounds.whole(scan.cveCount) ?? 0,
    fixableCveCount: bounds.whole(scan.fixableCveCount),
    topCvss: scan.topCvss !== null && Number.isFinite(scan.topCvss) ? scan.topCvss : null,
  };
}
