import { dashed } from '../../domain/id.ts';
import type { ImageRow } from '../../domain/rows.ts';
import { formatRfc3339 } from '../../domain/time.ts';
import { BASE_ATTRIBUTES } from './fields.ts';
import type { Flavour } from './wire/flavour.ts';

/** What printing an image takes. */
export type PrintedImage = Pick<ImageRow, 'id' | 'size' | 'service' | 'labels' | 'tags' | 'createdAt' | 'updatedAt'>;

/**
 * The document of one image as text (contract 1.3): its custom properties, then the base attributes in the vendor's
 * order, spaced as Python spaces JSON. A label or property named like a base attribute is left out.
 */
export function imageDocument(image: PrintedImage, flavour: Flavour): string {
  const { service } = image;
  const id = dashed(image.id);
  const members: string[] = [];
  const add = (key: string, value: unknown) => {
    if (value !== null || flavour.nulls) members.push(`"${key}": ${JSON.stringify(value)}`);
  };
  for (const [key, value] of image.labels) {
    if (!BASE_ATTRIBUTES.has(key)) members.push(`${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  }
  add('name', service.name);
  add('disk_format', service.diskFormat);
  add('container_format', service.containerFormat);
  add('visibility', service.visibility);
  add('size', image.size);
  add('virtual_size', service.virtualSize);
  add('status', service.status);
  add('checksum', service.checksum);
  add('protected', service.protected);
  add('min_ram', service.minRam);
  add('min_disk', service.minDisk);
  add('owner', service.owner);
  if (flavour.osAttributes) {
    add('os_hidden', service.hidden);
    add('os_hash_algo', service.hashAlgorithm);
    add('os_hash_value', service.hashValue);
  }
  add('id', id);
  add('created_at', formatRfc3339(image.createdAt, 0));
  add('updated_at', formatRfc3339(image.updatedAt, 0));
  const tags = [...new Set(image.tags)].map((tag) => JSON.stringify(tag));
  members.push(`"tags": [${tags.join(', ')}]`);
  add('self', `/v2/images/${id}`);
  add('file', `/v2/images/${id}/file`);
  add('schema', '/v2/schemas/image');
  return `{${members.join(', ')}}`;
}

/**
 * The document of a list (contract 1.3).
 * @param images the documents of its images
 */
export function listDocument(
  images: readonly string[],
  links: { readonly first: string; readonly next?: string },
  flavour: Flavour,
): string {
  const first = flavour.plainFirst || links.first.includes('?') ? `"first": ${JSON.stringify(links.first)}, ` : '';
  const next = links.next === undefined ? '' : `, "next": ${JSON.stringify(links.next)}`;
  return `{"images": [${images.join(', ')}], ${first}"schema": "/v2/schemas/images"${next}}`;
}
