import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { invalid } from '../../domain/error.ts';

/** One setting: a key of the configuration file, a flag and a variable at once. */
export interface Setting {
  readonly key: keyof Settings & string;
  readonly value: 'text' | 'number' | 'switch' | 'list' | 'map';
  readonly argument?: string;
  readonly about: string;
  /** Commands it belongs to; all when left out. */
  readonly only?: readonly string[];
}

export interface Settings {
  readonly data: string;
  readonly database: string | undefined;
  readonly project: string;
  readonly listen: string;
  readonly 'public-url': string | undefined;
  readonly 'trust-proxy': boolean;
  readonly 'insecure-no-auth': boolean;
  readonly 'server-key': string | undefined;
  readonly 'admin-id': string | undefined;
  readonly 'admin-secret': string | undefined;
  readonly without: readonly string[];
  readonly 'dialect-listen': Readonly<Record<string, string>>;
  readonly interval: number;
  readonly 'registry-ca': readonly string[];
  readonly 'registry-http': readonly string[];
  readonly 'registry-credentials': Readonly<Record<string, string>>;
  readonly 'registry-realm': Readonly<Record<string, string>>;
  readonly 'registry-concurrency': number;
  readonly 'docker-config': string | undefined;
  readonly 'allow-network': readonly string[];
  readonly 'reconcile-seconds': number;
  readonly 'local-engine': boolean;
}

const SERVING = ['serve', 'worker'];

/** Every setting, in the order help and documentation list them. */
export const SETTINGS: readonly Setting[] = [
  {
    key: 'data',
    value: 'text',
    argument: 'DIR',
    about: "Folder of the embedded store; default: the platform's data folder",
  },
  { key: 'database', value: 'text', argument: 'URL', about: 'postgres://... instead of the embedded store' },
  { key: 'project', value: 'text', argument: 'NAME', about: 'Project to work in (default: default)' },
  {
    key: 'listen',
    value: 'text',
    argument: 'HOST:PORT',
    about: 'Where to listen (default: 127.0.0.1:8480)',
    only: ['serve'],
  },
  {
    key: 'public-url',
    value: 'text',
    argument: 'URL',
    about: 'Address clients reach the server by, for links',
    only: ['serve'],
  },
  { key: 'trust-proxy', value: 'switch', about: 'Believe X-Forwarded-* headers', only: ['serve'] },
  {
    key: 'insecure-no-auth',
    value: 'switch',
    about: 'Answer everybody as admin; only on a loopback address',
    only: ['serve'],
  },
  {
    key: 'server-key',
    value: 'text',
    argument: 'KEY',
    about: '32 bytes in base64 or hex; default: server.key in the data folder, or one kept in the database',
  },
  {
    key: 'admin-id',
    value: 'text',
    argument: 'ID',
    about: 'Id of the first admin credential (better as STOWAGE_ADMIN_ID)',
    only: ['serve'],
  },
  {
    key: 'admin-secret',
    value: 'text',
    argument: 'SECRET',
    about: 'Secret of the first admin credential (better as STOWAGE_ADMIN_SECRET)',
    only: ['serve'],
  },
  { key: 'without', value: 'list', argument: 'DIALECT', about: 'Switch a dialect off (repeatable)', only: ['serve'] },
  {
    key: 'dialect-listen',
    value: 'map',
    argument: 'DIALECT=HOST:PORT',
    about: 'Give a dialect a port of its own as well (repeatable)',
    only: ['serve'],
  },
  {
    key: 'interval',
    value: 'number',
    argument: 'SECONDS',
    about: 'Between collections of a source that cannot be followed (default: 900)',
    only: SERVING,
  },
  {
    key: 'registry-ca',
    value: 'list',
    argument: 'FILE',
    about: 'PEM file of a CA that registries may use (repeatable)',
  },
  {
    key: 'registry-http',
    value: 'list',
    argument: 'HOST',
    about: 'Registry host that may be spoken to over plain http (repeatable)',
  },
  {
    key: 'registry-credentials',
    value: 'map',
    argument: 'HOST=USER:PASSWORD',
    about: 'Credentials of a registry (repeatable; better in the configuration file)',
  },
  {
    key: 'registry-realm',
    value: 'map',
    argument: 'HOST=TOKENHOST',
    about: 'Token server on another host that may get the credentials of a registry (repeatable)',
  },
  {
    key: 'registry-concurrency',
    value: 'number',
    argument: 'N',
    about: 'Requests at once per registry host (default: 8)',
  },
  { key: 'docker-config', value: 'text', argument: 'FILE', about: "Docker's config.json with registry credentials" },
  {
    key: 'allow-network',
    value: 'list',
    argument: 'CIDR',
    about: 'Private range that redirects and API-given addresses may lead to (repeatable)',
  },
  {
    key: 'reconcile-seconds',
    value: 'number',
    argument: 'SECONDS',
    about: 'Between full looks at an engine that is followed (default: 30)',
    only: SERVING,
  },
  {
    key: 'local-engine',
    value: 'switch',
    about: 'Collect the local Docker or podman socket too, when there is one',
    only: ['serve'],
  },
];

