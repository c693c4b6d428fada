import { expect, test } from 'vitest';
import { schemaDocument } from './schemas.ts';

const read = (name: string) => JSON.parse(schemaDocument(name) ?? 'null');

test('contract case 40: the properties of an image, in order', () => {
  expect(Object.keys(read('image').properties).join(' ')).toBe(
    'id name status visibility protected os_hidden checksum os_hash_algo os_hash_value owner size virtual_size container_format disk_format created_at updated_at tags direct_url min_ram min_disk self file stores schema locations kernel_id ramdisk_id instance_uuid architecture os_distro os_version description cinder_encryption_key_id cinder_encryption_key_deletion_policy',
  );
  expect(Object.keys(read('image'))).toEqual(['name', 'properties', 'additionalProperties', 'links']);
});

test('contract case 40: a list holds what the image schema says', () => {
  expect(read('images').properties.images.items).toEqual(read('image'));
  expect(Object.keys(read('images').properties)).toEqual(['images', 'first', 'next', 'schema']);
});

test('contract 2.3: only what operators add is not base', () => {
  const extras = Object.entries<{ is_base?: boolean }>(read('image').properties).filter(
    ([, { is_base }]) => is_base === false,
  );
  expect(extras.map(([name]) => name)[0]).toBe('kernel_id');
  expect(extras).toHaveLength(9);
});

test('contract 2.3: members and tasks', () => {
  expect(Object.keys(read('member').properties)).toEqual([
    'member_id',
    'image_id',
    'created_at',
    'updated_at',
    'status',
    'schema',
  ]);
  expect(read('members').links).toEqual([{ rel: 'describedby', href: '{schema}' }]);
  expect(Object.keys(read('task').properties)).toEqual(
    'id type status input result owner message image_id request_id user_id expires_at created_at updated_at self schema'.split(
      ' ',
    ),
  );
  expect(schemaDocument('nope')).toBeUndefined();
});
