import { digestHex } from './digest.ts';
import { type Image, type Platform, type PlatformSummary, primaryPlatform, type Reference } from './image.ts';
import { type ImageRecord, primaryReference, referenceName } from './record.ts';
import type { ImageRow } from './rows.ts';
import type { Micros } from './time.ts';

/** What a list row holds of itself; the counts come from the containers. */
export type ImageSummary = Omit<ImageRow, 'containerCount' | 'runningCount' | 'hostCount'>;

/** The list row of an image. */
export function deriveSummary(record: ImageRecord): ImageSummary {
  const { platforms, hosts: _hosts, ...image } = record.image;
  const primary = primaryPlatform(platforms);
  const reference = primaryReference(image.references);
  const name = reference === undefined ? '' : referenceName(reference, image.digest);
  return {
    ...image,
    platforms: platforms.map(summarize),
    name: image.kind === 'vm' ? (image.service.name ?? name) : name,
    registry: reference?.registry ?? '',
    repository: reference?.repository ?? '',
    tag: reference?.tag ?? '',
    size: primary === undefined ? record.size : (primary.size ?? record.size),
    builtAt: primary?.builtAt ?? null,
    user: primary?.user ?? '',
  };
}

/** A platform as lists show it. */
export function summarize(platform: Platform): PlatformSummary {
  const { manifestDigest, configDigest, os, architecture, variant, osVersion, size, builtAt, author, layers } =
    platform;
  return {
    manifestDigest,
    configDigest,
    os,
    architecture,
    variant,
    osVersion,
    size,
    builtAt,
    author,
    layerCount: layers.length,
  };
}

/** One repository an image stands in. */
export interface Placement {
  /** Registry and repository. */
  readonly name: string;
  readonly registry: string;
  readonly repository: string;
  readonly shortName: string;
  readonly references: readonly Reference[];
  readonly tagCount: number;
  readonly firstSeenAt: Micros;
  readonly lastSeenAt: Micros;
}

/** The repositories an image stands in, by name. */
export function derivePlacements(references: readonly Reference[]): readonly Placement[] {
  const byName = new Map<string, Reference[]>();
  for (const each of references) {
    const name = `${each.registry}/${each.repository}`;
    const list = byName.get(name);
    if (list) list.push(each);
    else byName.set(name, [each]);
  }
  return [...byName].map(([name, of]) => {
    const { registry, repository } = of[0]!;
    return {
      name,
      registry,
      repository,
      shortName: name.slice(name.lastIndexOf('/') + 1),
      references: of,
      tagCount: of.filter((each) => each.tag !== null).length,
      firstSeenAt: Math.min(...of.map((each) => each.firstSeenAt)),
      lastSeenAt: Math.max(...of.map((each) => each.lastSeenAt)),
    };
  });
}

/** The first 16 hex digits of a digest: its place in orders that end with it. */
export function digestHead(digest: string | null): string {
  return digest === null ? '' : digestHex(digest).slice(0, 16);
}

/** The build instruction of a layer, as a Dockerfile has it. */
export interface Instruction {
  readonly keyword: string;
  readonly value: string;
}

const NOP = '/bin/sh -c #(nop) ';
const SHELL = '/bin/sh -c ';
const KEYWORDS: ReadonlySet<string> = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  ),
);

/**
 * Reads a history entry's `created_by`. Docker's builder writes `/bin/sh -c #(nop)  CMD [...]` for everything that runs
 * nothing and `/bin/sh -c ...` for shell commands, BuildKit the instruction itself with `# buildkit` behind it. What
 * begins with no instruction was run by a shell. Keywords keep their spelling.
 */
export function instruction(createdBy: string | null): Instruction {
  if (createdBy === null || createdBy.trim() === '') return { keyword: '', value: '' };
  let rest = createdBy.trim();
  const isNop = rest.startsWith(NOP.trimEnd());
  if (isNop) rest = rest.slice(NOP.length - 1).trim();
  else if (rest.startsWith(SHELL)) return { keyword: 'RUN', value: rest.slice(SHELL.length).trim() };
  const blank = rest.search(/\s/);
  const word = blank < 0 ? rest : rest.slice(0, blank);
  if (!KEYWORDS.has(word.toUpperCase()))
    return { keyword: isNop ? word : 'RUN', value: isNop && blank >= 0 ? rest.slice(blank).trim() : isNop ? '' : rest };
  return { keyword: word, value: blank < 0 ? '' : rest.slice(blank).trim() };
}

/** A word of the primary platform's run settings. */
export interface Argument {
  readonly kind: 'command' | 'entrypoint' | 'volume';
  readonly position: number;
  readonly value: string;
}

/** The words an image is run with, of its primary platform. */
export function deriveArguments(image: Pick<Image, 'platforms'>): readonly Argument[] {
  const primary = primaryPlatform(image.platforms);
  if (primary === undefined) return [];
  const words = (kind: Argument['kind'], of: readonly string[]) =>
    of.map((value, position) => ({ kind, position, value }));
  return [
    ...words('command', primary.command),
    ...words('entrypoint', primary.entrypoint),
    ...words('volume', primary.volumes),
  ];
}
