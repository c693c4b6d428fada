import type { ServiceAttributes } from '../../../domain/image.ts';
import { parseId } from '../../../domain/id.ts';
import type { ImageObservation } from '../../../store/store.ts';

/** A VM image in the words of the image API; what is left out is as in a fresh active image. */
export interface VmImage {
  readonly id: string;
  readonly name?: string | null;
  readonly owner?: string | null;
  readonly visibility?: ServiceAttributes['visibility'];
  readonly status?: string;
  readonly container_format?: string | null;
  readonly disk_format?: string | null;
  readonly size?: number | null;
  readonly virtual_size?: number | null;
  readonly min_ram?: number;
  readonly min_disk?: number;
  readonly protected?: boolean;
  readonly os_hidden?: boolean;
  readonly checksum?: string | null;
  readonly os_hash_algo?: string | null;
  readonly os_hash_value?: string | null;
  readonly properties?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  readonly members?: readonly (readonly [string, 'pending' | 'accepted' | 'rejected'])[];
  readonly created_at?: string;
  readonly updated_at?: string;
}

/** The observation a source would make of it. */
export function observe(image: VmImage, fallbackOwner: string): ImageObservation {
  const createdAt = Date.parse(image.created_at ?? '2026-01-10T12:00:00Z') * 1000;
  return {
    kind: 'vm',
    digest: null,
    id: parseId(image.id)!,
    size: image.size ?? null,
    labels: Object.entries(image.properties ?? {}),
    tags: image.tags ?? [],
    seenAt: createdAt,
    createdAt,
    updatedAt: Date.parse(image.updated_at ?? image.created_at ?? '2026-01-10T12:00:00Z') * 1000,
    service: {
      name: image.name ?? null,
      status: image.status ?? 'active',
      visibility: image.visibility ?? 'private',
      owner: image.owner === undefined ? fallbackOwner : image.owner,
      protected: image.protected ?? false,
      hidden: image.os_hidden ?? false,
      minDisk: image.min_disk ?? 0,
      minRam: image.min_ram ?? 0,
      diskFormat: image.disk_format ?? null,
      containerFormat: image.container_format ?? null,
      virtualSize: image.virtual_size ?? null,
      checksum: image.checksum ?? null,
      hashAlgorithm: image.os_hash_algo ?? null,
      hashValue: image.os_hash_value ?? null,
      members: (image.members ?? []).map(([member, status]) => ({ member, status })),
    },
  };
}
