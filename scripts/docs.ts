/**
 * Writes the generated parts of the documentation: `node scripts/docs.ts`; with `--check` it writes nothing and ends
 * with 1 where something is stale. A part stands between `<!-- generated:NAME -->` and `<!-- /generated -->`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Argument, Command, Option } from 'commander';
import Fastify from 'fastify';
import { readSettings, SETTINGS } from '../src/cli/lib/settings.ts';
import { makeProgram } from '../src/cli/program.ts';
import type { Dialect } from '../src/dialects/dialect.ts';
import { DIALECTS } from '../src/dialects/registry.ts';
import { RELATION_FIELDS, RELATIONS, type RelationName, UNCOLLECTED } from '../src/query/catalogue.ts';
import { NATIVE_FIELDS } from '../src/query/native/fields.ts';
import { nativeLanguage } from '../src/query/native/language.ts';
import { translate } from '../src/query/translate.ts';
import { registerApi } from '../src/server/api/routes.ts';
import type { ApiServices } from '../src/server/api/services.ts';
import { SOURCE_KINDS } from '../src/sources/registry.ts';

const ROOT = join(import.meta.dirname, '..');
const PART = /<!-- generated:(?<name>[\w:-]+) -->\n[\s\S]*?<!-- \/generated -->/g;
/** The question the README translates. */
const EXAMPLE = { from: 'glance', text: 'team=payments&size_min=10000' } as const;

/** Every Markdown file that may have generated parts, from the checkout's root. */
export function documents(): readonly string[] {
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(ROOT.length + 1)
        .replaceAll('\\', '/'),
    );
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...below.sort()];
}

/** A document's text with every generated part made anew. @throws Error when a part has an unknown name */
export async function renewed(text: string): Promise<string> {
  const names = [...text.matchAll(PART)].map((match) => match.groups!['name']!);
  const parts = new Map<string, string>();
  for (const name of names) parts.set(name, await part(name));
  return text.replace(PART, (_whole, name: string) => {
    return `<!-- generated:${name} -->\n\n${parts.get(name)!.trim()}\n\n<!-- /generated -->`;
  });
}

async function part(name: string): Promise<string> {
  const [what, which] = name.split(':') as [string, string?];
  switch (what) {
    case 'dialects':
      return dialects(which ?? '');
    case 'calls':
      return which ? calls(dialect(which)) : DIALECTS.map((one) => `### ${one.title}\n\n${calls(one)}`).join('\n\n');
    case 'sources':
      return sources();
    case 'settings':
      return settings();
    case 'commands':
      return commands(makeProgram());
    case 'native-fields':
      return nativeFields();
    case 'catalogue':
      return catalogue();
    case 'api':
      return await api();
    case 'translation':
      return translation();
    default:
      throw new Error(`There is no generated part "${name}".`);
  }
}

function dialect(id: string): Dialect {
  const found = DIALECTS.find((one) => one.id === id);
  if (!found) throw new Error(`There is no dialect "${id}".`);
  return found;
}

/** @param base path from the document to docs/ */
function dialects(base: string): string {
  return table(
    ['API', 'a row of its list', 'calls answered', 'how to ask'],
    DIALECTS.map(({ id, title, language, calls: answered }) => [
      title,
      { image: 'an image', placement: 'an image in a repository', content: 'a platform', container: 'a container' }[
        language.entity
      ],
      String(answered.length),
      `[${id}](${base === '' ? '' : `${base}/`}dialects/${id}.md)`,
    ]),
  );
}

function calls({ calls: answered }: Dialect): string {
  return table(
    ['call', 'answers'],
    answered.map((call) => [code(`${call.method} ${call.path}`), call.about]),
  );
}

function sources(): string {
  return table(
    ['kind', 'written', 'what it is', 'kept up to date by', 'may be added through the API'],
    SOURCE_KINDS.map((kind) => [
      `[${kind.id}](../src/sources/${kind.id}/readme.md)`,
      kind.schemes.map((scheme) => code(`${scheme}:`)).join(', '),
      kind.about,
      kind.follow ? 'following its events' : 'collecting again every `interval`',
      kind.remote ? 'yes' : 'no',
    ]),
  );
}

function settings(): string {
  const command = makeProgram();
  const defaults = readSettings({}, {});
  return table(
    ['key in the file', 'flag', 'variable', 'what it is', 'default', 'commands'],
    SETTINGS.map((setting) => [
      code(setting.key),
      code(`--${setting.key}${setting.argument ? ` ${setting.argument}` : ''}`),
      code(`STOWAGE_${setting.key.toUpperCase().replaceAll('-', '_')}`),
      setting.about.replace(/(?: \(default: [^)]*\)|; default: .*)$/, ''),
      /; default: (?<said>.*)$/.exec(setting.about)?.groups?.['said'] ?? defaultText(defaults[setting.key]),
      setting.only ? setting.only.filter((name) => find(command, name)).join(', ') : 'all with a store',
    ]),
  );
}

function defaultText(value: unknown): string {
  if (value === undefined || value === false) return value === false ? 'off' : '';
  return typeof value === 'object' ? 'none' : code(String(value));
}

