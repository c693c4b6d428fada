/** QQL as the contract has it, section by section, asked of a whole server over the contract's images. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeByTransport } from '../../../test/support/transport.ts';
import { digestHex } from '../../domain/digest.ts';
import { DAY } from '../../domain/time.ts';
import { NOW, qualysApp, SHA } from './testdata/harness.ts';

describeByTransport('qualys filters', (way) => {
  let t: Awaited<ReturnType<typeof qualysApp>>;
  beforeAll(async () => {
    t = await qualysApp(way);
    await t.fill();
  });
  afterAll(() => t.close());

  const UUID_OF_A = async () => (await t.filtered('imageId:4f67c83422ec')).body.data[0].uuid as string;

  describe.each<[string, readonly (readonly [filter: string, images: string])[]]>([
    [
      'AND, OR, NOT and brackets',
      [
        ['', 'C A D B'],
        ['repo.tag:latest AND repo.registry:docker.io', 'A'],
        ['repo.tag:latest aNd NoT repo.registry:docker.io', 'C'],
        ['repo.tag:1.4 or repo.tag:latest and repo.registry:docker.io', 'C A'],
        ['(repo.tag:1.4 or repo.tag:latest) and repo.registry:docker.io', 'A'],
        ['not repo.tag:latest and not repo.tag:0.9.2', 'D'],
        ['not (repo.tag:latest or repo.tag:0.9.2)', 'D'],
        ['NOT repo.tag:latest OR repo.tag:1.4', 'C D B'],
        ['not not repo.tag:latest', 'C A'],
      ],
    ],
    [
      'signs of comparison, with blanks and without',
      [
        ['updated>1661479716359', 'C A D'],
        ['updated >= 1721714104046', 'C A D'],
        ['updated<1721714104046', 'B'],
        ['updated <=1661479716359', 'B'],
        ['updated=1722000000000', 'C'],
        ['updated: 1722000000000', 'C'],
        ['associatedContainersCount >0', 'A B'],
        ['size>=5000 and size<=5000', 'C A D B'],
      ],
    ],
    [
      'ranges',
      [
        ['updated:[1661479716359 .. 1721714104046]', 'A D B'],
        ['updated:[1661479716359...1721714104046]', 'A D B'],
        ['updated:(1661479716359 .. 1721714104047)', 'A D'],
        ['updated:(1661479716359 .. 1721714104046]', 'A D'],
        ['updated:[1661479716359 .. 1721714104046)', 'B'],
        ['updated:[1721714104046 ..]', 'C A D'],
        ['updated:[.. 1661479716359]', 'B'],
        ['updated:["2022-08-01T00:00:00Z".."2022-09-01T00:00:00Z"]', 'B'],
        ['updated: [ 2024-07-23 .. 2024-07-23 ]', 'A D'],
        ['associatedContainersCount:[1-5]', 'A B'],
      ],
    ],
    [
      'dates and the time from now',
      [
        ['created:2024-06-10', 'C'],
        ['created:1717026901000', 'A'],
        ['created>=2024-06-10T06:13:20Z', 'C'],
        ['created:[2018-01-01 .. 2018-12-31]', 'B'],
        ...['90000s', '1441m', '25h', '2d', '1w', '1M', '1y'].map((back) => [`lastUsedDate>now-${back}`, 'A'] as const),
        ['lastUsedDate:[now-2y .. now]', 'A B'],
        ['lastUsedDate<now-1y', 'B'],
        ['lastUsedDate:[now - 2d .. now + 1d]', 'A'],
      ],
    ],
    [
      'texts by words, phrases and to the letter',
      [
        ['operatingSystem:UBUNTU', 'C'],
        ['operatingSystem:22.04.4 linux', 'C'],
        ['operatingSystem:"linux 22"', 'C'],
        ['operatingSystem:"22.04.4 linux"', ''],
        ["operatingSystem:'ubuntu lin'", 'C'],
        ['operatingSystem:buntu', ''],
        ['operatingSystem:"buntu"', ''],
        ['operatingSystem:`Ubuntu Linux 22.04.4`', 'C'],
        ['operatingSystem:`ubuntu linux 22.04.4`', ''],
        ['operatingSystem:`Ubuntu`', ''],
        ['repo.registry:registry.example.com:5000', 'C'],
        ['repo.repository: team/api', 'C'],
        ['repo.repository:te*pi', 'C'],
        ['nginx', 'A'],
        ['"library/kno"', 'B'],
        ['4f67c83422ec', 'A'],
      ],
    ],
    [
      'lists and presence',
      [
        ['repo.tag:[1.4, 0.9.2]', 'C B'],
        ['repo.tag:[`1.4`,"0.9.2"]', 'C B'],
        ['repo.tag:[`1`]', ''],
        ['label.key:*', 'C'],
        ['repo.tag:*', 'C A B'],
        ['lastScanned is null', 'D'],
        ['lastScanned IS NOT NULL', 'C A B'],
        ['not lastUsedDate is null', 'A B'],
      ],
    ],
    [
      'flat and grouped conditions',
      [
        ['label.key:env and label.value:prod', 'C'],
        ['label:(key:env and value:prod)', 'C'],
        ['label:(key:env and not value:prod)', ''],
        ['repo:(tag:1.4 or tag:0.9.2)', 'C B'],
        ['vulnerabilities:(severity:5 or severity:4)', ''],
        ['not vulnerabilities:(severity:5)', 'C A D B'],
      ],
    ],
    [
      'every other token with data',
      [
        ['image.repo.repository:known', 'B'],
        ['image.source:GENERAL', 'A B'],
        ['source:CICD', 'D'],
        ['source:registry', 'C'],
        ['riskScore:78', 'A'],
        ['riskScore:[0-100]', 'C A B'],
        ['operatingSystem:linux', 'C D'],
        ['scanStatus:SUCCESS', 'C A B'],
        ['scanStatus:FAILED', ''],
        ['scanStatus is null', 'D'],
        ['scanTypes:[STATIC, DYNAMIC]', 'C A B'],
        ['scanType:STATIC', ''],
        ['isDockerHubOfficial:true', 'A B'],
        ['isDockerHubOfficial:false', 'C D'],
        ['architecture:amd64', 'C A D B'],
        ['hostname:node-1', 'A B'],
        [`repoDigests.digest:${'a'.padEnd(60, '0')}d100`, 'A'],
        [`sha:[${'cccc'.padEnd(60, '0')}d100,${'dddd'.padEnd(60, '0')}d100]`, 'C D'],
      ],
    ],
  ])('%s', (_section, cases) => {
    test.each(cases)('%s', async (filter, images) => {
      const { status, names } = await t.filtered(filter);
      expect([status, names.join(' ')]).toEqual([images === '' ? 204 : 200, images]);
    });
  });

  /** Section 3.2: what clients send, to the letter. */
  test.each([
    ['repo.registry:docker.io and repo.repository:library/known and repo.tag:0.9.2', 'B'],
    ['repo.registry:docker.io and repo.repository:myorg/ubuntu and repo.tag:18.04', ''],
    [`sha:${'4f67c83422ec7472'.padEnd(60, '0')}d100 and lastScanned: [now-120s ... now]`, ''],
    [`sha:${'4f67c83422ec7472'.padEnd(60, '0')}d100 and lastScanned: [now-120w ... now]`, 'A'],
    ['imagesInUse:`[now-30d ... now]` and vulnerabilities.severity:5', ''],
    [
      'vulnerabilities:(severity:5 or severity:4) and not imagesInUse:`[now-7d ... now]` and not tags.name: JiraTest1',
      '',
    ],
    ['not lastScanned is null AND updated>1661479716359', 'C A'],
    ['updated:["2024-07-23T00:00:00Z".."2024-07-24T00:00:00Z"]', 'A D'],
    ['updated>=1593731505425 AND not uuid: [bc092a61-caee-3ff1-a693-d9062361ad3c]', 'C A D B'],
    ['operatingSystem:Ubuntu', 'C'],
    ['vulnerabilities.title:EOL', ''],
    ['vulnerabilities.qid:[105943, 38170]', ''],
    ['qdsSeverity:[`CRITICAL`,`HIGH`]', ''],
    ['riskScore:[500-1000]', ''],
    ['maxQdsScore:[70-100]', ''],
  ])('a client’s filter: %s', async (filter, images) => {
    const { status, names } = await t.filtered(filter);
    expect([status, names.join(' ')]).toEqual([images === '' ? 204 : 200, images]);
  });

  test('the cursor of the Bulk API is a filter', async () => {
    const filter = `updated>=1721714104046 AND not uuid: [${await UUID_OF_A()}]`;
    expect((await t.filtered(filter, '&sort=updated:asc')).names).toEqual(['D', 'C']);
  });

  test('brackets, quotes and backticks may stand in the URL as they are', async () => {
    expect((await t.ask("filter=imagesInUse:'[now-7d+...+now]'")).names).toEqual(['A']);
    expect((await t.ask('filter=imagesInUse:`[now-7d+...+now]`&sort=created:asc')).names).toEqual(['A']);
    expect((await t.ask('filter=(repo.tag:[`1.4`,"0.9.2"])+and+not+sha:*')).status).toBe(204);
  });

  test('1,000 ANDs and ORs are the most, and fit into a URL', async () => {
    const digests = Array.from(
      { length: 1_001 },
      (_, index) => `sha:${digestHex(SHA(index === 500 ? 'cccc' : `f${index}`))}`,
    );
    expect((await t.filtered(digests.join(' or '))).names).toEqual(['C']);
    expect(await t.filtered([...digests, 'size>5'].join(' or '))).toMatchObject({
      status: 400,
      body: { errorCode: '400 BAD_REQUEST', message: expect.stringContaining('1000 AND and OR') },
    });
  });

  test.each([
    ['repo.tag:(', 10],
    ['updated:[5 ..', 13],
    ['colour:red', 0],
    ['vulnerabilities:(colour:red)', 17],
    ['size:big', 5],
    ['updated:yesterday', 8],
    ['(size:1', 7],
    ['size:1 and', 10],
    ["repo.tag:'x", 9],
    ['lastScanned is 5', 15],
    ['repo.tag:[a .. b]', 9],
  ])('%s is 400 and says where', async (filter, at) => {
    expect(await t.filtered(filter)).toMatchObject({
      status: 400,
      body: { errorCode: '400 BAD_REQUEST', message: expect.stringContaining(`character ${at + 1} of`) },
    });
  });

  test('an answer about months ago moves with the clock', async () => {
    expect((await t.filtered('lastUsedDate>now-1M')).names).toEqual(['A']);
    t.setNow(NOW + 60 * DAY);
    const later = await qualysToken();
    t.setNow(NOW);
    expect(later).toBe(204);
  });

  /** Asks with a token issued at the moment the clock shows. */
  async function qualysToken(): Promise<number> {
    const token = await t.login();
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    return (await t.send({ url: '/csapi/v1.3/images?filter=lastUsedDate%3Enow-1M', headers })).statusCode;
  }
});
