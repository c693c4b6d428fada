import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from '../../../test/support/stores.ts';
import { glanceApp, numbered } from './testdata/harness.ts';
import type { VmImage } from './testdata/vm-images.ts';

const VISIBILITIES = ['public', 'private', 'shared', 'community'] as const;
const NOBODY = ['', 'b', 'c', 'd'].map((letter) => letter.padStart(32, '0'));

/** Four owners with an image of each visibility. */
function matrix(owners: readonly string[]): readonly VmImage[] {
  return owners.flatMap((owner, row) =>
    VISIBILITIES.map((visibility, column) => ({
      id: numbered(row * 4 + column + 1),
      name: `${visibility} of ${row}`,
      owner,
      visibility,
    })),
  );
}

describe.each(ENGINES)('who sees what, contract 1.4, on %s', (engine) => {
  let app: Awaited<ReturnType<typeof glanceApp>>;
  let callers: Record<string, string | { id: string; secret: string }>;

  beforeAll(async () => {
    app = await glanceApp(engine);
    const elsewhere = await app.store.createProject('elsewhere');
    await app.fill(matrix([app.project.id, ...NOBODY.slice(1)]));
    await app.fill(matrix(['a'.repeat(32), ...NOBODY.slice(1)]), elsewhere);
    const unscoped = await app.token(app.reader, false);
    callers = {
      tenant1: app.reader,
      'unknown reader': await app.makeCredential('reader', elsewhere),
      'reader without project': unscoped,
      'unknown admin': await app.makeCredential('admin', elsewhere),
      'admin without project': await app.token(app.credential, false),
      'admin with project': app.credential,
    };
  });
  afterAll(() => app?.close());

  test.each([
    ['tenant1', [7, 4, 1, 1, 4]],
    ['unknown reader', [4, 4, 0, 0, 4]],
    ['reader without project', [4, 4, 0, 0, 4]],
    ['unknown admin', [12, 4, 4, 4, 4]],
    ['admin without project', [12, 4, 4, 4, 4]],
    ['admin with project', [13, 4, 4, 4, 4]],
  ])('case 18: %s counts %j', async (caller, counts) => {
    const got: number[] = [];
    for (const query of ['', ...VISIBILITIES.map((visibility) => `?visibility=${visibility}`)]) {
      got.push((await app.ask(`/v2/images${query}`, { as: callers[caller]! })).json.images.length);
    }
    expect(got).toEqual(counts);
  });

  test('case 42: another owner is kept and its public image seen', async () => {
    const { json } = await app.ask(`/v2/images?visibility=public&owner=${NOBODY[1]}`);
    expect(json.images).toMatchObject([{ owner: NOBODY[1], visibility: 'public' }]);
  });

  test('case 17: hidden images', async () => {
    const hidden = { id: numbered(50), name: 'old', os_hidden: true } as const;
    await app.fill([hidden, { id: numbered(51), name: 'old' }]);
    const ids = async (query: string) =>
      (await app.ask(`/v2/images?name=old${query}`)).json.images.map(({ id }: { id: string }) => id);
    expect(await ids('')).toEqual([numbered(51)]);
    expect(await ids('&os_hidden=True')).toEqual([numbered(50)]);
    const { status, json } = await app.ask('/v2/images?os_hidden=ABCD');
    expect(status).toBe(400);
    expect(json.message).toMatch(/^Invalid value 'abcd' for 'os_hidden' filter\./);
  });

  test('cases 31, 32: a shared image that was not taken yet', async () => {
    const offer = { id: numbered(60), name: 'offer', owner: NOBODY[2]!, visibility: 'shared' as const };
    await app.fill([{ ...offer, members: [[app.project.id, 'pending']] }]);
    const has = async (query: string) => (await app.ask(`/v2/images?name=offer&${query}`)).json.images.length === 1;
    expect(await has('')).toBe(false);
    expect(await has('member_status=pending')).toBe(true);
    expect(await has('member_status=all')).toBe(true);
    expect(await has('member_status=all&visibility=private')).toBe(false);
    expect(await has('member_status=pending&visibility=shared')).toBe(true);
    expect((await app.ask(`/v2/images/${numbered(60)}`)).status).toBe(200);
  });

  test('no other project is ever seen', async () => {
    const other = await app.store.createProject('third');
    await app.fill([{ id: numbered(70), name: 'theirs', visibility: 'public' }], other);
    expect((await app.ask('/v2/images?name=theirs', { as: app.credential })).json.images).toEqual([]);
    expect((await app.ask(`/v2/images/${numbered(70)}`, { as: app.credential })).status).toBe(404);
    expect((await app.ask(`/v2/images?marker=${numbered(70)}`, { as: app.credential })).status).toBe(400);
  });

  test('contract 1.2: a marker that may not be seen', async () => {
    const id = numbered(6);
    const { status, json } = await app.ask(`/v2/images?marker=${id}`);
    expect(status).toBe(403);
    expect(json.message).toBe(`Forbidding request, image ${id} not visible<br /><br />\n\n\n`);
  });
});
