import {
  ALL,
  and,
  compare,
  conjuncts,
  eq,
  not,
  or,
  type Predicate,
  some,
  type Test,
} from '../../../query/predicate.ts';
import { escapeRegex } from './say-text.ts';

type Names = Readonly<Record<string, (test: Test) => Predicate | undefined>>;

const same = (field: string) => (test: Test) => (test.op === 'exists' ? ALL : compare(field, test));
const named = (field: string) => (test: Test) => (test.op === 'exists' ? not(eq(field, '')) : compare(field, test));

/** What fields of an image's names, repositories and contents are of the image itself. */
const OWN: Readonly<Record<string, Names>> = {
  reference: {
    name: named('name'),
    registry: named('registry'),
    repository: named('repository'),
    tag: named('image_tag'),
    digest: same('digest'),
  },
  placement: {
    name: asRepository,
    short_name: asLastSegment,
    registry: named('registry'),
    repository: named('repository'),
    built_at: (test) => compare('built_at', test),
    size: (test) => compare('size', test),
  },
  content: { built_at: (test) => compare('built_at', test), size: (test) => compare('size', test) },
};

/** Registry and repository together: the full name up to its tag or digest. */
function asRepository(test: Test): Predicate | undefined {
  if (test.op === 'prefix' && test.fold) return compare('name', test);
  if (test.op !== 'eq' || typeof test.value !== 'string') return undefined;
  const slash = test.value.indexOf('/');
  if (!test.fold && slash > 0) {
    return and(eq('registry', test.value.slice(0, slash)), eq('repository', test.value.slice(slash + 1)));
  }
  return compare('name', { op: 'regex', pattern: `^${escapeRegex(test.value)}[:@]`, fold: true });
}

function asLastSegment(test: Test): Predicate | undefined {
  if ((test.op !== 'eq' && test.op !== 'prefix') || typeof test.value !== 'string') return undefined;
  const rest = test.op === 'prefix' ? '[^/]*' : '';
  return compare('repository', { op: 'regex', pattern: `(?:^|/)${escapeRegex(test.value)}${rest}$`, fold: true });
}

/** Conditions on one of the rows an image stands for elsewhere, as conditions on the image; the others are left. */
export interface Lifted {
  readonly said: readonly Predicate[];
  readonly left: readonly Predicate[];
}

/**
 * Conditions on some name, repository or content of an image as ones on the name it is called by and on its primary
 * platform, which is all this language knows.
 * @returns `undefined` when the condition is about something else
 */
export function asPrimary(part: Predicate): Lifted | undefined {
  if (part.kind !== 'some') return undefined;
  const names = OWN[part.relation];
  if (!names) return undefined;
  const said: Predicate[] = [];
  const left: Predicate[] = [];
  for (const each of conjuncts(part.where)) {
    const lifted = lift(each, names);
    if (lifted) said.push(...conjuncts(lifted));
    else left.push(some(part.relation, each));
  }
  return { said, left };
}

function lift(part: Predicate, names: Names): Predicate | undefined {
  switch (part.kind) {
    case 'compare':
      return names[part.field]?.(part.test);
    case 'and':
    case 'or': {
      const of = part.of.map((each) => lift(each, names)).filter((each) => each !== undefined);
      if (of.length < part.of.length) return undefined;
      return part.kind === 'and' ? and(...of) : or(...of);
    }
    case 'not': {
      const inner = lift(part.of, names);
      return inner && not(inner);
    }
    case 'some': {
      const own = OWN[part.relation];
      return own ? lift(part.where, own) : part.relation === 'label' ? part : undefined;
    }
    default:
      return part.kind === 'all' ? part : undefined;
  }
}
