/** The contract's numbered cases that concern these calls; the readme says where the others are. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anImage, aPlatform, aReference, aSource } from '../../../test/support/fixtures.ts';
import { titled, whyNoPeer } from '../../../test/support/peers.ts';
import { ENGINES, type TestEngine } from '../../../test/support/stores.ts';
import { describeByTransport } from '../../../test/support/transport.ts';
import { digestHex } from '../../domain/digest.ts';
import { DAY } from '../../domain/time.ts';
import type { ImageObservation } from '../../store/store.ts';
import { bulkLoad } from '../../store/write/bulk.ts';
import { ms, NOTHING, NOW, qualysApp, SHA } from './testdata/harness.ts';

describeByTransport('qualys', (way) => {
  let t: Awaited<ReturnType<typeof qualysApp>>;
  beforeAll(async () => {
    t = await qualysApp(way);
    await t.fill();
  });
  afterAll(() => t.close());

  const ask = (query?: string, path?: string) => t.ask(query, path);
  const filtered = (filter: string, more?: string) => t.filtered(filter, more);

  test('case 1: a token is bare JWT text whose payload names the module', async () => {
    const jwt = await t.login('&permissions=true');
    expect(jwt).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
    const payload = JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64').toString());
    expect(payload.modulesAllowed).toContain('CS');
    expect(payload).toMatchObject({
      iss: 'qas',
      aud: 'qas',
      sub: t.credential.id,
      loginResponse: 'SUCCESSFUL',
      permissions: expect.arrayContaining(['CS.IMAGE.VIEW']),
    });
    expect(payload.exp - payload.iat).toBe(4 * 3600);
  });

  test('case 2: a wrong password', async () => {
    const answer = await t.send({
      method: 'POST',
      url: '/auth',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `username=${t.credential.id}&password=no&token=true`,
    });
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({ errorCode: '401 UNAUTHORIZED' });
  });

  test('case 3: all images, newest build first', async () => {
    const { status, body, names, headers } = await ask();
    expect([status, body.count, names]).toEqual([200, 4, ['C', 'A', 'D', 'B']]);
    expect(headers['content-type']).toBe('application/json;charset=UTF-8');
    expect(Object.keys(body)).toEqual(['data', 'count']);
  });

  test('case 4: no, a broken, and an expired token', async () => {
    for (const headers of [undefined, { authorization: 'Bearer garbage' }]) {
      const answer = await t.send({ url: '/csapi/v1.3/images', headers });
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toEqual({
        errorCode: '401 UNAUTHORIZED',
        message: expect.any(String),
        timestamp: NOW / 1000,
      });
    }
    t.setNow(NOW + DAY);
    const answer = await ask();
    t.setNow(NOW);
    expect(answer.status).toBe(401);
    expect(answer.body.message).toContain('JWT expired');
  });

  test('case 6: types of a row', async () => {
    const row = (await filtered('sha:4f67c83422ec7472'.concat('0'.repeat(44), 'd100'))).body.data[0];
    for (const key of ['created', 'updated', 'lastUsedDate', 'lastVmScanDate', 'firstFound'])
      expect(row[key]).toMatch(/^\d{13}$/);
    expect(row.created).toBe('1717026901000');
    expect(row.updated).toBe('1721714104046');
    expect(typeof row.size).toBe('number');
    expect(row).toMatchObject({
      imageId: '4f67c83422ec',
      source: ['GENERAL'],
      isDockerHubOfficial: true,
      riskScore: 78,
      operatingSystem: 'Debian',
      associatedContainersCount: 1,
      label: null,
    });
    expect(row.repo).toEqual([{ registry: 'docker.io', tag: 'latest', repository: 'library/nginx' }]);
    expect(row.repoDigests).toEqual([
      { registry: 'docker.io', digest: digestHex(SHA('a')), repository: 'library/nginx' },
    ]);
    expect(row.uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(Object.keys(row.vulnerabilities)).toEqual([
      'severity5Count',
      'severity3Count',
      'severity4Count',
      'severity1Count',
      'severity2Count',
    ]);
    const never = (await filtered('lastScanned is null')).body.data;
    expect(never).toHaveLength(1);
    expect(never[0]).toMatchObject({
      repo: [],
      lastVmScanDate: null,
      scanStatus: null,
      riskScore: null,
      operatingSystem: 'linux',
      vulnerabilities: { severity5Count: null },
    });
  });

  test('case 7: two pages and the one past the end', async () => {
    expect(await ask('pageSize=2&pageNumber=1')).toMatchObject({ names: ['C', 'A'], body: { count: 4 } });
    expect(await ask('pageSize=2&pageNumber=2')).toMatchObject({ names: ['D', 'B'], body: { count: 4 } });
    expect(await ask('pageSize=2&pageNumber=3')).toMatchObject(NOTHING);
  });

  test('case 8: pageSize=1000', async () => {
    expect((await ask('pageSize=1000')).status).toBe(200);
  });

  test.each(['1001', '0', '-1', 'abc'])('case 9: pageSize=%s', async (size) => {
    expect(await ask(`pageSize=${size}`)).toMatchObject({
      status: 400,
      body: { errorCode: '400 BAD_REQUEST', message: expect.stringContaining('pageSize') },
    });
  });

  test('case 10: page 0 is page 1', async () => {
    expect((await ask('pageNumber=0&pageSize=2')).names).toEqual(['C', 'A']);
  });

  test('case 11: an unknown parameter is ignored', async () => {
    expect((await ask('pageNo=2&pageSize=2')).names).toEqual(['C', 'A']);
  });

  test('case 12: a page past the first 10,000', async () => {
    expect(await ask('pageSize=1000&pageNumber=11')).toMatchObject({
      status: 400,
      body: { errorCode: '400 BAD_REQUEST', message: expect.stringMatching(/10,000.*Bulk API/s) },
    });
    expect((await ask('pageSize=1000&pageNumber=10')).status).toBe(204);
  });

  test.each(["'[now-7d ... now]'", '`[now-7d ... now]`', '[now-7d ... now]', '[now-7d .. now]'])(
    'case 13: imagesInUse:%s',
    async (range) => {
      expect((await filtered(`imagesInUse:${range}`)).names).toEqual(['A']);
    },
  );

  test('case 14: registry with port, repository and tag, blanks in both encodings', async () => {
    const filter = 'repo.registry:registry.example.com:5000 and repo.repository:team/api and repo.tag:1.4';
    expect((await ask(`filter=${filter.replaceAll(' ', '+')}`)).names).toEqual(['C']);
    expect((await ask(`filter=${filter.replaceAll(' ', '%20')}`)).names).toEqual(['C']);
  });

  test('case 15: flat conditions may meet in different rows, grouped ones in one', async () => {
    expect((await filtered('repo.tag:1.4 and repo.tag:latest')).names).toEqual(['C']);
    expect(await filtered('repo:(tag:1.4 and tag:latest)')).toMatchObject(NOTHING);
    expect((await filtered('repo:(tag:1.4 and repository:api)')).names).toEqual(['C']);
  });

  test('cases 15 and 16: tokens on what is not collected yet match nothing', async () => {
    for (const filter of [
      'vulnerabilities.severity:5 and vulnerabilities.typeDetected:CONFIRMED',
      'vulnerabilities:(severity:5 and typeDetected:CONFIRMED)',
      'vulnerabilities:(severity:5 or severity:4) and not imagesInUse:`[now-7d ... now]`',
    ]) {
      expect(await filtered(filter)).toMatchObject(NOTHING);
    }
    expect((await filtered('not vulnerabilities:(severity:5) and not imagesInUse:`[now-7d ... now]`')).names).toEqual([
      'C',
      'D',
      'B',
    ]);
  });

  test('case 17: scanned, and updated after', async () => {
    expect((await filtered('not lastScanned is null AND updated>1661479716359', '&sort=updated:asc')).names).toEqual([
      'A',
      'C',
    ]);
  });

  test('case 18: ranges with their ends in and out', async () => {
    const inside = (await filtered('updated:[1661479716359 .. 1721714104046]')).names;
    expect(inside.sort()).toEqual(['A', 'B', 'D']);
    expect(await filtered('updated:(1661479716359 .. 1721714104046)')).toMatchObject(NOTHING);
  });

  test('case 19: exact, word and phrase', async () => {
    expect(await filtered('repo.repository:`api`')).toMatchObject(NOTHING);
    expect((await filtered('repo.repository:api')).names).toEqual(['C']);
    expect((await filtered('repo.repository:"team/ap"')).names).toEqual(['C']);
    expect(await filtered('repo.repository:ap')).toMatchObject(NOTHING);
    expect((await filtered('operatingSystem:linux ubuntu')).names).toEqual(['C']);
  });

  test('case 20: sha and short id', async () => {
    for (const filter of [
      `sha:${digestHex(SHA('4f67c83422ec7472'))}`,
      'imageId:4f67c83422ec',
      'image.imageId:4f67c83422ec',
    ]) {
      expect((await filtered(filter)).names).toEqual(['A']);
    }
  });

  test.each(['repo.tag:(', 'updated:[5 ..', 'colour:red'])('case 21: %s', async (filter) => {
    expect(await filtered(filter)).toMatchObject({
      status: 400,
      body: { errorCode: '400 BAD_REQUEST', message: expect.stringContaining('character') },
    });
  });

  test('sort by other tokens, without direction, and by an unknown one', async () => {
    expect((await ask('sort=updated:desc')).names[0]).toBe('C');
    const risk = (await ask('sort=riskScore:desc')).names;
    expect([risk[0], risk[3]]).toEqual(['A', 'D']);
    expect((await ask('sort=created')).names).toEqual(['B', 'D', 'A', 'C']);
    expect((await ask('sort=vulnerabilities.severity5:desc')).names).toEqual(['C', 'A', 'D', 'B']);
  });

  test('a platform that is also tagged by itself is one row with both names', async () => {
    const again = anImage({
      digest: SHA('e'),
      platforms: [aPlatform('C', { configDigest: SHA('cccc'), builtAt: ms(1718000000000) })],
      references: ['quay.example.com/copy:9'],
    });
    await t.store.ingestImages(t.project, aSource('registry'), [again]);
    const { body } = await filtered(`sha:${digestHex(SHA('cccc'))}`);
    expect(body.count).toBe(1);
    expect(body.data[0].repo).toHaveLength(3);
    const { registry, repository, tag } = aReference('quay.example.com/copy:9');
    expect(body.data[0].repo).toContainEqual({ registry, tag, repository });
    const [copy] = (
      await t.store.list(t.project, {
        entity: 'image',
        where: { kind: 'compare', field: 'digest', test: { op: 'eq', value: SHA('e') } },
        sort: [],
        limit: 1,
      })
    ).rows;
    await t.store.deleteImages(t.project, [copy!.id]);
    expect((await filtered(`sha:${digestHex(SHA('cccc'))}`)).body.data[0].repo).toHaveLength(2);
  });

  test('older versions, Basic, and an unknown path', async () => {
    const basic = `Basic ${Buffer.from(`${t.reader.id}:${t.reader.secret}`).toString('base64')}`;
    expect((await t.send({ url: '/csapi/v1.1/images', headers: { authorization: basic } })).statusCode).toBe(200);
    expect(await ask('', '/csapi/v1.3/nothing')).toMatchObject({ status: 404, body: { errorCode: '404 NOT_FOUND' } });
  });

  test('rate headers count down', async () => {
    const { headers } = await ask();
    expect(headers).toMatchObject({ 'x-ratelimit-window-sec': '60', 'x-ratelimit-limit': expect.any(String) });
    expect(Number(headers['x-ratelimit-remaining'])).toBeLessThan(Number(headers['x-ratelimit-limit']));
  });
});

const reason = whyNoPeer(['curl']);
describe.skipIf(reason)(titled('qualys through curl, 10,050 images', reason), () => {
  describe.each(ENGINES)('on %s', (engine) => windowCases(engine));
});

function windowCases(engine: TestEngine): void {
  let t: Awaited<ReturnType<typeof qualysApp>>;
  const IMAGES = 10_050;
  beforeAll(async () => {
    t = await qualysApp({ engine, transport: 'curl' });
    const images = Array.from({ length: IMAGES }, (_, number) => many(number));
    await bulkLoad(t.engine, t.project, [{ source: aSource('registry'), images }]);
    await t.store.refreshStatistics();
  }, 240_000);
  afterAll(() => t.close());

  /** An image with nothing but a name and a platform; a higher number was built later. */
  function many(number: number): ImageObservation {
    return anImage({
      content: `many ${number}`,
      references: [`registry.example.com/many:${number}`],
      platforms: [aPlatform(`many ${number}`, { builtAt: ms(1717026901000 + number), layers: [] })],
    });
  }

  test('case 12: the first 10,000 and no more, while the count is true', async () => {
    const last = await t.ask('pageSize=1000&pageNumber=10');
    expect([last.status, last.body.count, last.body.data.length]).toEqual([200, IMAGES, 1_000]);
    const tags = last.body.data.map((row: { repo: { tag: string }[] }) => Number(row.repo[0]!.tag));
    expect([tags[0], tags[999]]).toEqual([IMAGES - 9_001, IMAGES - 10_000]);
    expect(await t.ask('pageSize=1000&pageNumber=11')).toMatchObject({
      status: 400,
      body: { errorCode: '400 BAD_REQUEST', message: expect.stringMatching(/10,000.*Bulk API/s) },
    });
    const newest = await t.ask('pageSize=1000&pageNumber=1&filter=repo.repository:many');
    expect([newest.body.count, newest.body.data[0].repo[0].tag]).toEqual([IMAGES, String(IMAGES - 1)]);
    expect((await t.ask('pageSize=100&pageNumber=100')).body.data).toHaveLength(100);
    expect((await t.ask('pageSize=100&pageNumber=101')).status).toBe(400);
  });
}
