import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** A server on loopback for one test. */
export interface TestServer {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Every request so far. */
  readonly requests: { readonly method: string; readonly path: string; readonly authorization: string | undefined }[];
  count(method: string, path: RegExp): number;
  close(): Promise<void>;
}

/** Starts a server with any behaviour, over TLS when given a certificate. */
export async function testServer(
  listener: RequestListener,
  tls?: { readonly key: string; readonly cert: string },
): Promise<TestServer> {
  const requests: TestServer['requests'] = [];
  function listen(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    requests.push({ method, path: url, authorization: headers.authorization });
    listener(request, response);
  }
  const server = tls ? createTlsServer(tls, listen) : createServer(listen);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    count: (method, path) => requests.filter((one) => one.method === method && path.test(one.path)).length,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a registry keeps, to be served by {@link serveRegistry}. */
export interface RegistryContent {
  /** Repository to tag to digest. */
  readonly tags: Map<string, Map<string, string>>;
  readonly manifests: Map<string, { readonly mediaType: string; readonly bytes: Buffer }>;
  readonly blobs: Map<string, Buffer>;
}

/** An empty registry. */
export function registryContent(): RegistryContent {
  return { tags: new Map(), manifests: new Map(), blobs: new Map() };
}

/** The digest of some bytes. */
export function sha256(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Adds a manifest document, tagged or not, and gives its digest. */
export function addManifest(content: RegistryContent, mediaType: string, json: unknown): string {
  const bytes = Buffer.from(JSON.stringify(json));
  const digest = sha256(bytes);
  content.manifests.set(digest, { mediaType, bytes });
  return digest;
}

/** Adds a one-layer image and gives its manifest digest. The layer itself is never there. */
export function addImage(content: RegistryContent, name: string, architecture = 'amd64'): string {
  const config = Buffer.from(
    JSON.stringify({
      os: 'linux',
      architecture,
      created: '2026-01-02T03:04:05Z',
      config: { Labels: { name } },
      rootfs: { type: 'layers', diff_ids: [sha256(`diff ${name}`)] },
      history: [{ created_by: `COPY ${name} /` }],
    }),
  );
  content.blobs.set(sha256(config), config);
  return addManifest(content, OCI_MANIFEST, {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, digest: sha256(config), size: config.length },
    layers: [{ mediaType: OCI_LAYER, digest: sha256(`layer ${name}`), size: 1_000 }],
  });
}

/** Adds an index over manifests that are there. */
export function addIndex(content: RegistryContent, digests: readonly string[]): string {
  const manifests = digests.map((digest) => ({
    mediaType: OCI_MANIFEST,
    digest,
    size: content.manifests.get(digest)?.bytes.length,
  }));
  return addManifest(content, OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests });
}

/** Names a manifest. */
export function addTag(content: RegistryContent, repository: string, tag: string, digest: string): void {
  const tags = content.tags.get(repository) ?? new Map<string, string>();
  tags.set(tag, digest);
  content.tags.set(repository, tags);
}

/** Answers as a well-behaved registry does, with pages of three names. */
export function serveRegistry(
  content: RegistryContent,
  request: IncomingMessage,
  response: ServerResponse,
): ServerResponse {
  const url = new URL(request.url ?? '/', 'http://registry');
  if (url.pathname === '/v2/') return sendJson(response, 200, {});
  if (url.pathname === '/v2/_catalog') return sendPage(response, url, 'repositories', [...content.tags.keys()]);
  const [, repository = '', kind, reference = ''] =
    /^\/v2\/(.+)\/(tags|manifests|blobs)\/([^/]+)$/.exec(url.pathname) ?? [];
  const tags = content.tags.get(repository);
  if (!tags) return sendJson(response, 404, { errors: [{ code: 'NAME_UNKNOWN' }] });
  if (kind === 'tags') return sendPage(response, url, 'tags', [...tags.keys()], { name: repository });
  if (kind === 'blobs') {
    const blob = content.blobs.get(reference);
    if (!blob) return sendJson(response, 404, { errors: [{ code: 'BLOB_UNKNOWN' }] });
    return response.writeHead(200, { 'content-length': blob.length }).end(blob);
  }
  const digest = tags.get(reference) ?? reference;
  const manifest = content.manifests.get(digest);
  if (!manifest) return sendJson(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] });
  response.writeHead(200, {
    'content-type': manifest.mediaType,
    'content-length': manifest.bytes.length,
    'docker-content-digest': digest,
  });
  return response.end(request.method === 'HEAD' ? undefined : manifest.bytes);
}

/** Sends JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  json: unknown,
  headers: Readonly<Record<string, string>> = {},
): ServerResponse {
  return response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json));
}

function sendPage(
  response: ServerResponse,
  url: URL,
  key: string,
  all: readonly string[],
  rest: object = {},
): ServerResponse {
  const last = url.searchParams.get('last');
  const from = last === null ? 0 : all.indexOf(last) + 1;
  const size = Math.min(Number(url.searchParams.get('n') ?? all.length), 3);
  const page = all.slice(from, from + size);
  const more = from + size < all.length;
  const next = `<${url.pathname}?n=${size}&last=${encodeURIComponent(page.at(-1) ?? '')}>; rel="next"`;
  return sendJson(response, 200, { ...rest, [key]: page }, more ? { link: next } : {});
}
