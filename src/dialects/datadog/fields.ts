import { invalid } from '../../domain/error.ts';
import { type ImageName, parseImageName } from '../../domain/reference.ts';
import { and, compare, not, or, type Predicate, some } from '../../query/predicate.ts';
import type { GroupKey } from '../../store/store.ts';
import type { ValueKind } from './wire/cursor.ts';
import { shortImage } from './wire/short-image.ts';
import { numberIs, type Pattern, textIs, textTest, timeIs, type Wanted } from './wire/wanted.ts';

/** A word of the vendor's that can stand before a colon, and what it means here. */
export interface Key {
  readonly where: (wanted: Wanted) => Predicate;
  /** How rows are grouped by it; without it they cannot be. */
  readonly group?: GroupKey;
  /** Groups are by this much of the value: rows of several values come together. */
  readonly grouped?: (value: string) => string;
  /** The key that says exactly this in a filter, when the word itself may also be a label. */
  readonly exact?: string;
}

/** The words of one list. Every other word is the key of a label. */
export interface Vocabulary {
  readonly keys: Readonly<Record<string, Key>>;
  /** Text without a key. */
  readonly bare: (pattern: Pattern, at: number) => Predicate;
}

/** An attribute lists can be sorted by. Without a field nothing is known of it, and only the tie-break orders. */
export interface SortWord {
  readonly field: string | null;
  readonly kind: ValueKind;
  /** What cursors call it; default the word itself. */
  readonly cursor?: string;
}

/** Tags the vendor derives from labels: tag key -> label key (contract 4.2). */
export const LABEL_OF_TAG: Readonly<Record<string, string>> = {
  'git.commit.sha': 'org.opencontainers.image.revision',
  'git.repository_url': 'org.opencontainers.image.source',
  env: 'com.datadoghq.tags.env',
  service: 'com.datadoghq.tags.service',
  version: 'com.datadoghq.tags.version',
};

const IMAGE_NAME: Key = { where: imageName('name'), group: { field: 'name' } };
const SHORT_IMAGE: Key = { where: (wanted) => textIs('short_name', wanted), group: { field: 'short_name' } };
const IMAGE_TAG: Key = {
  where: (wanted) => some('reference', textIs('tag', wanted)),
  group: { relation: 'reference', field: 'tag' },
};
const REPO_DIGEST: Key = { where: (wanted) => some('image', textIs('digest', wanted, 'lower')) };
const IMAGE_ID: Key = { where: (wanted) => or(...wanted.patterns.map((pattern) => imageId(pattern, wanted.at))) };
const OS_NAME = platform('os');
const OS_VERSION = platform('os_version');
const OS_ARCHITECTURE = platform('architecture');
const SOURCES: Key = {
  where: (wanted) => some('source', textIs('kind', wanted, 'lower')),
  group: { relation: 'source', field: 'kind' },
};
const SIZES: Key = { where: (wanted) => numberIs('size', wanted) };
const BUILT_AT: Key = { where: (wanted) => timeIs('built_at', wanted) };

/** Words of `GET /api/v2/container_images`: tags the vendor derives, and attributes by their names (contract 4.2, 4.3). */
export const IMAGE_WORDS: Vocabulary = {
  keys: {
    image_name: IMAGE_NAME,
    short_image: SHORT_IMAGE,
    registry: { where: (wanted) => textIs('registry', wanted), group: { field: 'registry' } },
    repository: { where: (wanted) => textIs('repository', wanted), group: { field: 'repository' } },
    repo_digest: REPO_DIGEST,
    image_digest: REPO_DIGEST,
    image_id: IMAGE_ID,
    config_digest: { where: (wanted) => some('platform', textIs('config_digest', wanted, 'lower')) },
    manifest_digest: { where: (wanted) => some('platform', textIs('manifest_digest', wanted, 'lower')) },
    image_tag: IMAGE_TAG,
    image_tags: IMAGE_TAG,
    os_name: OS_NAME,
    os_names: OS_NAME,
    os_version: OS_VERSION,
    os_versions: OS_VERSION,
    os_architecture: OS_ARCHITECTURE,
    os_architectures: OS_ARCHITECTURE,
    os_arch: OS_ARCHITECTURE,
    sources: SOURCES,
    status: { where: imageStatus },
    container_count: { where: (wanted) => numberIs('running_count', wanted) },
    size: SIZES,
    sizes: SIZES,
    built_at: BUILT_AT,
    images_built_at: BUILT_AT,
    tags: { where: (wanted) => some('tag', textIs('value', wanted)) },
    name: orLabel('name', 'image_name', IMAGE_NAME),
    id: orLabel('id', 'image_id', IMAGE_ID),
    tag: orLabel('tag', 'image_tag', IMAGE_TAG),
    architecture: orLabel('architecture', 'os_architecture', OS_ARCHITECTURE),
    source: orLabel('source', 'sources', SOURCES),
  },
  bare(pattern) {
    const anywhere = { ...pattern, runs: ['', ...pattern.runs, ''] };
    const wanted = { patterns: [pattern.runs.length === 1 ? anywhere : pattern], at: 0 };
    return or(some('tag', textIs('value', { patterns: [pattern], at: 0 })), textIs('name', wanted));
  },
};

