import { and, compare, eq, not, or, type Predicate } from '../../../query/predicate.ts';

const NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  reference: { name: 'name', registry: 'registry', repository: 'repository', tag: 'image_tag', digest: 'digest' },
  placement: { registry: 'registry', repository: 'repository' },
};

/**
 * A condition on some name of an image as one on the name it is called by, which is the only one this language knows.
 * @returns `undefined` when it is about something else
 */
export function asPrimaryName(part: Predicate): Predicate | undefined {
  if (part.kind !== 'some') return undefined;
  const names = NAMES[part.relation];
  return names && rename(part.where, names);
}

function rename(part: Predicate, names: Readonly<Record<string, string>>): Predicate | undefined {
  switch (part.kind) {
    case 'compare': {
      const field = names[part.field];
      if (field === undefined) return undefined;
      return part.test.op === 'exists' ? not(eq(field, '')) : compare(field, part.test);
    }
    case 'and':
    case 'or': {
      const of = part.of.map((each) => rename(each, names)).filter((each) => each !== undefined);
      if (of.length < part.of.length) return undefined;
      return part.kind === 'and' ? and(...of) : or(...of);
    }
    case 'not': {
      const inner = rename(part.of, names);
      return inner && not(inner);
    }
    default:
      return part.kind === 'all' ? part : undefined;
  }
}
