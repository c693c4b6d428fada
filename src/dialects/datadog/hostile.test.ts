import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../../test/support/app.ts';
import { ENGINES } from '../../../test/support/stores.ts';
import { datadog } from './index.ts';
import * as have from './testdata/inventory.ts';

const piece = fc.constantFrom(
  'short_image:redis', 'image_id:*@sha256:*', 'team:', '"', '\\', '*', '(', ')', ',', ' OR ', ' AND ', 'NOT ', '!', '-', ':',
  'status:running', 'sizes:>5', 'sizes:99999999999999999', 'built_at:<now-9w', 'env:*', 'a', '\0', '\u{d7ff}', 'é', '%', '_', "'", ';--',
  'repo_digest:SHA*', 'short_image:(a OR b*)', 'container_count:-1', 'x'.repeat(900), '__proto__:x', 'constructor',
); // biome-ignore format: one list
const text = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(''));
const value = fc.oneof(text, fc.string({ unit: 'binary', maxLength: 12 }));

describe.each(ENGINES)('hostile requests on %s', (engine) => {
  let app: Awaited<ReturnType<typeof testApp>>;
  beforeAll(async () => {
    app = await testApp({ engine, dialects: [datadog], now: have.NOW });
    await app.store.ingestImages(app.project, have.REGISTRY, have.IMAGES);
    await app.store.ingestContainers(app.project, have.DOCKER, have.containersOf(app.project));
  });
  afterAll(() => app.close());

  test('are answered or refused in words, never broken', async () => {
    const headers = { 'dd-api-key': app.reader.id, 'dd-application-key': app.reader.secret };
    const names = ['filter[tags]', 'group_by', 'sort', 'page[cursor]', 'page[size]'];
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('container_images', 'containers'),
        fc.subarray(names),
        value,
        async (list, some, v) => {
          const asked = some.map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(v)}`);
          const answer = await app.app.inject({ url: `/api/v2/${list}?${asked.join('&')}`, headers });
          statuses.add(answer.statusCode);
          expect([v, answer.statusCode === 200 || answer.statusCode === 400, answer.body.slice(0, 200)]).toEqual([
            v,
            true,
            expect.any(String),
          ]);
          const body = answer.json();
          if (answer.statusCode === 400) expect(body).toEqual({ errors: [expect.stringMatching(/./)] });
          else expect(body.data).toBeInstanceOf(Array);
        },
      ),
      { numRuns: 250, seed: 11 },
    );
    expect([...statuses].sort()).toEqual([200, 400]);
    expect(app.errors).toEqual([]);
  });
});