const HOST = own('host_name');
const CONTAINER_IMAGE: Key = { where: imageName('image_repository'), group: { field: 'image_repository' } };
const CONTAINER_TAG = own('image_tag');
const CONTAINER_DIGEST: Key = { where: (wanted) => textIs('image_digest', wanted, 'lower') };
const CONTAINER_ID: Key = { where: (wanted) => textIs('id', wanted, 'lower') };
const NAMESPACE = own('namespace');
const POD = own('pod_name');
const CLUSTER = own('cluster');
const STATE: Key = { where: (wanted) => textIs('state', wanted, 'lower'), group: { field: 'state' } };

/** Words of `GET /api/v2/containers`. */
export const CONTAINER_WORDS: Vocabulary = {
  keys: {
    container_name: { where: (wanted) => textIs('name', wanted) },
    container_id: CONTAINER_ID,
    state: STATE,
    status: STATE,
    host: HOST,
    host_name: HOST,
    image_name: CONTAINER_IMAGE,
    short_image: { where: shortImageOfContainer, group: { field: 'image_repository' }, grouped: shortImage },
    image_tag: CONTAINER_TAG,
    image_tags: CONTAINER_TAG,
    image_digest: CONTAINER_DIGEST,
    kube_namespace: NAMESPACE,
    pod_name: POD,
    kube_cluster_name: CLUSTER,
    cluster_name: CLUSTER,
    started_at: { where: (wanted) => timeIs('started_at', wanted) },
    created_at: { where: (wanted) => timeIs('created_at', wanted) },
    name: orLabel('name', 'container_name', { where: (wanted) => textIs('name', wanted) }),
    id: orLabel('id', 'container_id', CONTAINER_ID),
    tag: orLabel('tag', 'image_tag', CONTAINER_TAG),
    namespace: orLabel('namespace', 'kube_namespace', NAMESPACE),
    pod: orLabel('pod', 'pod_name', POD),
    cluster: orLabel('cluster', 'kube_cluster_name', CLUSTER),
  },
  bare(pattern) {
    const anywhere = pattern.runs.length === 1 ? { ...pattern, runs: ['', ...pattern.runs, ''] } : pattern;
    const wanted = { patterns: [anywhere], at: 0 };
    return or(textIs('name', wanted), textIs('id', wanted, 'lower'), textIs('image_name', wanted));
  },
};

const SIZE_ORDER: SortWord = { field: 'size', kind: 'number' };
const BUILD_ORDER: SortWord = { field: 'built_at', kind: 'time' };
const NOTHING_KNOWN: SortWord = { field: null, kind: 'number' };

/** Sort words of `GET /api/v2/container_images` (contract 4.5); the first is the default. */
export const IMAGE_SORTS: Readonly<Record<string, SortWord>> = {
  name: { field: 'name', kind: 'text' },
  short_image: { field: 'short_name', kind: 'text' },
  registry: { field: 'registry', kind: 'text' },
  repository: { field: 'repository', kind: 'text' },
  container_count: { field: 'running_count', kind: 'number' },
  image_tags: { field: 'tag_count', kind: 'number' },
  size: SIZE_ORDER,
  sizes: SIZE_ORDER,
  built_at: BUILD_ORDER,
  images_built_at: BUILD_ORDER,
  published_at: NOTHING_KNOWN,
  vulnerability_count: NOTHING_KNOWN,
  'vulnerability_count.critical': NOTHING_KNOWN,
  'vulnerability_count.high': NOTHING_KNOWN,
  'vulnerability_count.medium': NOTHING_KNOWN,
  'vulnerability_count.low': NOTHING_KNOWN,
  'vulnerability_count.none': NOTHING_KNOWN,
  'vulnerability_count.unknown': NOTHING_KNOWN,
};

const STARTED: SortWord = { field: 'started_at', kind: 'time', cursor: 'started' };

/** Sort words of `GET /api/v2/containers`; the first is the default. */
export const CONTAINER_SORTS: Readonly<Record<string, SortWord>> = {
  started_at: STARTED,
  started: STARTED,
  created_at: { field: 'created_at', kind: 'time' },
  name: { field: 'name', kind: 'text' },
  container_id: { field: 'id', kind: 'text' },
  host: { field: 'host_name', kind: 'text' },
  image_name: { field: 'image_repository', kind: 'text' },
  image_tags: { field: 'image_tag', kind: 'text' },
  state: { field: 'state', kind: 'text' },
};

