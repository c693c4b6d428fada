import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryContext as context, type MemoryContext } from '../../../test/support/collect-context.ts';
import {
  addImage,
  addIndex,
  addManifest,
  addTag,
  OCI_MANIFEST,
  type RegistryContent,
  registryContent,
  sendJson,
  serveRegistry,
  sha256,
  type TestServer,
  testServer,
} from '../../../test/support/registry-server.ts';
import type { Pace } from '../net/pace.ts';
import { collectRegistry } from './collect.ts';
import { parseRegistryUri } from './uri.ts';

const PACE: Partial<Pace> = { backOff: 2, backOffMax: 10, coolDown: 2, idleTimeout: 200, headerTimeout: 2_000 };

const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(listener: RequestListener): Promise<TestServer> {
  const server = await testServer(listener);
  servers.push(server);
  return server;
}

/** A registry with two repositories: two images, one of them an index of two platforms. */
function shop(): RegistryContent & { readonly index: string; readonly single: string } {
  const content = registryContent();
  const single = addImage(content, 'single');
  const index = addIndex(content, [addImage(content, 'multi'), addImage(content, 'multi', 'arm64')]);
  for (const tag of ['1', '1.0', '1.0.0', 'latest']) addTag(content, 'team/app', tag, index);
  addTag(content, 'team/tool', 'latest', single);
  return { ...content, index, single };
}

function collect(host: string, into: MemoryContext, path = '', limits = {}): Promise<void> {
  return collectRegistry(parseRegistryUri(`registry://${host}${path}`).target, into, { pace: PACE, limits });
}

describe('a registry', () => {
  test('is collected whole, over pages', async () => {
    const content = shop();
    const server = await start((request, response) => serveRegistry(content, request, response));
    const into = context();
    await collect(server.host, into);
    expect(into.problems).toEqual([]);
    expect(into.completed).toBe(true);
    expect([...into.names()].sort()).toEqual([
      [`${server.host}/team/app:1`, content.index],
      [`${server.host}/team/app:1.0`, content.index],
      [`${server.host}/team/app:1.0.0`, content.index],
      [`${server.host}/team/app:latest`, content.index],
      [`${server.host}/team/tool:latest`, content.single],
    ]);
    const index = into.observed.find(({ digest }) => digest === content.index);
    expect(index?.platforms?.map(({ os, architecture }) => `${os}/${architecture}`)).toEqual([
      'linux/amd64',
      'linux/arm64',
    ]);
    expect(into.totals).toMatchObject({ found: 5, done: 5, blobs: 3 });
  });

  test('costs one HEAD per tag and no blob when nothing changed', async () => {
    const content = shop();
    const server = await start((request, response) => serveRegistry(content, request, response));
    const into = context();
    await collect(server.host, into);
    into.nextRun();
    server.requests.length = 0;
    await collect(server.host, into);
    expect(server.count('HEAD', /manifests/)).toBe(5);
    expect(server.count('GET', /manifests|blobs/)).toBe(0);
    expect(into.totals.blobs).toBe(0);
    expect(into.observed).toEqual([]);
    expect(into.touched).toHaveLength(5);
    expect(into.completed).toBe(true);
  });

  test('fetches what many tags share once', async () => {
    const content = registryContent();
    const digest = addImage(content, 'shared');
    for (let tag = 0; tag < 500; tag += 1) addTag(content, 'app', `v${tag}`, digest);
    const server = await start((request, response) => serveRegistry(content, request, response));
    const into = context();
    await collect(server.host, into, '/app', { batch: 50 });
    expect(server.count('GET', /manifests/)).toBe(1);
    expect(server.count('GET', /blobs/)).toBe(1);
    expect(into.names().size).toBe(500);
    expect(into.observed.length).toBeLessThan(5);
  });

  test('gives one repository, one tag or one digest when asked', async () => {
    const content = shop();
    const server = await start((request, response) => serveRegistry(content, request, response));
    const one = context();
    await collect(server.host, one, '/team/tool');
    expect([...one.names().keys()]).toEqual([`${server.host}/team/tool:latest`]);
    const tag = context();
    await collect(server.host, tag, '/team/app:1.0');
    expect([...tag.names().keys()]).toEqual([`${server.host}/team/app:1.0`]);
    const digest = context();
    await collect(server.host, digest, `/team/app@${content.index}`);
    expect([...digest.names()]).toEqual([[`${server.host}/team/app@${content.index}`, content.index]]);
    expect(digest.completed).toBe(true);
  });

  test.each([401, 403, 404, 405])('without a catalogue (%i) says to name repositories', async (status) => {
    const content = shop();
    const server = await start((request, response) => {
      if (request.url?.startsWith('/v2/_catalog')) sendJson(response, status, { errors: [{ code: 'UNSUPPORTED' }] });
      else serveRegistry(content, request, response);
    });
    const into = context();
    const failure = collect(server.host, into);
    await expect(failure).rejects.toMatchObject({ code: 'registry.no-catalogue' });
    await expect(failure).rejects.toThrow(`registry://${server.host}/REPOSITORY`);
    expect(into.completed).toBe(false);
  });

  test('that is none is named as such', async () => {
    const server = await start((_, response) => sendJson(response, 404, {}));
    await expect(collect(server.host, context())).rejects.toMatchObject({ code: 'registry.protocol' });
  });

  test('ends soon when aborted', async () => {
    const content = shop();
    const control = new AbortController();
    const server = await start((request, response) => {
      if (request.method === 'HEAD') control.abort(new Error('enough'));
      else serveRegistry(content, request, response);
    });
    const into = context({}, control.signal);
    await expect(collect(server.host, into)).rejects.toThrow('enough');
    expect(into.completed).toBe(false);
  });
});