const DEFAULTS: Settings = {
  data: '',
  database: undefined,
  project: 'default',
  listen: '127.0.0.1:8480',
  'public-url': undefined,
  'trust-proxy': false,
  'insecure-no-auth': false,
  'server-key': undefined,
  'admin-id': undefined,
  'admin-secret': undefined,
  without: [],
  'dialect-listen': {},
  interval: 900,
  'registry-ca': [],
  'registry-http': [],
  'registry-credentials': {},
  'registry-realm': {},
  'registry-concurrency': 8,
  'docker-config': undefined,
  'allow-network': [],
  'reconcile-seconds': 30,
  'local-engine': false,
};

/** Gives a command the flags that concern it. */
export function addSettings(command: Command): Command {
  command.option('--config <FILE>', 'configuration file (YAML; its keys are the names of these flags)');
  for (const setting of SETTINGS) {
    if (setting.only && !setting.only.includes(command.name())) continue;
    const flag = `--${setting.key}${setting.argument ? ` <${setting.argument}>` : ''}`;
    if (setting.value === 'list' || setting.value === 'map') command.option(flag, setting.about, collect);
    else command.option(flag, setting.about);
  }
  return command;
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/**
 * Settles all settings: flag before variable (`STOWAGE_REGISTRY_CA`, lists by comma) before file before default.
 * @throws StowageError that names the key and where it stood
 */
export function readSettings(
  flags: Readonly<Record<string, unknown>>,
  environment: NodeJS.ProcessEnv = process.env,
): Settings {
  const path = (flags['config'] as string | undefined) ?? environment['STOWAGE_CONFIG'];
  const file = path === undefined ? {} : readFile(path);
  const settled: Record<string, unknown> = { ...DEFAULTS };
  for (const setting of SETTINGS) {
    const variable = `STOWAGE_${setting.key.toUpperCase().replaceAll('-', '_')}`;
    const flag = flags[camel(setting.key)];
    const given: readonly [unknown, string][] = [
      [flag, `--${setting.key}`],
      [environment[variable] === '' ? undefined : environment[variable], variable],
      [file[setting.key], `${path}: ${setting.key}`],
    ];
    const found = given.find(([value]) => value !== undefined);
    if (found) settled[setting.key] = read(setting, found[0], found[1]);
  }
  if (settled['data'] === '') settled['data'] = dataFolder(environment);
  settled['data'] = resolve(settled['data'] as string);
  return settled as unknown as Settings;
}

function readFile(path: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    throw invalid('config.unreadable', `${path}: ${error instanceof Error ? error.message : String(error)}`, path);
  }
  if (typeof content !== 'object' || Array.isArray(content))
    throw invalid('config.form', `${path} must be a list of "key: value" lines.`, path);
  for (const key of Object.keys(content as object)) {
    if (!SETTINGS.some((setting) => setting.key === key)) {
      throw invalid(
        'config.unknown-key',
        `${path}: there is no setting "${key}". Settings: ${SETTINGS.map((setting) => setting.key).join(', ')}.`,
        key,
      );
    }
  }
  return content as Record<string, unknown>;
}

function read(setting: Setting, value: unknown, where: string): unknown {
  switch (setting.value) {
    case 'switch':
      if (value === true || value === 'true' || value === '1') return true;
      if (value === false || value === 'false' || value === '0') return false;
      throw invalid('config.value', `${where} is true or false, not "${String(value)}".`, setting.key);
    case 'number': {
      const number = Number(value);
      if (Number.isFinite(number) && number > 0) return number;
      throw invalid('config.value', `${where} is a number above 0, not "${String(value)}".`, setting.key);
    }
    case 'list':
      return Array.isArray(value) ? value.map(String) : String(value).split(',').filter(Boolean);
    case 'map': {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, String(entry)]));
      }
      const pairs = Array.isArray(value) ? value.map(String) : String(value).split(',').filter(Boolean);
      return Object.fromEntries(
        pairs.map((pair) => {
          const sign = pair.indexOf('=');
          if (sign <= 0) throw invalid('config.value', `${where} is NAME=VALUE, not "${pair}".`, setting.key);
          return [pair.slice(0, sign), pair.slice(sign + 1)];
        }),
      );
    }
    default:
      return String(value);
  }
}

function camel(key: string): string {
  return key.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function dataFolder(environment: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Stowage');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Stowage');
  return join(environment['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'stowage');
}
