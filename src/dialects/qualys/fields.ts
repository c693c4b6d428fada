import type { FieldType, RelationName } from '../../query/catalogue.ts';
import { ALL, and, compare, eq, NONE, not, or, type Predicate, some, type Test } from '../../query/predicate.ts';

/** How a value of a token is read: see contract 3.1. */
export type TokenType = 'text' | 'keyword' | 'number' | 'date' | 'boolean';

/** A word of QQL. */
export interface Token {
  readonly type: TokenType;
  /** What a test on it means over contents. */
  readonly say: (test: Test) => Predicate;
  /** Where it lives: for grouped conditions and for printing. Absent for a token no data stands behind. */
  readonly at?: { readonly relation?: RelationName; readonly field: string };
  /** Turns a written value into the stored one. */
  readonly adapt?: (value: string) => string;
}

const STORED: Readonly<Record<TokenType, FieldType>> = {
  text: 'text',
  keyword: 'text',
  number: 'integer',
  date: 'time',
  boolean: 'boolean',
};

function own(type: TokenType, field: string): Token {
  return { type, at: { field }, say: (test) => compare(field, test) };
}

function of(relation: RelationName, type: TokenType, field: string): Token {
  return { type, at: { relation, field }, say: (test) => some(relation, compare(field, test)) };
}

/** Valid, but nothing is collected behind it yet: no image has a value. */
function nothing(type: TokenType): Token {
  return { type, say: () => NONE };
}

/** A word every scanned image has, and no other: `scanStatus` is `SUCCESS` in its row. */
function whenScanned(word: string): Token {
  const scanned = compare('scanned_at', { op: 'exists' });
  return {
    type: 'keyword',
    say: (test) =>
      test.op === 'exists' || (test.op === 'eq' && String(test.value).toUpperCase() === word) ? scanned : NONE,
  };
}

/** Which kinds of source each of the vendor's sources stands for. */
export const SOURCES: Readonly<Record<string, readonly string[]>> = {
  REGISTRY: ['registry'],
  GENERAL: ['docker', 'containerd', 'kubernetes'],
  CICD: ['archive', 'oci', 'sbom', 'report'],
};

const OFFICIAL: Predicate = some(
  'reference',
  and(eq('registry', 'docker.io'), compare('repository', { op: 'prefix', value: 'library/' })),
);