describe('lists', () => {
  async function collectTags(listener: (page: number) => { json: unknown; link?: string }, limits = {}) {
    const content = shop();
    let page = 0;
    const server = await start((request, response) => {
      if (!request.url?.startsWith('/v2/team/app/tags')) return serveRegistry(content, request, response);
      page += 1;
      const { json, link } = listener(page);
      sendJson(response, 200, json, link === undefined ? {} : { link });
    });
    const into = context();
    await collect(server.host, into, '/team/app', limits);
    return { into, pages: page, codes: into.problems.map(({ code }) => code) };
  }

  test('that ignore n and send everything at once are taken', async () => {
    const { into, codes } = await collectTags(() => ({
      json: { name: 'team/app', tags: ['1', '1.0', '1.0.0', 'latest'] },
    }));
    expect(codes).toEqual([]);
    expect(into.names().size).toBe(4);
  });

  test.each([
    ['the same page for ever', () => ({ json: { tags: ['1', '1.0'] }, link: '</x?n=1000&last=1.0>; rel="next"' }), 2],
    ['a Link to itself', () => ({ json: { tags: ['1'] }, link: '</x?n=1000>; rel=next' }), 1],
    [
      'the same page under ever new addresses',
      (n: number) => ({ json: { tags: ['1'] }, link: `<?last=${n}>; rel="next"` }),
      2,
    ],
    ['empty pages without end', (n: number) => ({ json: { tags: null }, link: `<?last=${n}>; rel="next"` }), 4],
  ])('are stopped at %s', async (_, listener, pages) => {
    const result = await collectTags(listener, { emptyPages: 3 });
    expect(result.codes).toContain('registry.list-loop');
    expect(result.pages).toBe(pages);
    expect(result.into.completed).toBe(false);
  });

  test('end at a cap of names, and say so', async () => {
    const { into, codes } = await collectTags(
      () => ({ json: { tags: ['1', '1.0', 'latest'] }, link: '<?last=a>; rel="next"' }),
      {
        names: 2,
      },
    );
    expect(codes).toEqual(['limit.names']);
    expect(into.completed).toBe(false);
  });

  test('leave out names that came before or are not valid', async () => {
    const { into } = await collectTags(() => ({
      json: { tags: ['1', '1', '../../etc', 'a b', null, 7, {}, 'x'.repeat(5_000)] },
    }));
    expect(into.problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'registry.repeated-name: 1 names of the list came more than once',
      'registry.invalid-name: 6 names of the list are not valid and left out, the first is "../../etc"',
    ]);
    expect(into.names().size).toBe(1);
    expect(into.completed).toBe(true);
  });

  test('never lead to another host: only the query of a Link counts', async () => {
    const other = await start((_, response) => sendJson(response, 200, {}));
    const { into } = await collectTags((n) =>
      n === 1
        ? { json: { tags: ['1'] }, link: `<http://${other.host}/v2/evil?last=1>; rel="next"` }
        : { json: { tags: ['latest'] } },
    );
    expect(into.names().size).toBe(2);
    expect(other.requests).toEqual([]);
  });

  test.each(['', '[]', '{"tags": ["1"', '{"tags": ["1"]} x', 'null'])(
    'that are not JSON (%j) are an error',
    async (text) => {
      const content = shop();
      const server = await start((request, response) => {
        if (!request.url?.includes('/tags/')) return serveRegistry(content, request, response);
        response.end(text);
      });
      await expect(collect(server.host, context(), '/team/app')).rejects.toMatchObject({ code: 'registry.protocol' });
    },
  );
});

