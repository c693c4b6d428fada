import { parseImageName } from '../../domain/reference.ts';
import { formatRfc3339 } from '../../domain/time.ts';
import type { RelationName } from '../../query/catalogue.ts';
import type { Printed } from '../../query/language.ts';
import { conjuncts, type Predicate, type Test } from '../../query/predicate.ts';
import { IMAGE_WORDS, LABEL_OF_TAG } from './fields.ts';
import { runsOfLike } from './wire/like.ts';
import { labelKeyText, runText, valueText } from './wire/term-text.ts';
import { sayFromNow } from './wire/wanted.ts';

/** The word that says a field exactly, by what the field belongs to. */
const WORD_OF: Readonly<Partial<Record<RelationName, Readonly<Record<string, string>>>>> = {
  placement: {
    name: 'image_name',
    short_name: 'short_image',
    registry: 'registry',
    repository: 'repository',
    size: 'sizes',
    built_at: 'images_built_at',
    running_count: 'container_count',
  },
  image: { digest: 'repo_digest', size: 'sizes', built_at: 'images_built_at', running_count: 'container_count' },
  reference: { tag: 'image_tag', registry: 'registry', repository: 'repository', digest: 'repo_digest' },
  platform: {
    os: 'os_name',
    os_version: 'os_version',
    architecture: 'os_architecture',
    config_digest: 'config_digest',
    manifest_digest: 'manifest_digest',
  },
  source: { kind: 'sources' },
  tag: { value: 'tags' },
};

/** Fields of an image's primary reference: a row here is one repository, so these ask every name of the image. */
const PRIMARY: Readonly<Record<string, string>> = {
  registry: 'registry',
  repository: 'repository',
  image_tag: 'image_tag',
};
const TIMES: ReadonlySet<string> = new Set(['images_built_at']);
const LOWER: ReadonlySet<string> = new Set(['repo_digest', 'config_digest', 'manifest_digest', 'sources']);

const EVERY_NAME = 'A row here is one repository of an image: conditions on its primary name ask every name it has.';
const ONE_ROW =
  'Conditions on two different repositories of one image cannot be asked together; the first ones are said.';
const ONE_PLATFORM = 'Conditions on one platform are asked of the image: two platforms may satisfy them between them.';
const CASE = 'Text is compared here without regard to case.';
const NOT_EVERY = 'That no repository of an image is so cannot be asked, only that one is not.';

/**
 * Says a predicate over images in the language of `filter[tags]`, condition by condition. What cannot be said at all is
 * left out and named; what means a little more than was asked is said and named.
 */
export function print(where: Predicate): Printed {
  const missing = new Set<string>();
  const said: string[] = [];
  let rows = 0;
  for (const part of conjuncts(where)) {
    const ofRow = part.kind === 'some' && (part.relation === 'placement' || part.relation === 'reference');
    if (ofRow && rows > 0) {
      missing.add(ONE_ROW);
      continue;
    }
    if (ofRow) rows += 1;
    const inside = part.kind === 'some' && part.relation === 'placement' ? conjuncts(part.where) : undefined;
    const texts = inside?.map((each) => say(each, 'placement', missing)) ?? [say(part, 'image', missing)];
    said.push(...texts.filter((text) => text !== undefined));
  }
  return { text: said.join(','), missing: [...missing] };
}

