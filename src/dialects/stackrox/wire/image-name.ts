import { and, compare, eq, not, or, type Predicate, type Test } from '../../../query/predicate.ts';
import { admitsEmpty, readTextTest } from './values-text.ts';

const UNNAMED = eq('name', '');

/**
 * Reads a value of the label `Image`. An image without a name is called by its digest, so it is the digest that is
 * compared then; where no digest can match, it is left out.
 */
export function readImageName(value: string): Predicate {
  if (value === '*') return { kind: 'all' };
  if (value === '-') return { kind: 'none' };
  const { test, negated } = readTextTest(value);
  if (test.op === 'prefix' && test.value === '') return { kind: negated ? 'none' : 'all' };
  const named = compare('name', test);
  // The empty name itself must not count: `r/^$` finds no image that has a digest.
  const byName = admitsEmpty(test) ? and(not(UNNAMED), named) : named;
  const passes = canMatchDigest(test) ? or(byName, and(UNNAMED, compare('digest', test))) : byName;
  return negated ? not(passes) : passes;
}

function canMatchDigest(test: Test): boolean {
  if (test.op === 'eq') return typeof test.value === 'string' && test.value.startsWith('sha');
  if (test.op === 'prefix') return 'sha'.startsWith(test.value.slice(0, 3).toLowerCase());
  return true;
}