describe('a bad image does not stop the collection', () => {
  /** Collects the shop with one path answered differently, and expects everything else to be there. */
  async function collectWith(path: RegExp, listener: RequestListener, extra?: (content: RegistryContent) => void) {
    const content = shop();
    extra?.(content);
    const server = await start((request, response) => {
      if (path.test(`${request.method} ${request.url}`)) listener(request, response);
      else serveRegistry(content, request, response);
    });
    const into = context();
    await collect(server.host, into);
    expect(into.names().get(`${server.host}/team/app:latest`)).toBe(content.index);
    const bad = into.observed.find(({ digest }) => digest === content.single);
    return {
      into,
      server,
      bad,
      problems: into.problems.map(({ code, part }) => `${code} ${part.replace(server.host, 'host')}`),
    };
  }

  test('a digest that lies', async () => {
    const { into, bad, problems } = await collectWith(/GET .*tool\/manifests/, (_, response) =>
      sendJson(response, 200, { schemaVersion: 2, evil: true }),
    );
    expect(problems).toEqual(['digest.mismatch host/team/tool:latest']);
    expect(bad?.platforms).toBeUndefined();
    expect(bad?.problems?.[0]?.code).toBe('digest.mismatch');
    expect(into.completed).toBe(true);
  });

  test('a Docker-Content-Digest that lies where there is no HEAD', async () => {
    const { into, problems } = await collectWith(/tool\/manifests/, (request, response) => {
      if (request.method === 'HEAD') return void response.writeHead(405).end();
      sendJson(response, 200, {}, { 'docker-content-digest': sha256('something else') });
    });
    expect(problems).toEqual(['digest.mismatch host/team/tool:latest']);
    expect(into.completed).toBe(false);
  });

  test('a config whose content is not what its digest says', async () => {
    const { bad, problems } = await collectWith(/GET .*tool\/blobs/, (_, response) => {
      response.end('{"os":"linux","architecture":"evil"}');
    });
    expect(problems).toEqual([
      expect.stringMatching(/^image.unreadable host\/team\/tool:latest|^(size|digest).mismatch/),
    ]);
    expect(bad?.platforms).toBeUndefined();
  });

  test('an index that is also a manifest', async () => {
    const ambiguous = { config: {}, layers: [], manifests: [] };
    const { into, problems } = await collectWith(
      /never/,
      () => {},
      (content) => {
        addTag(content, 'odd', 'both', addManifest(content, OCI_MANIFEST, { schemaVersion: 2, ...ambiguous }));
      },
    );
    expect(problems).toEqual(['manifest.ambiguous host/odd:both']);
    expect(into.completed).toBe(true);
  });

  test('a manifest over the limit', async () => {
    const { problems } = await collectWith(/GET .*tool\/manifests/, (_, response) => {
      response.writeHead(200, { 'content-type': OCI_MANIFEST });
      response.end(Buffer.alloc(5 * 1024 * 1024, 0x20));
    });
    expect(problems).toEqual(['limit.bytes host/team/tool:latest']);
  });

  test('a length that lies', async () => {
    const { problems } = await collectWith(/GET .*tool\/manifests/, (_, response) => {
      response.writeHead(200, { 'content-length': '1000000' });
      response.write('{');
      setTimeout(() => response.destroy(), 5);
    });
    expect(problems).toEqual(['net.connect host/team/tool:latest']);
  });

  test('a body that never goes on', async () => {
    const { problems } = await collectWith(/GET .*tool\/blobs/, (_, response) => {
      response.writeHead(200);
      response.write('{');
    });
    expect(problems).toEqual(['net.timeout host/team/tool:latest']);
  });

  test('a tag whose HEAD fails: nothing is closed, as it may still be there', async () => {
    const { into, problems } = await collectWith(/HEAD .*tool/, (_, response) => void response.writeHead(500).end());
    expect(problems).toEqual(['net.status host/team/tool:latest']);
    expect(into.completed).toBe(false);
  });

  test('a tag that leads nowhere', async () => {
    const { into, problems } = await collectWith(/HEAD .*tool/, (_, response) => void response.writeHead(404).end());
    expect(problems).toEqual(['registry.not-found host/team/tool:latest']);
    expect(into.completed).toBe(true);
  });

  test('a repository nobody may see', async () => {
    const { into, problems } = await collectWith(/tool\/tags/, (_, response) => sendJson(response, 403, {}));
    expect(problems).toEqual(['registry.denied host/team/tool']);
    expect(into.completed).toBe(false);
  });

  test('a schema 1 manifest', async () => {
    const { server, problems } = await collectWith(/HEAD .*tool/, (_, response) => {
      const type = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
      response.writeHead(200, { 'content-type': type, 'docker-content-digest': sha256('old') }).end();
    });
    expect(problems).toEqual(['manifest.unsupported host/team/tool:latest']);
    expect(server.count('GET', /tool\/manifests/)).toBe(0);
  });

  test('an artifact is left out and is no problem', async () => {
    const { into, problems } = await collectWith(
      /never/,
      () => {},
      (content) => {
        const artifact = {
          schemaVersion: 2,
          mediaType: OCI_MANIFEST,
          artifactType: 'application/vnd.cncf.helm.chart',
          config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: sha256('{}'), size: 2 },
          layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest: sha256('c'), size: 1 }],
        };
        addTag(content, 'charts', '1.0', addManifest(content, OCI_MANIFEST, artifact));
      },
    );
    expect(problems).toEqual([]);
    expect([...into.names().keys()].some((name) => name.includes('charts'))).toBe(false);
    expect(into.completed).toBe(true);
  });
});

