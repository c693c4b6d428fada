/** Real container engines for tests: started with folders and sockets of their own, asked over the same API. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'undici';
import { waitingProgram } from './elf.ts';
import { asEntries, type Blobs, buildImage, dockerSaveFiles, tar } from './oci.ts';
import { isInstalled, whyQuick } from './peers.ts';

export type EngineName = 'docker' | 'podman';

/** An engine that runs and has one image, `shop/waits:1`, whose containers wait until they are stopped. */
export interface RunningEngine {
  readonly socket: string;
  /** Config digest of the image. */
  readonly image: string;
  /** Creates and starts a container; answers its id. */
  run(name: string, labels?: Readonly<Record<string, string>>): Promise<string>;
  stop(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  tag(repository: string, tag: string): Promise<void>;
  untag(name: string): Promise<void>;
  /** Stops the engine itself; containers of Docker stop with it. */
  halt(): Promise<void>;
  /** Starts it again on the same folders and socket. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

/** Why an engine cannot be started on this machine; `undefined` when nothing speaks against it. */
export function whyNoEngine(name: EngineName): string | undefined {
  const quick = whyQuick(`needs ${name}`);
  if (quick) return quick;
  if (process.platform !== 'linux') return `${name} needs Linux`;
  if (process.getuid?.() !== 0) return `starting ${name} needs root`;
  if (process.arch !== 'x64' && process.arch !== 'arm64') return `no test program for ${process.arch}`;
  const programs = name === 'docker' ? ['dockerd', 'containerd', 'runc'] : ['podman', 'conmon', 'runc'];
  const missing = programs.filter((program) => !isInstalled(program));
  return missing.length > 0
    ? `${missing.join(', ')} not installed (Debian: apt-get install ${name === 'docker' ? 'docker.io' : 'podman runc'})`
    : undefined;
}

/** Starts an engine; throws with the end of its log when it does not come up. */
export async function startEngine(name: EngineName): Promise<RunningEngine> {
  const folder = await mkdtemp(join(tmpdir(), `stowage-${name}-`));
  const socket = join(folder, 'engine.sock');
  const log = join(folder, 'log');
  let child: ChildProcess | undefined;

  async function resume(): Promise<void> {
    const [program, ...args] = name === 'docker' ? dockerCommand(folder, socket) : podmanCommand(folder, socket);
    child = spawn(program as string, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const file = createWriteStream(log, { flags: 'a' });
    child.stdout?.pipe(file, { end: false });
    child.stderr?.pipe(file, { end: false });
    for (let tries = 0; tries < 150; tries += 1) {
      if (
        await call('GET', '/_ping').then(
          ({ status }) => status === 200,
          () => false,
        )
      )
        return;
      if (child.exitCode !== null) break;
      await wait(200);
    }
    throw new Error(`${name} did not start: ${(await readFile(log, 'utf8')).slice(-1_500)}`);
  }

  async function halt(): Promise<void> {
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  async function call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: Buffer | object,
  ): Promise<{ status: number; text: string }> {
    const client = new Client('http://localhost', { socketPath: socket });
    try {
      const response = await client.request({
        method,
        path,
        ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
        headers: { 'content-type': Buffer.isBuffer(body) ? 'application/x-tar' : 'application/json' },
      });
      return { status: response.statusCode, text: await response.body.text() };
    } finally {
      await client.destroy();
    }
  }

  async function must(method: 'POST' | 'DELETE', path: string, body?: Buffer | object): Promise<string> {
    const { status, text } = await call(method, path, body);
    if (status >= 300 && status !== 304) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 500)}`);
    return text;
  }

  const blobs: Blobs = new Map();
  const built = buildImage(blobs, {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    config: { Entrypoint: ['/wait'], Labels: { team: 'payments' } },
    steps: [
      {
        createdBy: 'COPY wait /wait',
        files: [{ name: 'wait', body: waitingProgram(process.arch === 'arm64' ? 'arm64' : 'amd64'), mode: 0o755 }],
      },
    ],
  });

  try {
    await resume();
    await must(
      'POST',
      '/v1.41/images/load',
      tar(asEntries(dockerSaveFiles(blobs, [{ image: built, tags: ['docker.io/shop/waits:1'] }]))),
    );
  } catch (error) {
    await halt();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }

  return {
    socket,
    image: built.config.digest,
    async run(container, labels = {}) {
      const Ulimits = [
        { Name: 'nofile', Soft: 1_024, Hard: 1_024 },
        { Name: 'nproc', Soft: 1_000, Hard: 1_000 },
      ];
      const settings = {
        Image: 'docker.io/shop/waits:1',
        Cmd: ['--for', 'ever'],
        Labels: labels,
        StopTimeout: 1,
        HostConfig: { NetworkMode: 'none', Ulimits },
      };
      const { Id } = JSON.parse(await must('POST', `/v1.41/containers/create?name=${container}`, settings)) as {
        Id: string;
      };
      await must('POST', `/v1.41/containers/${Id}/start`);
      return Id;
    },
    stop: async (id) => void (await must('POST', `/v1.41/containers/${id}/stop?t=0`)),
    remove: async (id) => void (await must('DELETE', `/v1.41/containers/${id}?force=true`)),
    tag: async (repository, tag) =>
      void (await must('POST', `/v1.41/images/docker.io%2Fshop%2Fwaits%3A1/tag?repo=${repository}&tag=${tag}`)),
    untag: async (image) => void (await must('DELETE', `/v1.41/images/${encodeURIComponent(image)}`)),
    halt,
    resume,
    async close() {
      const left = JSON.parse((await call('GET', '/v1.41/containers/json?all=1')).text) as { Id: string }[];
      for (const { Id } of left) await call('DELETE', `/v1.41/containers/${Id}?force=true`);
      await halt();
      // What podman leaves behind to tidy up after a container may write its folder once more.
      for (let tries = 0; tries < 10 && (tries === 0 || existsSync(folder)); tries += 1) {
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
        await wait(200);
      }
    },
  };
}

function dockerCommand(folder: string, socket: string): string[] {
  const own = [
    '--data-root',
    join(folder, 'data'),
    '--exec-root',
    join(folder, 'exec'),
    '--pidfile',
    join(folder, 'pid'),
  ];
  const plain = ['--storage-driver', 'vfs', '--iptables=false', '--bridge=none', '--shutdown-timeout', '1'];
  return ['dockerd', ...own, ...plain, '--host', `unix://${socket}`];
}

function podmanCommand(folder: string, socket: string): string[] {
  const own = ['--root', join(folder, 'data'), '--runroot', join(folder, 'exec'), '--storage-driver', 'vfs'];
  const plain = ['--cgroup-manager', 'cgroupfs', '--events-backend', 'file', '--runtime', 'runc'];
  return ['podman', ...own, ...plain, 'system', 'service', '--time', '0', `unix://${socket}`];
}