/** Every token of QQL for images, by its name in lower case (contract 3.2). */
export const TOKENS: ReadonlyMap<string, Token> = new Map(
  Object.entries({
    sha: {
      ...own('keyword', 'config_digest'),
      adapt: (value: string) => `sha256:${value.replace(/^sha256:/, '').toLowerCase()}`,
    },
    imageId: {
      type: 'keyword',
      at: { field: 'config_digest' },
      say: (test: Test) =>
        compare(
          'config_digest',
          test.op === 'eq' ? { op: 'prefix', value: `sha256:${String(test.value).toLowerCase()}` } : test,
        ),
    },
    uuid: { ...own('keyword', 'id'), adapt: (value: string) => value.replaceAll('-', '').toLowerCase() },
    'repo.registry': of('reference', 'text', 'registry'),
    'repo.repository': of('reference', 'text', 'repository'),
    'repo.tag': of('reference', 'text', 'tag'),
    'repoDigests.digest': {
      ...of('reference', 'keyword', 'digest'),
      adapt: (value: string) => `sha256:${value.replace(/^sha256:/, '').toLowerCase()}`,
    },
    created: own('date', 'built_at'),
    updated: own('date', 'updated_at'),
    firstFound: own('date', 'created_at'),
    lastScanned: own('date', 'scanned_at'),
    lastVmScanDate: own('date', 'scanned_at'),
    imagesInUse: own('date', 'last_used_at'),
    lastUsedDate: own('date', 'last_used_at'),
    operatingSystem: own('text', 'operating_system'),
    architecture: own('keyword', 'architecture'),
    author: own('text', 'author'),
    size: own('number', 'size'),
    associatedContainersCount: own('number', 'container_count'),
    associatedHostsCount: own('number', 'host_count'),
    riskScore: own('number', 'risk_score'),
    source: {
      type: 'keyword',
      say: (test: Test) =>
        test.op === 'eq'
          ? some('source', compare('kind', { op: 'in', values: SOURCES[String(test.value).toUpperCase()] ?? [] }))
          : some('source'),
    },
    registryUuid: {
      type: 'keyword',
      say: (test: Test) => some('source', and(eq('kind', 'registry'), compare('id', test))),
      adapt: (value: string) => value.replaceAll('-', '').toLowerCase(),
    },
    isDockerHubOfficial: {
      type: 'boolean',
      say: (test: Test) => (test.op === 'eq' ? (test.value ? OFFICIAL : not(OFFICIAL)) : ALL),
    },
    hostname: { type: 'text', say: host },
    'host.hostname': { type: 'text', say: host },
    'tags.name': of('tag', 'text', 'value'),
    'label.key': of('label', 'text', 'key'),
    'label.value': of('label', 'text', 'value'),
    'layers.sha': {
      ...of('layer', 'keyword', 'digest'),
      adapt: (value: string) => `sha256:${value.replace(/^sha256:/, '').toLowerCase()}`,
    },
    'software.name': of('package', 'text', 'name'),
    'software.version': of('package', 'text', 'version'),
    'vulnerabilities.severity': {
      ...of('finding', 'number', 'severity'),
      say: (test: Test) => some('finding', compare('severity', fromFive(test))),
    },
    'vulnerabilities.qid': nothing('number'),
    'vulnerabilities.title': of('finding', 'text', 'title'),
    'vulnerabilities.product': nothing('text'),
    'vulnerabilities.cveids': of('finding', 'keyword', 'id'),
    'vulnerabilities.typeDetected': {
      type: 'keyword',
      at: { relation: 'finding', field: 'confirmed' },
      say: (test: Test) =>
        some('finding', test.op === 'eq' ? eq('confirmed', String(test.value).toUpperCase() === 'CONFIRMED') : ALL),
    },
    'vulnerabilities.patchAvailable': of('finding', 'boolean', 'fixable'),
    'vulnerabilities.category': of('finding', 'text', 'category'),
    'vulnerabilities.status': of('finding', 'keyword', 'state'),
    'vulnerabilities.firstFound': of('finding', 'date', 'first_seen_in_image_at'),
    'vulnerabilities.lastFound': nothing('date'),
    maxQdsScore: nothing('number'),
    qdsSeverity: nothing('keyword'),
    criticality: nothing('number'),
    scanStatus: whenScanned('SUCCESS'),
    scanType: nothing('keyword'),
    scanTypes: whenScanned('STATIC'),
    dockerVersion: nothing('text'),
  } satisfies Record<string, Token>).map(([name, token]) => [name.toLowerCase(), token as Token] as const),
);

/** Tokens that open a group whose conditions meet in one row: `vulnerabilities:(severity:5 and ...)`. */
export const GROUPS: ReadonlyMap<string, RelationName> = new Map([
  ['vulnerabilities', 'finding'],
  ['repo', 'reference'],
  ['label', 'label'],
  ['tags', 'tag'],
  ['software', 'package'],
  ['layers', 'layer'],
]);

/** Tokens a list can be ordered by; any other falls back to the default order (contract 3.3). */
export const SORTS: ReadonlyMap<string, string> = new Map([
  ['created', 'built_at'],
  ['updated', 'updated_at'],
  ['firstfound', 'created_at'],
  ['lastuseddate', 'last_used_at'],
  ['lastscanned', 'scanned_at'],
  ['lastvmscandate', 'scanned_at'],
  ['size', 'size'],
  ['imageid', 'config_digest'],
  ['sha', 'config_digest'],
  ['uuid', 'id'],
  ['operatingsystem', 'operating_system'],
  ['associatedcontainerscount', 'container_count'],
  ['associatedhostscount', 'host_count'],
  ['riskscore', 'risk_score'],
]);

/** The catalogue's type behind a token's. */
export function storedType(token: Token): FieldType {
  return STORED[token.type];
}

function host(test: Test): Predicate {
  return or(some('host', compare('name', test)), some('container', compare('host_name', test)));
}

// Five severities here, five ranks (0 to 4) in the catalogue.
function fromFive(test: Test): Test {
  const lower = (value: unknown) => Number(value) - 1;
  if ('values' in test) return { ...test, values: test.values.map(lower) };
  if ('value' in test && typeof test.value === 'number') return { ...test, value: lower(test.value) } as Test;
  return test;
}
