import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from '../../../test/support/stores.ts';
import { glanceApp, numbered } from './testdata/harness.ts';
import type { VmImage } from './testdata/vm-images.ts';

const SHOWN = { type: 'kernel', ping: 'pong' };
const at = (second: number) => new Date(Date.UTC(2026, 0, 10, 12, 0, second)).toISOString().replace('.000', '');

const SHAPES: readonly Omit<VmImage, 'id'>[] = [
  { name: 'image-1', container_format: 'bare', disk_format: 'raw', protected: true, tags: ['sniff', 'snozz'] },
  {
    name: 'image-2',
    container_format: 'ami',
    disk_format: 'ami',
    properties: { foo: 'bar', abc: 'xyz' },
    tags: ['sniff'],
  },
  { name: 'image-2,image-5', container_format: 'ovf', disk_format: 'qcow2', properties: SHOWN },
  { name: 'image-3', disk_format: 'iso', properties: SHOWN, status: 'queued', tags: ['sniff'] },
  { name: 'image-3', properties: SHOWN, size: 700 },
  { name: 'image-3', properties: SHOWN, size: 1_000 },
  { name: null, size: 1_700, properties: { 'com.rackspace__1__build_core': '1', os_distro: 'ubuntu' } },
];

/** Seven images, oldest first, as the peers' container test has them. */
const SEVEN: readonly VmImage[] = SHAPES.map((image, index) => ({
  ...image,
  id: numbered(index + 1),
  created_at: at(index),
  updated_at: at(index * 2),
}));

