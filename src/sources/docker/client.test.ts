import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { collectAll } from '../../../test/support/collect.ts';
import { dockerSource } from './index.ts';
import { engineSocket } from './socket.ts';

let folder: string;
let server: Server | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stowage-engine-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => server?.close());

/** Something that listens on a socket and answers in its own way. */
async function listen(answer: RequestListener): Promise<string> {
  const socket = join(folder, `${Math.random().toString(36).slice(2)}.sock`);
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(socket, resolve));
  return `docker://${socket}`;
}

/** An engine with these answers by path; other paths do not exist. */
function engine(answers: Readonly<Record<string, string>>): Promise<string> {
  return listen((request, response) => {
    response.setHeader('api-version', '1.41');
    const path = (request.url ?? '').replace(/^\/v[\d.]+/, '');
    if (path === '/_ping') return response.end('OK');
    const body = answers[path];
    response.statusCode = body === undefined ? 404 : body.startsWith('500') ? 500 : 200;
    response.end(body ?? '{"message":"no such thing"}');
  });
}

const id = `sha256:${'5'.repeat(64)}`;

describe('an engine that answers badly', () => {
  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['no JSON', { '/info': '{}', '/images/json': '<html>' }, /no JSON/],
    ['an error', { '/info': '500 {"message":"disk full"}' }, /500/],
  ])('%s', async (_, answers, message) => {
    await expect(collectAll(dockerSource, await engine(answers))).rejects.toThrow(message);
  });

  it('something else on the socket', async () => {
    const uri = await listen((_, response) => response.end('hello'));
    await expect(collectAll(dockerSource, uri)).rejects.toMatchObject({ code: 'docker.answer' });
  });

  it('one image or container it cannot tell of does not stop the rest', async () => {
    const uri = await engine({
      '/info': '{"ID":"H","Name":"n"}',
      '/images/json': JSON.stringify([{ Id: id, RepoTags: ['x:1'] }, null, { Id: 7 }]),
      [`/images/${encodeURIComponent(id)}/json`]: '500 broken',
      '/containers/json?all=1': JSON.stringify([
        { Id: 'bad', ImageID: id },
        { Id: 'good', ImageID: id },
        { Id: 'left', ImageID: id },
      ]),
      '/containers/bad/json': '500 broken',
      '/containers/good/json': JSON.stringify({ Id: 'good', Image: id, State: { Status: 'running' } }),
    });
    const { images, containers, present, problems, completions } = await collectAll(dockerSource, uri);
    expect(images).toMatchObject([{ digest: id, references: [{ repository: 'library/x', tag: '1' }] }]);
    expect(containers.map((container) => container.id)).toEqual(['good']);
    expect([...(present[0]?.ids ?? [])]).toEqual(['bad', 'good']);
    expect(problems.map((problem) => problem.code)).toEqual(['docker.answer', 'docker.answer']);
    expect(completions).toBe(1);
  });

  it('an answer without end is cut off', async () => {
    const uri = await listen((request, response) => {
      response.setHeader('api-version', '1.41');
      if (request.url === '/_ping') return response.end('OK');
      const chunk = Buffer.alloc(1024 * 1024, ' ');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await expect(collectAll(dockerSource, uri)).rejects.toThrow(/more than 67108864 bytes/);
  });
});

describe('where the engine is', () => {
  const context = { settings: { untrustedAddress: false } as never };

  it('is what the URI says, then DOCKER_HOST, then the usual places', async () => {
    expect(await engineSocket('docker:///a.sock', context, { DOCKER_HOST: 'unix:///b.sock' })).toBe('/a.sock');
    expect(await engineSocket('docker://', context, { DOCKER_HOST: 'unix:///b.sock' })).toBe('/b.sock');
    await expect(engineSocket('docker://', context, { DOCKER_HOST: 'tcp://user:pw@h:2375' })).rejects.toThrow(
      'tcp://h:2375',
    );
  });

  it('nobody there', async () => {
    await expect(collectAll(dockerSource, `docker://${folder}/none.sock`)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'docker.unreachable',
    });
  });

  it('is never taken from an API call', async () => {
    await expect(
      collectAll(dockerSource, 'docker:///a.sock', { settings: { untrustedAddress: true } }),
    ).rejects.toMatchObject({ code: 'source.local' });
  });

  it.each(['docker:', 'docker://', 'docker:///x.sock'])('%s is a URI', (uri) => {
    expect(dockerSource.parse(uri).uri).toMatch(/^docker:\/\//);
  });

  it.each(['docker://host:2375', 'docker:x', 'http://x'])('%s is none', (uri) => {
    expect(() => dockerSource.parse(uri)).toThrow(/no local engine/);
  });
});