/** @returns undefined when it cannot be said; why is then in `missing` */
function say(part: Predicate, scope: RelationName, missing: Set<string>): string | undefined {
  switch (part.kind) {
    case 'all':
      return '';
    case 'and':
    case 'or': {
      const rows = scope === 'image' && part.kind === 'and' ? part.of.filter(asksRow).length : 0;
      if (rows > 1) return cannot(missing, ONE_ROW);
      const parts = part.of.map((each) => say(each, scope, missing));
      if (parts.includes(undefined)) return undefined;
      return `(${parts.join(part.kind === 'and' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      return sayNot(part.of, scope, missing);
    case 'some':
      return saySome(part.relation, part.where, missing);
    case 'compare':
      return sayField(part.field, part.test, scope, missing);
    case 'none':
      return cannot(missing, 'A question that nothing satisfies cannot be asked.');
    case 'tally':
      return cannot(missing, `The number of rows of ${part.relation} cannot be asked.`);
  }
}

function sayNot(inner: Predicate, scope: RelationName, missing: Set<string>): string | undefined {
  if (scope === 'image' && asksRow(inner)) return cannot(missing, NOT_EVERY);
  const text = say(inner, scope, missing);
  return text === undefined ? undefined : `NOT ${text}`;
}

function asksRow(part: Predicate): boolean {
  if (part.kind === 'some') return part.relation === 'placement' || part.relation === 'reference';
  if (part.kind === 'not') return asksRow(part.of);
  return (part.kind === 'and' || part.kind === 'or') && part.of.some(asksRow);
}

function saySome(relation: RelationName, where: Predicate, missing: Set<string>): string | undefined {
  switch (relation) {
    case 'label':
      return sayLabel(where, missing);
    case 'image':
      return say(where, 'image', missing);
    case 'placement':
    case 'reference':
    case 'platform':
    case 'source':
    case 'tag': {
      const parts = conjuncts(where);
      if (parts.length === 0) return cannot(missing, `That there is a ${relation} at all cannot be asked.`);
      if (relation === 'platform' && parts.length > 1) missing.add(ONE_PLATFORM);
      const said = parts.map((part) => say(part, relation, missing));
      if (said.includes(undefined)) return undefined;
      return said.length === 1 ? said[0] : `(${said.join(' AND ')})`;
    }
    default:
      return cannot(missing, `There is no filter by ${relation}.`);
  }
}

function sayLabel(where: Predicate, missing: Set<string>): string | undefined {
  const parts = conjuncts(where);
  const [keys, ...others] = parts.filter((part) => part.kind === 'compare' && part.field === 'key');
  const values = parts.filter((part) => part !== keys);
  const text = keys?.kind === 'compare' && others.length === 0 ? sayLabelKey(keys.test, missing) : undefined;
  if (text === undefined) return cannot(missing, 'Labels are asked by one key each, written out.');
  if (values.length === 0) return `${text}:*`;
  const said = values.map((value) => sayLabelValue(text, value, missing));
  if (said.includes(undefined)) return undefined;
  // Keys are unique in an image's labels, so several terms ask the same label.
  return said.length === 1 ? said[0] : `(${said.join(' AND ')})`;
}

function sayLabelKey(test: Test, missing: Set<string>): string | undefined {
  if (test.op !== 'eq' && test.op !== 'in') return undefined;
  const [key, plain, ...more] = test.op === 'eq' ? [test.value] : test.values;
  if (typeof key !== 'string' || more.length > 0) return undefined;
  if (test.fold !== true && key !== key.toLowerCase()) missing.add(CASE);
  const word = typeof plain === 'string' ? plain.toLowerCase() : key.toLowerCase();
  const derived = Object.hasOwn(LABEL_OF_TAG, word) ? LABEL_OF_TAG[word] : undefined;
  if (plain !== undefined) return derived === key ? String(plain) : undefined;
  // A bare key like `env` would also mean the label it is derived from.
  return derived === undefined ? labelKeyText(key, IMAGE_WORDS) : `"${key}"`;
}

function sayLabelValue(key: string, part: Predicate, missing: Set<string>): string | undefined {
  if (part.kind === 'compare' && part.field === 'value') return sayTerm(key, part.test, 'label', missing);
  if (part.kind === 'or') {
    const said = part.of.map((each) => sayLabelValue(key, each, missing));
    return said.includes(undefined) ? undefined : `(${said.join(' OR ')})`;
  }
  return cannot(missing, 'Only values of a label can be asked under its key.');
}

function sayField(field: string, test: Test, scope: RelationName, missing: Set<string>): string | undefined {
  const words = WORD_OF[scope];
  if (words && Object.hasOwn(words, field)) return sayTerm(words[field]!, test, `${scope}.${field}`, missing);
  if (scope === 'image' && Object.hasOwn(PRIMARY, field)) {
    missing.add(EVERY_NAME);
    return sayTerm(PRIMARY[field]!, test, field, missing);
  }
  if (field === 'name' && (scope === 'image' || scope === 'reference') && test.op === 'eq') {
    const name = parseImageName(String(test.value));
    if (name && name.digest === null) {
      if (scope === 'image') missing.add(EVERY_NAME);
      const tag = name.tag === null ? '' : ` AND image_tag:${name.tag}`;
      return `(image_name:${name.registry}/${name.repository}${tag})`;
    }
  }
  if (field === 'container_count') return cannot(missing, 'Only running containers are counted here.');
  return cannot(missing, `There is no filter by ${scope === 'image' ? '' : `${scope}.`}${field}.`);
}

function sayTerm(key: string, test: Test, what: string, missing: Set<string>): string | undefined {
  if (test.op === 'regex') return cannot(missing, `Regular expressions (on ${what}) cannot be said.`);
  const texts =
    'values' in test ? test.values : 'value' in test ? [test.value] : 'pattern' in test ? [test.pattern] : [];
  const cased = texts.some((text) => typeof text === 'string' && text !== text.toLowerCase());
  if (cased && !LOWER.has(key) && !('fold' in test && test.fold === true)) missing.add(CASE);
  if (texts.some((value) => typeof value === 'object' && sayFromNow(value.fromNow) === undefined)) {
    return cannot(missing, `Times from now (on ${what}) are said in whole seconds.`);
  }
  switch (test.op) {
    case 'exists':
      return `${key}:*`;
    case 'eq':
      return `${key}:${literal(key, test.value)}`;
    case 'in':
      return `${key}:(${test.values.map((value) => literal(key, value)).join(' OR ')})`;
    case 'prefix':
      return `${key}:${runText(test.value)}*`;
    case 'contains':
      return `${key}:*${runText(test.value)}*`;
    case 'like': {
      const runs = runsOfLike(test.pattern);
      if (runs === undefined) return cannot(missing, `A wildcard for one character (on ${what}) cannot be said.`);
      return `${key}:${runs.map(runText).join('*')}`;
    }
    default:
      return `${key}:${{ lt: '<', le: '<=', gt: '>', ge: '>=' }[test.op]}${literal(key, test.value)}`;
  }
}

function literal(key: string, value: string | number | boolean | { readonly fromNow: number }): string {
  if (typeof value === 'object') return sayFromNow(value.fromNow) ?? 'now';
  if (typeof value === 'number' && TIMES.has(key)) return formatRfc3339(value);
  return valueText(key, String(value));
}

function cannot(missing: Set<string>, why: string): undefined {
  missing.add(why);
  return undefined;
}