describe.each(ENGINES)('GET /v2/images, contract section 7, on %s', (engine) => {
  let app: Awaited<ReturnType<typeof glanceApp>>;
  const numbers = (json: { images: { id: string }[] }) => json.images.map(({ id }) => Number(id.slice(-3)));
  const list = async (query: string) => numbers((await app.ask(`/v2/images?${query}`)).json);
  const refusal = async (query: string) => {
    const { status, json } = await app.ask(`/v2/images?${query}`);
    expect(status).toBe(400);
    return json.message.split('<br />')[0];
  };

  beforeAll(async () => {
    app = await glanceApp(engine);
  });
  afterAll(() => app?.close());

  test('case 1: nothing there', async () => {
    const { status, headers, body } = await app.ask('/v2/images');
    expect(status).toBe(200);
    expect(body).toBe('{"images": [], "first": "/v2/images", "schema": "/v2/schemas/images"}');
    expect(headers['content-type']).toBe('application/json');
    expect(headers['x-openstack-request-id']).toMatch(/^req-[0-9a-f-]{36}$/);
    expect(headers.etag).toBeUndefined();
  });

  test('case 2: seven images, newest first', async () => {
    await app.fill(SEVEN);
    const { json } = await app.ask('/v2/images');
    expect(numbers(json)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(json.first).toBe('/v2/images');
    expect(json).not.toHaveProperty('next');
  });

  test('case 3: created before the first', async () => {
    const { json } = await app.ask(`/v2/images?created_at=lt:${at(0)}`);
    expect(json.images).toEqual([]);
    expect(decodeURIComponent(json.first)).toBe(`/v2/images?created_at=lt:${at(0)}`);
  });

  test('case 4: updated before the third', async () => {
    expect(await list(`updated_at=lt:${at(4)}`)).toEqual([2, 1]);
  });

  test('cases 5, 6: times and operators that are none', async () => {
    expect(await refusal('created_at=lt:invalid_value')).toMatch(/^Bad "created_at" query filter format/);
    expect(await refusal('updated_at=lt:invalid_value')).toMatch(/^Bad "updated_at" query filter format/);
    expect(await refusal('updated_at=invalid_operator:2015-11-19T12:24:02Z')).toBe(
      'Unable to filter on a unknown operator.',
    );
  });

  test('case 7: a name that is no text', async () => {
    expect(await refusal('name=%FF')).toMatch(/^Error decoding your request/);
  });

  test('case 8: names in a list', async () => {
    expect(await list('name=in:image-1,image-2')).toEqual([2, 1]);
    expect(await list('name=in:"image-2,image-5",image-1'.replaceAll('"', '%22'))).toEqual([3, 1]);
  });

  test('case 9: formats in a list', async () => {
    expect(await list('container_format=in:bare,ami')).toEqual([2, 1]);
    expect(await list('disk_format=in:bare,ami,iso')).toEqual([4, 2]);
  });

  test('cases 10, 11, 12: three pages by name', async () => {
    const start = `/v2/images?limit=2&sort_dir=asc&sort_key=name&marker=${numbered(1)}&type=kernel&ping=pong`;
    const first = (await app.ask(start)).json;
    expect(numbers(first)).toEqual([3, 4]);
    const second = (await app.ask(first.next)).json;
    expect(numbers(second)).toEqual([5, 6]);
    expect(second.first).toBe(first.first);
    const third = (await app.ask(second.next)).json;
    expect(third.images).toEqual([]);
    expect(third).not.toHaveProperty('next');
  });

  test('case 14: custom properties', async () => {
    expect(await list('bar=foo')).toEqual([]);
    expect(await list('foo=bar&abc=xyz')).toEqual([2]);
    expect(await list('foo=baz&abc=xyz')).toEqual([]);
    expect(await list('com.rackspace__1__build_core=1&os_distro=ubuntu')).toEqual([7]);
  });

  test('case 15: changes-since is gone', async () => {
    for (const value of ['20001007T10:10:10', 'aaa', '']) {
      expect(await refusal(`changes-since=${value}`)).toBe('The "changes-since" filter is no longer available on v2.');
    }
  });

  test('case 16: protected', async () => {
    expect(await list('protected=true')).toEqual([1]);
    expect(await list('protected=false')).toHaveLength(6);
    expect(await refusal('protected=False')).toBe(
      "Invalid value 'False' for 'protected' filter. Valid values are 'true' or 'false'.",
    );
  });

  test('cases 19, 43: tags', async () => {
    expect(await list('tag=sniff&tag=snozz')).toEqual([1]);
    expect(await list('tag=sniff&status=queued')).toEqual([4]);
    expect(await list('tag=sniff&tag=fake')).toEqual([]);
  });

  test('case 21: limits that are none', async () => {
    expect(await refusal('limit=blah')).toBe('limit param must be an integer');
    expect(await refusal('limit=1.1')).toBe('limit param must be an integer');
    expect(await refusal('limit=-1')).toBe('limit param must be positive');
  });

  test('case 22: no rows asked for', async () => {
    expect((await app.ask('/v2/images?limit=0')).body).toBe(
      '{"images": [], "first": "/v2/images?limit=0", "schema": "/v2/schemas/images"}',
    );
    expect((await app.ask('/v2/images?limit=1000000000')).json.images).toHaveLength(7);
  });

  test('case 23: member status that is none', async () => {
    expect(await refusal('member_status=blah')).toBe('Invalid status: blah');
  });

  test('case 24: new sorting syntax', async () => {
    expect(await list('sort=name:asc,size')).toEqual([7, 1, 2, 3, 6, 5, 4]);
    expect(await list('sort=name,size:asc')).toEqual([4, 5, 6, 3, 2, 1, 7]);
  });

  test('cases 25, 26, 27, 28: orders that are none', async () => {
    for (const query of ['sort=blah', 'sort=name,blah', 'sort_key=min_ram']) {
      expect(await refusal(query)).toMatch(
        /^Invalid sort key: (?:blah|min_ram)\. It must be one of the following: name, status, container_format, disk_format, size, id, created_at, updated_at\.$/,
      );
    }
    expect(await refusal('sort=name:foo')).toBe('Invalid sort direction: foo');
    expect(await refusal('sort=name:asc:desc')).toBe('Invalid sort direction: asc:desc');
    expect(await refusal('sort_dir=name&sort=name')).toBe('Old and new sorting syntax cannot be combined');
    for (const query of [
      'sort_key=name&sort_dir=asc&sort_dir=desc',
      'sort_dir=asc&sort_dir=desc',
      'sort_key=name&sort_key=size&sort_key=id&sort_dir=asc&sort_dir=desc',
    ]) {
      expect(await refusal(query)).toBe('Number of sort dirs does not match the number of sort keys');
    }
  });

  test('case 29: links carry the query', async () => {
    const { json } = await app.ask('/v2/images?limit=3&sort_key=id&sort_dir=asc');
    expect(json.first).toBe('/v2/images?limit=3&sort_key=id&sort_dir=asc');
    expect(json.next).toBe(`/v2/images?limit=3&sort_key=id&sort_dir=asc&marker=${numbered(3)}`);
  });

  test('case 30: what is not set is null', async () => {
    const image = (await app.ask(`/v2/images?id=${numbered(7)}`)).json.images[0];
    expect(image).toMatchObject({
      name: null,
      disk_format: null,
      checksum: null,
      virtual_size: null,
      os_hash_algo: null,
    });
    expect((await app.ask(`/v2/images/${numbered(7)}`)).json).toEqual(image);
  });

  test('case 33: sizes', async () => {
    expect(await list('size_min=500&size_max=1500')).toEqual([6, 5]);
    expect(await list('size=1000')).toEqual([6]);
  });

  test('case 34: by size', async () => {
    for (const query of ['sort=size:desc', 'sort_key=size&sort_dir=desc']) {
      expect((await list(query)).slice(0, 3)).toEqual([7, 6, 5]);
    }
  });

  test('contract 1.5: pages by a column without values go through to the end, both ways', async () => {
    for (const direction of ['asc', 'desc']) {
      const seen: number[] = [];
      let next: string | undefined = `/v2/images?sort_key=size&sort_dir=${direction}&limit=2`;
      for (let page = 0; next !== undefined && page < 6; page += 1) {
        const { json } = await app.ask(next);
        seen.push(...numbers(json));
        next = json.next;
      }
      expect(seen).toEqual(direction === 'asc' ? [1, 2, 3, 4, 5, 6, 7] : [7, 6, 5, 4, 3, 2, 1]);
    }
  });

  test('case 13: a marker that is gone', async () => {
    const { id } = (await app.ask('/v2/images?limit=1')).json.images[0];
    await app.store.deleteImages(app.project, [id.replaceAll('-', '')]);
    expect(await refusal(`marker=${id}`)).toBe(`No image found with ID ${id}`);
    expect(await list('')).toEqual([6, 5, 4, 3, 2, 1]);
  });
});