describe('HEAD', () => {
  test.each([
    ['405', (response: Parameters<RequestListener>[1]) => response.writeHead(405).end()],
    ['no digest', (response: Parameters<RequestListener>[1]) => response.writeHead(200).end()],
  ])('%s: the manifest is fetched and hashed', async (_, head) => {
    const content = shop();
    const server = await start((request, response) => {
      if (request.method === 'HEAD') head(response);
      else serveRegistry(content, request, response);
    });
    const into = context();
    await collect(server.host, into, '/team/tool');
    expect([...into.names()]).toEqual([[`${server.host}/team/tool:latest`, content.single]]);
    expect(server.count('GET', /manifests/)).toBe(1);
  });
});

describe('a registry that is busy or broken', () => {
  test.each(['1', '35µs', 'soon', '-5', 'Wed, 21 Oct 2015 07:28:00 GMT', undefined])(
    'is asked again after 429 with Retry-After %j',
    async (retryAfter) => {
      const content = shop();
      let refused = 0;
      const server = await start((request, response) => {
        if (request.method === 'HEAD' && refused < 3) {
          refused += 1;
          if (retryAfter !== undefined) response.setHeader('retry-after', Buffer.from(retryAfter).toString('latin1'));
          response.writeHead(429).end();
        } else serveRegistry(content, request, response);
      });
      const into = context();
      const limits = { pace: { ...PACE, retryAfterMax: 20 } };
      await collectRegistry(parseRegistryUri(`registry://${server.host}`).target, into, limits);
      expect(into.problems).toEqual([]);
      expect(into.names().size).toBe(5);
    },
  );

  test('with a 500 in the middle loses nothing', async () => {
    const content = shop();
    let asked = 0;
    const server = await start((request, response) => {
      asked += 1;
      if (asked % 3 === 0) response.writeHead(500).end();
      else serveRegistry(content, request, response);
    });
    const into = context({ concurrency: 1 });
    await collect(server.host, into);
    expect(into.problems).toEqual([]);
    expect(into.names().size).toBe(5);
  });

  test('that goes down for good ends the collection with the reason, not with a problem per tag', async () => {
    const content = registryContent();
    const digest = addImage(content, 'app');
    for (let tag = 0; tag < 300; tag += 1) addTag(content, 'app', `v${tag}`, digest);
    const server = await start((request, response) => {
      if (request.method === 'HEAD') response.writeHead(503).end();
      else serveRegistry(content, request, response);
    });
    const into = context();
    await expect(collect(server.host, into)).rejects.toMatchObject({ code: 'net.host-down', kind: 'unavailable' });
    expect(into.problems.length).toBeLessThan(50);
    expect(into.completed).toBe(false);
  });

  test('that says 429 to everything ends it too', async () => {
    const content = shop();
    const server = await start((request, response) => {
      if (request.method === 'HEAD') response.writeHead(429).end();
      else serveRegistry(content, request, response);
    });
    const into = context({ concurrency: 1 });
    await expect(collect(server.host, into)).rejects.toMatchObject({ code: 'net.host-down' });
    expect(into.completed).toBe(false);
  });
});
