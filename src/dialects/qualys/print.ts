import type { Printed } from '../../query/language.ts';
import { conjuncts, type Predicate, type Test, type TimeValue } from '../../query/predicate.ts';
import { SOURCES, TOKENS } from './fields.ts';

/** Own fields of an image, and the tokens of QQL that ask the same of its contents. */
const IMAGE_FIELDS: Readonly<Record<string, string>> = {
  built_at: 'created',
  updated_at: 'updated',
  created_at: 'firstFound',
  scanned_at: 'lastScanned',
  size: 'size',
  container_count: 'associatedContainersCount',
  host_count: 'associatedHostsCount',
  operating_system: 'operatingSystem',
  registry: 'repo.registry',
  repository: 'repo.repository',
  image_tag: 'repo.tag',
  digest: 'repoDigests.digest',
};

/** The same for fields of relations, `relation field`. */
const RELATION_FIELDS: Readonly<Record<string, string>> = {
  'platform architecture': 'architecture',
  'placement registry': 'repo.registry',
  'placement repository': 'repo.repository',
  'host name': 'host.hostname',
  'container host_name': 'host.hostname',
};

/** Says a predicate over images in QQL, conjunct by conjunct; what it has no token for is named. */
export function print(where: Predicate): Printed {
  const missing: string[] = [];
  const parts: string[] = [];
  for (const part of conjuncts(where)) {
    const text = say(part, undefined);
    if (text === undefined) missing.push(`QQL has no token for ${describe(part)}.`);
    else parts.push(part.kind === 'or' ? `(${text})` : text);
  }
  if (where.kind === 'none') missing.push('QQL cannot ask for nothing.');
  if (parts.length > 0 && comparesWords(where))
    missing.push('QQL compares text without regard to case by its words, so it may find more.');
  return { text: parts.join(' and '), missing };
}

function say(part: Predicate, relation: string | undefined): string | undefined {
  switch (part.kind) {
    case 'and':
    case 'or': {
      const texts = part.of.map((inner) => {
        const text = say(inner, relation);
        return text !== undefined && (inner.kind === 'and' || inner.kind === 'or') ? `(${text})` : text;
      });
      return texts.includes(undefined) ? undefined : texts.join(` ${part.kind} `);
    }
    case 'not': {
      const text = say(part.of, relation);
      return text === undefined
        ? undefined
        : `not ${part.of.kind === 'and' || part.of.kind === 'or' ? `(${text})` : text}`;
    }
    case 'compare':
      return sayTest(tokenOf(relation, part.field), part.test);
    case 'some':
      return relation === undefined ? saySome(part) : undefined;
    default:
      return undefined;
  }
}

function saySome(part: Predicate & { kind: 'some' }): string | undefined {
  const { relation, where } = part;
  const group = {
    finding: 'vulnerabilities',
    reference: 'repo',
    label: 'label',
    tag: 'tags',
    package: 'software',
    layer: 'layers',
  }[relation as string];
  if (relation === 'source' && where.kind === 'compare' && where.field === 'kind') return saySource(where.test);
  if (relation === 'content') return say(where, 'content');
  if (where.kind === 'all' && group) return `${group}:*`;
  if (where.kind === 'compare') return sayTest(tokenOf(relation, where.field), where.test);
  if (!group) return undefined;
  const inner = say(where, relation);
  return inner === undefined ? undefined : `${group}:(${inner.replaceAll(`${group}.`, '')})`;
}

function saySource(test: Test): string | undefined {
  const wanted = test.op === 'eq' ? [test.value] : test.op === 'in' ? test.values : [];
  const name = Object.entries(SOURCES).find(
    ([, kinds]) => wanted.length > 0 && wanted.every((kind) => kinds.includes(String(kind))),
  )?.[0];
  return name && `source:${name}`;
}

function tokenOf(relation: string | undefined, field: string): string | undefined {
  if (relation === undefined) return IMAGE_FIELDS[field];
  const listed = RELATION_FIELDS[`${relation} ${field}`];
  if (listed) return listed;
  for (const [lower, { at }] of TOKENS) {
    if (at && (at.relation ?? 'content') === relation && at.field === field && lower !== 'imageid')
      return SPELLED.get(lower) ?? lower;
  }
  return undefined;
}

