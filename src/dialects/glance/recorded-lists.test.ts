import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from '../../../test/support/stores.ts';
import { glanceApp } from './testdata/harness.ts';
import type { VmImage } from './testdata/vm-images.ts';
import { parseQueryString } from './wire/query-string.ts';

type Answer =
  | [caller: string, query: string, status: 200, images: number[], first: string, next: string | null]
  | [caller: string, query: string, status: number, message: string];

const recorded = JSON.parse(readFileSync(new URL('./testdata/recorded-lists.json', import.meta.url), 'utf8')) as {
  project: string;
  images: VmImage[];
  answers: Answer[];
  shown: [caller: string, images: number[]][];
};

type Deviation = 'links keep duplicates' | 'the id is in the message' | 'last one counts' | 'no word, no operator';

/** Why an answer may differ from the recorded one; each is in the readme. */
function deviation([, query]: Answer): Deviation | undefined {
  if (query === 'visibility=public&visibility=private') return 'last one counts';
  if (/^marker=.{37}/.test(query)) return 'the id is in the message';
  if (query.includes('name=%22quoted%22/slash:colon')) return 'no word, no operator';
  const names = query.includes('%FF') ? [] : parseQueryString(query).map(({ name }) => name);
  return new Set(names).size < names.length ? 'links keep duplicates' : undefined;
}

describe.each(ENGINES)('lists recorded from Glance 25.1, on %s', (engine) => {
  let app: Awaited<ReturnType<typeof glanceApp>>;
  let callers: Record<string, string | { id: string; secret: string }>;

  beforeAll(async () => {
    app = await glanceApp(engine);
    const own = (text: string | null | undefined) => (text === recorded.project ? app.project.id : text);
    const mine = recorded.images.map((image) => ({
      ...image,
      owner: own(image.owner),
      members: image.members?.map(([member, status]) => [own(member)!, status] as const),
    }));
    await app.fill(mine);
    // The stranger's project holds the same images, none of which it owns.
    const elsewhere = await app.store.createProject('elsewhere');
    await app.fill(recorded.images, elsewhere);
    callers = {
      reader: app.reader,
      admin: app.credential,
      'admin-unscoped': await app.token(app.credential, false),
      stranger: await app.makeCredential('operator', elsewhere),
    };
  });
  afterAll(() => app?.close());

  test.each(recorded.answers)('%s asks %s', async (...answer) => {
    const [caller, query, status, expected, first, next] = answer;
    const here = (text: string) => text.replaceAll(recorded.project, app.project.id);
    const asked = caller === 'stranger' ? query : here(query);
    const { json, status: got } = await app.ask(`/v2/images${asked === '' ? '' : `?${asked}`}`, {
      as: callers[caller]!,
    });
    const why = deviation(answer as Answer);
    if (why === 'no word, no operator') {
      expect([got, json.images]).toEqual([200, []]);
      return;
    }
    expect(got, JSON.stringify(json)).toBe(status);
    if (got !== 200) {
      if (why !== 'the id is in the message') expect(json.message).toBe(`${expected}<br /><br />\n\n\n`);
      return;
    }
    if (why !== 'last one counts') {
      const indexes = json.images.map(({ id }: { id: string }) =>
        recorded.images.findIndex((image) => image.id === id),
      );
      expect(indexes).toEqual(expected);
    }
    if (why === undefined) {
      const link = caller === 'stranger' ? (text: string) => text : here;
      expect(json.first).toBe(link(String(first)));
      expect(json.next).toBe(next === null ? undefined : link(String(next)));
    }
  });

  test.each(recorded.shown)('what %s may see one by one', async (caller, expected) => {
    const shown: number[] = [];
    for (const [index, { id }] of recorded.images.entries()) {
      const { status, json } = await app.ask(`/v2/images/${id}`, { as: callers[caller]! });
      if (status === 200) shown.push(index);
      else expect(json.message).toBe(`No image found with ID ${id}<br /><br />\n\n\n`);
    }
    expect(shown).toEqual(expected);
  });
});
