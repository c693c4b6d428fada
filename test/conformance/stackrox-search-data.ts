/** The images and questions of test/data/stackrox-search, as this store takes them and as they can be asked here. */
import { readFileSync } from 'node:fs';
import { findLabel } from '../../src/dialects/stackrox/fields.ts';
import { splitQuery } from '../../src/dialects/stackrox/wire/split.ts';
import type { Layer, Platform } from '../../src/domain/image.ts';
import { parseRfc3339 } from '../../src/domain/time.ts';
import type { ImageObservation } from '../../src/store/store.ts';

export interface Question {
  readonly q: string;
  readonly tag: string;
  readonly sort?: string;
  readonly reversed?: boolean;
  readonly sorts?: readonly string[];
  readonly limit?: number;
  readonly offset?: number;
  readonly aggr?: string;
  readonly distinct?: boolean;
  readonly more?: number;
  readonly ids?: readonly number[];
  readonly idsC?: readonly number[];
  readonly ties?: readonly (readonly number[])[];
  readonly count?: number;
  readonly error?: { readonly code: number; readonly http: number; readonly msg: string; readonly pg?: string };
  readonly countError?: unknown;
}

export interface OriginalImage {
  readonly id: string;
  readonly name: { readonly registry?: string; readonly remote?: string; readonly tag?: string };
  readonly metadata?: {
    readonly v1: {
      readonly created?: string;
      readonly user?: string;
      readonly command?: string[];
      readonly entrypoint?: string[];
      readonly volumes?: string[];
      readonly labels?: Record<string, string>;
      readonly layers?: { readonly instruction: string; readonly value: string }[];
    };
    readonly layerShas: string[];
  };
  readonly scan?: {
    readonly scanTime: string;
    readonly operatingSystem?: string;
    readonly components?: { readonly vulns?: { readonly cvss?: number }[] }[];
  };
  readonly signature?: { readonly fetched?: string };
  readonly lastUpdated?: string;
  readonly riskScore?: number;
}

export interface ListRow {
  readonly id: string;
  readonly components?: number;
  readonly cves?: number;
  readonly fixableCves?: number;
  readonly created: string | null;
  readonly lastUpdated: string | null;
}

const DATA = new URL('../data/stackrox-search/', import.meta.url);
const load = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, DATA), 'utf8')) as T;
export const QUESTIONS = load<readonly Question[]>('queries.json');
export const LIST = load<readonly ListRow[]>('list.json');
export const IMAGES = Object.values(load<Record<string, OriginalImage>>('images.json'));
export const NUMBER_OF = new Map(IMAGES.map(({ id }, number) => [id, number]));

/** The last image has no time of change, which no record here can lack: it gets one behind all others. */
export const NO_UPDATE = 43;
export const BEHIND = '2024-12-31T00:00:00Z';
export const NOW = time('2026-11-22T12:00:00Z');

export function time(text: string): number {
  const micros = parseRfc3339(text);
  if (micros === undefined) throw new Error(`${text} is no time`);
  return micros;
}

export function observe(image: OriginalImage, number: number): ImageObservation {
  const { registry = '', remote = '', tag = null } = image.name;
  const scores = (image.scan?.components ?? []).flatMap(({ vulns = [] }) => vulns.map(({ cvss = 0 }) => cvss));
  const row = LIST[number];
  const updatedAt = time(image.lastUpdated ?? BEHIND);
  return {
    kind: 'container',
    digest: image.id,
    references: registry === '' ? [] : [{ registry, repository: remote, tag }],
    platforms: image.metadata ? [platformOf(image)] : [],
    scan: image.scan
      ? {
          scannedAt: time(image.scan.scanTime),
          operatingSystem: image.scan.operatingSystem ?? '',
          componentCount: row?.components ?? 0,
          cveCount: row?.cves ?? 0,
          fixableCveCount: row?.fixableCves ?? null,
          topCvss: scores.length > 0 ? Math.max(...scores) : null,
        }
      : null,
    riskScore: image.riskScore ?? 0,
    signatureFetchedAt: image.signature?.fetched ? time(image.signature.fetched) : null,
    seenAt: updatedAt,
    createdAt: updatedAt,
    updatedAt,
  };
}

function platformOf({ id, metadata }: OriginalImage): Platform {
  const v1 = metadata?.v1 ?? {};
  const layer = (instruction: string, value: string): Layer => ({
    digest: null,
    diffId: null,
    size: null,
    mediaType: null,
    createdBy: `${instruction} ${value}`,
    builtAt: null,
    author: null,
    comment: null,
    empty: true,
  });
  return {
    manifestDigest: id,
    configDigest: id,
    os: 'linux',
    architecture: 'amd64',
    variant: null,
    osVersion: null,
    size: null,
    builtAt: v1.created ? time(v1.created) : null,
    author: null,
    user: v1.user ?? null,
    workingDir: null,
    command: v1.command ?? [],
    entrypoint: v1.entrypoint ?? [],
    volumes: v1.volumes ?? [],
    exposedPorts: [],
    env: [],
    dockerVersion: null,
    labels: Object.entries(v1.labels ?? {}),
    layers: (v1.layers ?? []).map(({ instruction, value }) => layer(instruction, value)),
  };
}

/** Whether a label can be answered from what is collected: not components and vulnerabilities. */
function isAnswerable(name: string): boolean {
  const label = findLabel(name);
  if (label === undefined) return true;
  const table = 'table' in label ? label.table : undefined;
  if (label.kind === 'count') return table !== 'finding';
  return table !== 'package' && table !== 'finding';
}

/** Questions that fail whatever the data are can be asked of any label. */
function isAsked(question: Question): boolean {
  const labels = splitQuery(question.q).map(({ label }) => label);
  const sorts = [...(question.sorts ?? []), question.sort ?? ''].map((name) => name.replace(/^~/, ''));
  if (question.error && sorts.every((name) => name === '')) return true;
  return [...labels, ...sorts].every(isAnswerable) && !sorts.includes('Component');
}

/**
 * Questions with several sort options, which a URL cannot give; one of them sorts unscanned images as if they had 0
 * vulnerabilities before it looks at a second label, which is not done here.
 */
const NOT_SAYABLE = new Set(['Image CVE Count,~Image']);

export const ASKED = QUESTIONS.filter((question) => isAsked(question) && !NOT_SAYABLE.has(String(question.sorts)));
