import fc from 'fast-check';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { type TarEntry, tar } from '../../../test/support/tar.ts';
import { ImageError } from '../manifest/error.ts';
import type { ByteReader } from './bytes.ts';
import { type TarItem, type TarLimits, walkTar } from './tar-walk.ts';

/** A reader over bytes in memory. */
function over(bytes: Buffer): ByteReader {
  let position = 0;
  return {
    get position() {
      return position;
    },
    async read(count) {
      const part = bytes.subarray(position, position + count);
      position += part.length;
      return part;
    },
    async skip(count, see) {
      const part = bytes.subarray(position, position + count);
      position += part.length;
      see?.(part);
      return part.length;
    },
  };
}

async function walk(bytes: Buffer, limits?: TarLimits): Promise<{ items: [TarItem, string][]; error: unknown }> {
  const items: [TarItem, string][] = [];
  let error: unknown;
  try {
    await walkTar(
      over(bytes),
      'test.tar',
      async (item, take) => {
        const parts: Buffer[] = [];
        if (await take((chunk) => parts.push(chunk))) items.push([item, Buffer.concat(parts).toString('latin1')]);
      },
      limits,
    );
  } catch (caught) {
    error = caught;
  }
  return { items, error };
}

const names = fc
  .array(fc.constantFrom('a', 'usr', 'läyer', 'x'.repeat(90), '..', 'very long name with blanks '.repeat(3)), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join('/'));
const entries = fc.array(
  fc.record({ name: names, body: fc.uint8Array({ maxLength: 1_300 }).map((bytes) => Buffer.from(bytes)) }),
  {
    minLength: 1,
    maxLength: 8,
  },
);

async function packed(list: readonly { name: string; body: Buffer }[]): Promise<Buffer> {
  const stream = pack();
  for (const { name, body } of list) stream.entry({ name, size: body.length }, body);
  stream.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('walking a tar', () => {
  it('reads what another writer wrote', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (list) => {
        const { items, error } = await walk(await packed(list));
        expect(error).toBeUndefined();
        expect(items.map(([item, body]) => [item.name, body])).toEqual(
          list.map(({ name, body }) => [name, body.toString('latin1')]),
        );
      }),
    );
  });

  it('of which the end is missing gives what is whole and says so', async () => {
    await fc.assert(
      fc.asyncProperty(entries, fc.double({ min: 0, max: 0.999, noNaN: true }), async (list, part) => {
        const whole = tar(list, { end: false });
        const { items, error } = await walk(whole.subarray(0, Math.floor(whole.length * part)));
        expect(error).toMatchObject({ code: 'archive.truncated' });
        expect(list.map(({ body }) => body.toString('latin1')).slice(0, items.length)).toEqual(
          items.map(([, body]) => body),
        );
        expect(items.length).toBeLessThanOrEqual(list.length);
      }),
    );
  });

  it('never fails in an unknown way, whatever the bytes', async () => {
    const damage = fc.array(fc.tuple(fc.nat(6_000), fc.nat(255)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(entries, damage, async (list, changes) => {
        const bytes = tar(list);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const { error } = await walk(bytes);
        expect(error === undefined || error instanceof ImageError).toBe(true);
      }),
    );
  });
});

describe('hostile tars', () => {
  it.each<[string, Buffer, string]>([
    ['empty file', Buffer.alloc(0), 'archive.truncated'],
    ['no tar', Buffer.alloc(1024, 'x'), 'archive.corrupt'],
    ['a size beyond the end', tar([{ name: 'a', body: 'x', size: 8 ** 10 }]), 'archive.truncated'],
    [
      'a malformed PAX header',
      tar([{ name: 'pax', type: 'x', body: '999 path=a\n' }, { name: 'a' }]),
      'archive.corrupt',
    ],
    [
      'a PAX header with a senseless size',
      tar([{ name: 'pax', type: 'x', body: '16 size=-12345\n' }, { name: 'a' }]),
      'archive.corrupt',
    ],
    ['a PAX header that is too long', tar([{ name: 'pax', type: 'x', body: 'x', size: 2 ** 30 }]), 'archive.corrupt'],
  ])('%s', async (_, bytes, code) => {
    expect((await walk(bytes)).error).toMatchObject({ code });
  });

  it('ends at the limit of entries', async () => {
    const many = tar(Array.from({ length: 50 }, (_, i): TarEntry => ({ name: `f${i}` })));
    const { items, error } = await walk(many, { entries: 20, extended: 1_000, names: 10_000 });
    expect(items).toHaveLength(20);
    expect(error).toMatchObject({ code: 'limit.entries' });
  });

  it('takes no content of links and folders, whatever size they claim', async () => {
    const bytes = tar([
      { name: 'hard', type: '1', link: 'x', size: 5_000 },
      { name: 'soft', type: '2', link: 'x', size: 5_000 },
      { name: 'dir/', type: '5', size: 5_000 },
      { name: 'after', body: 'ok' },
    ]);
    expect((await walk(bytes)).items.at(-1)?.[1]).toBe('ok');
  });

  it('reads GNU long names', async () => {
    const name = 'n'.repeat(300);
    const { items } = await walk(
      tar([
        { name: '././@LongLink', type: 'L', body: `${name}\0` },
        { name: 'n', body: 'ok' },
      ]),
    );
    expect(items[0]?.[0].name).toBe(name);
  });

  it('reads sizes in base 256', async () => {
    const bytes = tar([{ name: 'a', body: 'hello' }]);
    bytes.fill(0, 124, 136);
    bytes[124] = 0x80;
    bytes[135] = 5;
    bytes.fill(' ', 148, 156);
    const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    expect((await walk(bytes)).items[0]?.[1]).toBe('hello');
  });
});