function find(program: Command, name: string): Command | undefined {
  return program.commands.find((command) => command.name() === name);
}

/** Every command that does something, subcommands with their group's name in front. */
function commands(program: Command, prefix = 'stowage'): string {
  return program.commands
    .map((command) => {
      const name = `${prefix} ${command.name()}`;
      if (command.commands.length > 0) return commands(command, name);
      const own = command.options.filter((option) => !isSetting(option));
      const shared = command.options.length > own.length;
      const parameters = [...command.registeredArguments.map(argumentRow), ...own.map(optionRow)];
      return [
        `### ${code(name)}`,
        sentence(command.description()),
        parameters.length > 0 ? table(['parameter', 'what it is', 'default'], parameters) : '',
        shared ? 'Takes the [settings](configuration.md) that concern it as flags.' : '',
      ]
        .filter((text) => text !== '')
        .join('\n\n');
    })
    .join('\n\n');
}

function isSetting(option: Option): boolean {
  return option.long === '--config' || SETTINGS.some(({ key }) => option.long === `--${key}`);
}

function argumentRow(argument: Argument): string[] {
  const name = argument.name() + (argument.variadic && !argument.name().endsWith('...') ? '...' : '');
  return [code(argument.required ? `<${name}>` : `[${name}]`), argument.description || 'needed', ''];
}

function optionRow(option: Option): string[] {
  const fallback = option.defaultValue;
  return [
    code(option.flags) + (option.mandatory ? ' (needed)' : ''),
    option.description,
    fallback === undefined || fallback === '' ? '' : code(String(fallback)),
  ];
}

function nativeFields(): string {
  const rows = [...NATIVE_FIELDS].map(([word, field]) => [code(word), field.type, field.about]);
  return table(
    ['word', 'type', 'what it asks'],
    [
      ...rows,
      ['`running`', 'boolean', 'Something runs it now'],
      ['`label.KEY`', 'text', 'Value of the label KEY (the key to the letter)'],
    ],
  );
}

function catalogue(): string {
  const entities = Object.keys(RELATIONS);
  return (Object.keys(RELATION_FIELDS) as RelationName[])
    .map((relation) => {
      const rows = Object.entries(RELATION_FIELDS[relation]).map(([name, field]) => {
        const uses = [field.sort ? 'sort' : '', field.group ? 'group' : ''].filter(Boolean).join(', ');
        return [code(name), field.type, field.required ? 'no' : 'yes', uses, field.about];
      });
      const from = Object.entries(RELATIONS)
        .filter(([, relations]) => relations.includes(relation))
        .map(([entity]) => entity);
      const notes = [
        entities.includes(relation) ? 'Lists can be of it.' : '',
        from.length > 0 ? `Can be asked from: ${from.join(', ')}.` : '',
        UNCOLLECTED.has(relation) ? 'Not collected yet: it has no rows.' : '',
      ];
      return `### ${relation}\n\n${notes.filter(Boolean).join(' ')}\n\n${table(['field', 'type', 'can be missing', 'also for', 'what it is'], rows)}`;
    })
    .join('\n\n');
}

/** The calls of the native API, as its own OpenAPI document lists them. */
async function api(): Promise<string> {
  const app = Fastify();
  // Routes are only registered here, never asked.
  const services = { dialects: DIALECTS, pages: { arrive: () => {} } } as unknown as ApiServices;
  await app.register(async (room) => registerApi(room, services));
  const answer = await app.inject('/stowage/openapi.json');
  await app.close();
  const { paths } = answer.json() as { paths: Record<string, Record<string, { summary?: string }>> };
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { summary }]) => summary !== undefined)
      .map(([method, { summary }]) => [code(`${method.toUpperCase()} ${path}`), summary!]),
  );
  return table(['call', 'answers'], rows);
}

function translation(): string {
  const languages = [nativeLanguage, ...DIALECTS.map((one) => one.language)];
  const from = languages.find((language) => language.id === EXAMPLE.from)!;
  // No part of the question depends on the moment of asking.
  const said = translate(from, EXAMPLE.text, languages, { now: 0 });
  const lines = [...said.languages].flatMap(([id, { text, missing }]) => [
    `${id.padEnd(11)} ${text || '(no condition)'}`,
    ...missing.map((lack) => `${''.padEnd(11)}   cannot be said: ${lack}`),
  ]);
  return `\`\`\`console\n$ npm run -s stowage -- translate --from ${EXAMPLE.from} '${EXAMPLE.text}'\n${lines.join('\n')}\n\`\`\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function code(text: string): string {
  return `\`${text}\``;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return first.endsWith('.') ? first : `${first}.`;
}

if (import.meta.main) {
  const check = process.argv.includes('--check');
  for (const path of documents()) {
    const file = join(ROOT, path);
    const before = readFileSync(file, 'utf8');
    const after = await renewed(before);
    if (before === after) continue;
    process.stdout.write(`${check ? 'stale' : 'written'}: ${path}\n`);
    if (check) process.exitCode = 1;
    else writeFileSync(file, after);
  }
}