/** Names whose spelling has capitals. */
const SPELLED: ReadonlyMap<string, string> = new Map(
  [
    'operatingSystem',
    'lastUsedDate',
    'lastScanned',
    'firstFound',
    'associatedContainersCount',
    'associatedHostsCount',
    'riskScore',
    'repoDigests.digest',
    'vulnerabilities.typeDetected',
    'vulnerabilities.patchAvailable',
    'vulnerabilities.firstFound',
  ].map((name) => [name.toLowerCase(), name]),
);

function sayTest(token: string | undefined, test: Test): string | undefined {
  if (token === undefined) return undefined;
  const type = TOKENS.get(token.toLowerCase())!.type;
  switch (test.op) {
    case 'exists':
      return `${token}:*`;
    case 'eq':
      return sayEqual(token, type, test.value, test.fold);
    case 'in': {
      const texts = test.values.map((value) => sayEqual('', type, value, test.fold)?.slice(1));
      return texts.includes(undefined) ? undefined : `${token}:[${texts.join(', ')}]`;
    }
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge': {
      if (type !== 'date' && type !== 'number') return undefined;
      return `${token}${{ lt: '<', le: '<=', gt: '>', ge: '>=' }[test.op]}${plain(type, test.value)}`;
    }
    case 'prefix':
      return test.fold && type === 'text' && bare(test.value) ? `${token}:${test.value}*` : undefined;
    case 'contains':
      return test.fold && type === 'text' && bare(test.value) ? `${token}:*${test.value}*` : undefined;
    case 'like':
      return test.fold && type === 'text' && !/[\\_]/.test(test.pattern) && bare(test.pattern.replaceAll('%', ''))
        ? `${token}:${test.pattern.replaceAll('%', '*')}`
        : undefined;
    default:
      return undefined;
  }
}

function sayEqual(token: string, type: string, value: unknown, fold: boolean | undefined): string | undefined {
  if (type === 'number' || type === 'date') return `${token}:${plain(type, value as number | TimeValue)}`;
  if (token.endsWith('typeDetected')) return `${token}:${value === true ? 'CONFIRMED' : 'POTENTIAL'}`;
  if (type === 'boolean') return `${token}:${String(value)}`;
  const text =
    token === 'sha' || token.endsWith('.sha') || token.endsWith('.digest')
      ? String(value).replace(/^sha256:/, '')
      : String(value);
  if (text.includes('`')) return undefined;
  // A text without regard to case has no exact form in QQL; keywords do.
  if (fold && type === 'text') return bare(text) ? `${token}:${text}` : undefined;
  return fold && bare(text) ? `${token}:${text}` : `${token}:\`${text}\``;
}

function plain(type: string, value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    const { fromNow } = value as { fromNow: number };
    return fromNow === 0 ? 'now' : `now${fromNow < 0 ? '-' : '+'}${Math.abs(fromNow) / 1_000_000}s`;
  }
  return String(type === 'date' ? Math.floor(Number(value) / 1000) : value);
}

function bare(text: string): boolean {
  return /^[A-Za-z0-9][\w.:/@+-]*$/.test(text) && !/^(?:and|or|not|is)$/i.test(text) && !text.includes('..');
}

/** Whether some text is compared as a whole without regard to case, which QQL can only do word by word. */
function comparesWords(part: Predicate): boolean {
  switch (part.kind) {
    case 'and':
    case 'or':
      return part.of.some(comparesWords);
    case 'not':
      return comparesWords(part.of);
    case 'some':
      return comparesWords(part.where);
    case 'compare':
      return (part.test.op === 'eq' || part.test.op === 'in') && part.test.fold === true;
    default:
      return false;
  }
}

function describe(part: Predicate): string {
  if (part.kind === 'compare') return `${part.field} ${part.test.op}`;
  if (part.kind === 'some') return `${part.relation} (${describe(part.where)})`;
  if (part.kind === 'and' || part.kind === 'or') return part.of.map(describe).join(` ${part.kind} `);
  return part.kind === 'not' ? `not ${describe(part.of)}` : part.kind;
}
