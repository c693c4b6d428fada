import { CREDENTIAL } from './stowage.ts';

export type DialectName = 'native' | 'datadog' | 'qualys' | 'huawei-hss' | 'stackrox' | 'glance';

export const DIALECT_NAMES: readonly DialectName[] = [
  'native',
  'datadog',
  'qualys',
  'huawei-hss',
  'stackrox',
  'glance',
];

export type Headers = Readonly<Record<string, string>>;

/** How a request is sent while the headers are fetched: over a socket, or straight into the assembled server. */
export type Send = (request: {
  method: 'GET' | 'POST';
  path: string;
  headers: Headers;
  body?: string;
}) => Promise<{ status: number; headers: Readonly<Record<string, unknown>>; body: string }>;

/** The credential as each dialect's clients present it: what they fetch a token for, they fetch once, before. */
export async function presented(send: Send, projectId: string): Promise<Readonly<Record<DialectName, Headers>>> {
  const basic = `Basic ${Buffer.from(`${CREDENTIAL.id}:${CREDENTIAL.secret}`).toString('base64')}`;
  const qualys = await send({
    method: 'POST',
    path: '/auth',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `username=${CREDENTIAL.id}&password=${CREDENTIAL.secret}&token=true`,
  });
  const user = { name: CREDENTIAL.id, domain: { name: 'Default' }, password: CREDENTIAL.secret };
  const keystone = await send({
    method: 'POST',
    path: '/v3/auth/tokens',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: { identity: { methods: ['password'], password: { user } }, scope: { project: { id: projectId } } },
    }),
  });
  if (qualys.status !== 201 || keystone.status !== 201) {
    throw new Error(`No token: ${qualys.status} ${qualys.body}; ${keystone.status} ${keystone.body}`);
  }
  const token = String(keystone.headers['x-subject-token']);
  return {
    native: { authorization: basic },
    datadog: { 'dd-api-key': CREDENTIAL.id, 'dd-application-key': CREDENTIAL.secret },
    qualys: { authorization: `Bearer ${qualys.body.trim()}` },
    'huawei-hss': { 'x-auth-token': token, region: 'RegionOne' },
    stackrox: { authorization: basic },
    glance: { 'x-auth-token': token },
  };
}