/** The condition that a label has a key (or the label a derived tag stands for) and one of the values. */
export function labelIs(key: string, wanted: Wanted): Predicate {
  const derived = Object.hasOwn(LABEL_OF_TAG, key.toLowerCase()) ? LABEL_OF_TAG[key.toLowerCase()] : undefined;
  if (derived === undefined) return plainLabelIs(key, wanted);
  return labelWith(compare('key', { op: 'in', values: [derived, key], fold: true }), wanted);
}

/** The condition that a label has exactly this key and one of the values. */
export function plainLabelIs(key: string, wanted: Wanted): Predicate {
  return labelWith(compare('key', { op: 'eq', value: key, fold: true }), wanted);
}

function labelWith(key: Predicate, wanted: Wanted): Predicate {
  const value = textIs('value', wanted);
  const any = value.kind === 'compare' && value.test.op === 'exists';
  return some('label', any ? key : and(key, value));
}

/** The full form of an image name that leaves registry or `library/` out, as Docker reads it; others as they are. */
export function fullImageName(text: string): string {
  const name: ImageName | undefined = parseImageName(text);
  return name && name.tag === null && name.digest === null ? `${name.registry}/${name.repository}` : text;
}

function own(field: string): Key {
  return { where: (wanted) => textIs(field, wanted), group: { field } };
}

function platform(field: string): Key {
  return { where: (wanted) => some('platform', textIs(field, wanted)), group: { relation: 'platform', field } };
}

/** A word that is also a common label key: it means either, and `exact` says the attribute alone. */
function orLabel(word: string, exact: string, key: Key): Key {
  return { where: (wanted) => or(key.where(wanted), plainLabelIs(word, wanted)), group: key.group, exact };
}

function imageName(field: string) {
  return (wanted: Wanted): Predicate => {
    const patterns = wanted.patterns.map((pattern) =>
      pattern.quoted || pattern.runs.length > 1 ? pattern : { ...pattern, runs: [fullImageName(pattern.runs[0]!)] },
    );
    return textIs(field, { ...wanted, patterns });
  };
}

/**
 * `name@digest`, where the digest is the image's or a platform's config digest (what Docker calls image id); or the
 * digest alone. A wildcard may stand for the `@` too, so each of them is tried as the place of it.
 */
function imageId(pattern: Pattern, at: number): Predicate {
  const { runs, quoted } = pattern;
  const split = runs.findIndex((run) => run.includes('@'));
  if (split >= 0) {
    const run = runs[split]!;
    const place = run.indexOf('@');
    const name = [...runs.slice(0, split), run.slice(0, place)];
    return and(nameIs(name), digestIs([run.slice(place + 1), ...runs.slice(split + 1)]));
  }
  const places = runs.slice(1).map((_, place) => {
    return and(nameIs([...runs.slice(0, place + 1), '']), digestIs(['', ...runs.slice(place + 1)]));
  });
  return or(digestIs(runs), ...places);

  function nameIs(parts: readonly string[]): Predicate {
    return textIs('name', { patterns: [{ runs: parts, quoted }], at });
  }

  function digestIs(parts: readonly string[]): Predicate {
    const wanted = { patterns: [{ runs: parts, quoted }], at };
    return or(REPO_DIGEST.where(wanted), some('platform', textIs('config_digest', wanted, 'lower')));
  }
}

function imageStatus(wanted: Wanted): Predicate {
  const running = compare('running_count', { op: 'ge', value: 1 });
  return or(
    ...wanted.patterns.map((pattern) => {
      const text = pattern.runs.join('*').toLowerCase();
      if (text === 'running') return running;
      if (text === 'not_running') return not(running);
      const message = `filter[tags], character ${wanted.at}: status is running or not_running.`;
      throw invalid('query.value', message, wanted.at);
    }),
  );
}

/** A container row has no short name of its own: it is what follows the last slash of the image's name. */
function shortImageOfContainer(wanted: Wanted): Predicate {
  return or(
    ...wanted.patterns.map(({ runs }) => {
      const [text = ''] = runs;
      if (runs.length === 1) {
        const whole = compare('image_repository', { op: 'eq', value: text, fold: true });
        return or(whole, compare('image_repository', textTest(['', `/${text}`], 'folded')));
      }
      const pattern = `(^|/)${runs.map((run) => run.replace(/[^\w]/gu, '\\$&')).join('[^/]*')}$`;
      return compare('image_repository', { op: 'regex', pattern, fold: true });
    }),
  );
}
