import { testApp } from '../../../../test/support/app.ts';
import { aContainer, anImage, aPlatform, aSource } from '../../../../test/support/fixtures.ts';
import type { Way } from '../../../../test/support/transport.ts';
import { DAY } from '../../../domain/time.ts';
import { qualys } from '../index.ts';

/** Where the clock of these servers stands. */
export const NOW = Date.UTC(2026, 5, 1) * 1000;

/** Microseconds from the contract's milliseconds. */
export const ms = (millis: number) => millis * 1000;

/** A digest that begins like this, and ends as the contract's do. */
export const SHA = (start: string) => `sha256:${start.padEnd(60, '0')}d100`;

/** The answer when no image is found. */
export const NOTHING = { status: 204, raw: '' };

/** The contract's images by the first digits of their `sha`. */
const NAMES: Readonly<Record<string, string>> = { '4f67': 'A', '0645': 'B', cccc: 'C', dddd: 'D' };

/** A server with this dialect alone, a token for it, and short ways to fill and ask it. */
export async function qualysApp(way: Way) {
  const t = await testApp({ ...way, dialects: [qualys], now: NOW });

  /** A token by `POST /auth`; `more` goes after the form. */
  async function login(more = ''): Promise<string> {
    const payload = `username=${t.credential.id}&password=${encodeURIComponent(t.credential.secret)}&token=true${more}`;
    const answer = await t.send({
      method: 'POST',
      url: '/auth',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload,
    });
    if (answer.statusCode !== 201) throw new Error(`POST /auth: ${answer.statusCode} ${answer.body}`);
    return answer.body;
  }
  const token = await login();

  /** GET with the token; `names` are the contract's letters of the images, in order. */
  async function ask(query = '', path = '/csapi/v1.3/images') {
    const answer = await t.send({
      url: `${path}${query && `?${query}`}`,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    });
    const body = answer.body === '' ? null : answer.json();
    const names: string[] = (body?.data ?? []).map((row: { sha: string }) => NAMES[row.sha.slice(0, 4)]);
    return { status: answer.statusCode, body, names, headers: answer.headers, raw: answer.body };
  }

  /** The list with this filter, percent-encoded. */
  const filtered = (filter: string, more = '') => ask(`filter=${encodeURIComponent(filter)}${more}`);

  return { ...t, login, ask, filtered, fill: () => fill(t) };
}

/** The contract's four images, and one container each of A and B. */
async function fill({ store, project }: Awaited<ReturnType<typeof testApp>>): Promise<void> {
  const platform = (name: string, sha: string, builtAt: number, labels: [string, string][] = []) => [
    aPlatform(name, { configDigest: SHA(sha), builtAt: ms(builtAt), labels }),
  ];
  const scan = {
    scannedAt: ms(1722000000000),
    operatingSystem: 'Debian',
    componentCount: 0,
    cveCount: 0,
    fixableCveCount: 0,
    topCvss: null,
  };
  const A = anImage({
    digest: SHA('a'),
    platforms: platform('A', '4f67c83422ec7472', 1717026901000),
    references: ['docker.io/library/nginx:latest'],
    updatedAt: ms(1721714104046),
    scan,
    riskScore: 0.78,
  });
  const B = anImage({
    digest: SHA('b'),
    platforms: platform('B', '0645d07d3630', 1525522580000),
    references: ['docker.io/library/known:0.9.2'],
    updatedAt: ms(1661479716359),
    scan,
  });
  const C = anImage({
    digest: SHA('c'),
    platforms: platform('C', 'cccc', 1718000000000, [['env', 'prod']]),
    references: ['registry.example.com:5000/team/api:1.4', 'registry.example.com:5000/team/api:latest'],
    updatedAt: ms(1722000000000),
    scan: { ...scan, operatingSystem: 'Ubuntu Linux 22.04.4' },
  });
  const D = anImage({
    digest: SHA('d'),
    platforms: platform('D', 'dddd', 1710000000000),
    references: [],
    updatedAt: ms(1721714104046),
    scan: null,
  });
  await store.ingestImages(project, aSource('docker'), [A, B]);
  await store.ingestImages(project, aSource('registry'), [C]);
  await store.ingestImages(project, aSource('oci'), [D]);
  await store.ingestContainers(project, aSource('docker'), [
    aContainer({ image: A, id: 'used-a', lastSeenAt: NOW - DAY }),
    aContainer({ image: B, id: 'used-b', lastSeenAt: NOW - 400 * DAY }),
  ]);
}
