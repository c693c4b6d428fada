import { expect, test } from 'vitest';
import { imageDocument, listDocument, type PrintedImage } from './rows.ts';
import { RACKSPACE, UPSTREAM } from './wire/flavour.ts';

const IMAGE: PrintedImage = {
  id: '0123456789ab4def8123456789abcdef',
  size: null,
  labels: [
    ['os_distro', 'débian'],
    ['owner', 'not this one'],
    ['os_glance_stage_host', 'x'],
    ['a"b', ''],
  ],
  tags: ['lts', 'x86', 'lts'],
  createdAt: 1_767_261_600_999_999,
  updatedAt: 1_767_261_601_000_000,
  service: {
    name: null,
    status: 'queued',
    visibility: 'shared',
    owner: 'abc',
    protected: false,
    hidden: true,
    minDisk: 1,
    minRam: 2,
    diskFormat: null,
    containerFormat: 'bare',
    virtualSize: null,
    checksum: null,
    hashAlgorithm: null,
    hashValue: null,
    members: [],
  },
};

test('contract 1.3: properties first, then the attributes in order, spaced as Python does', () => {
  expect(imageDocument(IMAGE, UPSTREAM)).toBe(
    '{"os_distro": "débian", "a\\"b": "", "name": null, "disk_format": null, "container_format": "bare", "visibility": "shared", "size": null, "virtual_size": null, "status": "queued", "checksum": null, "protected": false, "min_ram": 2, "min_disk": 1, "owner": "abc", "os_hidden": true, "os_hash_algo": null, "os_hash_value": null, "id": "01234567-89ab-4def-8123-456789abcdef", "created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:01Z", "tags": ["lts", "x86"], "self": "/v2/images/01234567-89ab-4def-8123-456789abcdef", "file": "/v2/images/01234567-89ab-4def-8123-456789abcdef/file", "schema": "/v2/schemas/image"}',
  );
});

test('contract 1.6: an empty list is 69 bytes', () => {
  const empty = listDocument([], { first: '/v2/images' }, UPSTREAM);
  expect(empty).toBe('{"images": [], "first": "/v2/images", "schema": "/v2/schemas/images"}');
  expect(Buffer.byteLength(empty)).toBe(69);
});

test('contract 4: the Rackspace flavour leaves out what has no value, os_ attributes and a plain first link', () => {
  const document = JSON.parse(imageDocument(IMAGE, RACKSPACE));
  expect(Object.keys(document)).not.toContain('name');
  expect(Object.keys(document)).not.toContain('os_hidden');
  expect(document).toMatchObject({ id: '01234567-89ab-4def-8123-456789abcdef', protected: false, min_ram: 2 });
  const links = { first: '/v2/images', next: '/v2/images?marker=x' };
  expect(listDocument([], links, RACKSPACE)).toBe(
    '{"images": [], "schema": "/v2/schemas/images", "next": "/v2/images?marker=x"}',
  );
});
