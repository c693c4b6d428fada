import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { DialectId } from '../../dialects/dialect.ts';
import { DIALECTS } from '../../dialects/registry.ts';
import type { Principal } from '../../domain/credential.ts';
import { invalid, StowageError } from '../../domain/error.ts';
import { now } from '../../domain/time.ts';
import { collectJob } from '../../jobs/collect-job.ts';
import { type App, buildApp } from '../../server/app.ts';
import { localEngines } from '../../sources/local-engines.ts';
import { type ResolvedSource, resolveSource } from '../../sources/resolve.ts';
import type { SourceRecord } from '../../store/store.ts';
import { firstAdmin } from '../lib/first-admin.ts';
import { untilInterrupted } from '../lib/interrupt.ts';
import { makeLog } from '../lib/log.ts';
import { openSession, type Session } from '../lib/session.ts';
import { addSettings, readSettings, type Settings } from '../lib/settings.ts';
import { startWorkers } from '../lib/workers.ts';

/** `stowage serve [SOURCE...]`: the dialects, the native API and the workers in one process. */
export function serveCommand(program: Command): void {
  const command = program
    .command('serve')
    .description('the server: five dialects, own API and the workers; keeps the given sources up to date')
    .argument(
      '[SOURCE...]',
      'registry://host/repository, docker://, oci:DIR, oci-archive:FILE, docker-archive:FILE, or a path',
    );
  addSettings(command).action(async (uris: readonly string[]) => {
    const settings = readSettings(command.opts());
    const address = parseAddress(settings.listen, '--listen');
    const own = Object.entries(settings['dialect-listen']).map(
      ([id, text]) => [dialectId(id), parseAddress(text, '--dialect-listen')] as const,
    );
    for (const id of settings.without) dialectId(id);
    if (settings['insecure-no-auth']) requireLoopback(address.host);
    const given = await Promise.all(
      [...uris, ...(settings['local-engine'] ? await localEngines() : [])].map(resolveSource),
    );

    const { signal, done } = untilInterrupted();
    const log = makeLog();
    const session = await openSession(settings);
    const secrets = new Map<string, ResolvedSource['secrets']>(given.map((source) => [source.uri, source.secrets]));
    const workers = startWorkers({ session, settings, secrets, log });
    const main = await makeApp(session, settings, log, workers.wake);
    const apps: App[] = [main];
    try {
      await listen(main, address, '--listen');
      const baseUrl = settings['public-url'] ?? urlOf(main);
      process.stdout.write(`Stowage answers at ${baseUrl}\n`);
      for (const [id, at] of own) {
        const app = await makeApp(session, settings, log, workers.wake, id);
        apps.push(app);
        await listen(app, at, '--dialect-listen');
        process.stdout.write(`${id} alone answers at ${urlOf(app)}\n`);
      }
      const sources = await keep(session, given);
      await workers.settle(sources, signal);
      await introduce(session, settings, baseUrl);
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      done();
      const patience = setTimeout(() => process.exit(1), 9_500).unref();
      await Promise.all([workers.stop(), ...apps.map((app) => app.close())]);
      await session.close();
      clearTimeout(patience);
    }
  });
}

async function makeApp(
  session: Session,
  settings: Settings,
  log: Logger,
  wake: () => void,
  only?: DialectId,
): Promise<App> {
  const { store, key } = session;
  const anonymous: Principal | undefined = settings['insecure-no-auth']
    ? { credentialId: 'anonymous', project: session.project, role: 'admin', expiresAt: null }
    : undefined;
  return buildApp({
    store,
    key,
    dialects: DIALECTS.filter(({ id }) => (only ? id === only : !settings.without.includes(id))),
    publicUrl: only ? undefined : settings['public-url'],
    trustProxy: settings['trust-proxy'],
    anonymous,
    onError: (error, context) => log.error({ error: String(error) }, context),
    control: {
      async addSource(project, text) {
        const { kind, uri } = await resolveSource(text);
        if (!kind.remote)
          throw invalid(
            'source.local',
            `"${uri}" is on the server's own disk; only an operator at the command line can add it.`,
            'uri',
          );
        // What an operator added stays trusted, and is only collected.
        const known = (await store.sources(project)).find((one) => one.kind === kind.id && one.uri === uri);
        const settings = known ? {} : { keep: true, untrusted: true };
        const source = await store.upsertSource(project, { kind: kind.id, uri, settings });
        await store.enqueue([collectJob(source, 10)], now());
        wake();
        return source;
      },
      async collect(project, id) {
        const source = await store.source(project, id);
        if (!source) return undefined;
        const [job] = await store.enqueue([collectJob(source, 10)], now());
        wake();
        return job;
      },
    },
  });
}

/** Writes the given sources down as ones to keep up to date. */
async function keep(session: Session, given: readonly ResolvedSource[]): Promise<readonly SourceRecord[]> {
  const sources: SourceRecord[] = [];
  for (const { kind, uri } of given) {
    sources.push(await session.store.upsertSource(session.project, { kind: kind.id, uri, settings: { keep: true } }));
  }
  return sources;
}

/** The credential (once) and how to ask each dialect, a line each that can be pasted. */
async function introduce(session: Session, settings: Settings, baseUrl: string): Promise<void> {
  const admin = await firstAdmin(session, settings);
  const id = admin?.id ?? '$STOWAGE_ID';
  const secret = admin?.secret ?? '$STOWAGE_SECRET';
  if (admin?.made) process.stdout.write(`\nAdmin credential (shown this once)\n  id      ${id}\n  secret  ${secret}\n`);
  else if (!admin)
    process.stdout.write(
      '\nThe lines below expect a credential in STOWAGE_ID and STOWAGE_SECRET; `stowage credentials create` makes one.\n',
    );
  process.stdout.write('\n');
  for (const dialect of DIALECTS.filter((one) => !settings.without.includes(one.id))) {
    process.stdout.write(
      `# ${dialect.title}\n${dialect.curl({ baseUrl, id, secret, projectId: session.project.id })}\n`,
    );
  }
  process.stdout.write('\nReady. Ctrl-C ends it.\n');
}

function parseAddress(text: string, flag: string): { host: string; port: number } {
  const groups = /^(?:(?<host>[^:[\]]+|\[[0-9a-fA-F:]+\]):)?(?<port>\d{1,5})$/.exec(text)?.groups;
  const port = Number(groups?.['port']);
  if (!groups || port > 65_535) throw invalid('config.address', `${flag} is HOST:PORT, not "${text}".`, flag);
  return { host: (groups['host'] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}

/** @throws StowageError `unavailable` that names the address and the flag to choose another with */
async function listen(app: App, address: { host: string; port: number }, flag: string): Promise<void> {
  try {
    await app.http.listen(address);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on: ${message}`;
    const at = `${address.host}:${address.port}`;
    throw new StowageError('unavailable', 'listen', `${at} ${why}; choose another with ${flag}.`, { cause: error });
  }
}

function dialectId(text: string): DialectId {
  const found = DIALECTS.find((dialect) => dialect.id === text);
  if (!found)
    throw invalid(
      'config.dialect',
      `There is no dialect "${text}". Dialects: ${DIALECTS.map((one) => one.id).join(', ')}.`,
      text,
    );
  return found.id;
}

function requireLoopback(host: string): void {
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return;
  throw new StowageError(
    'invalid',
    'config.insecure',
    `--insecure-no-auth only works on a loopback address, not ${host}.`,
    { at: 'insecure-no-auth' },
  );
}

function urlOf(app: App): string {
  const { address, port, family } = app.http.server.address() as AddressInfo;
  const host = address === '0.0.0.0' || address === '::' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
