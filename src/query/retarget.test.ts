import { describe, expect, test } from 'vitest';
import { and, eq, label, not, or, type Predicate, some } from './predicate.ts';
import { toImage } from './retarget.ts';

const tagged = some('reference', eq('tag', 'v1'));

describe('toImage', () => {
  test('a question about images stays as it is', () => {
    const where = and(eq('kind', 'vm'), label('a', 'b'));
    expect(toImage('image', where)).toBe(where);
  });

  test('conditions on the row stay together: they mean one row', () => {
    const where = and(eq('short_name', 'nginx'), eq('registry', 'docker.io'));
    expect(toImage('placement', where)).toEqual(some('placement', where));
  });

  test('what the row shares with its image moves to the image', () => {
    const where = and(eq('short_name', 'nginx'), label('team', 'a'), not(some('platform', eq('os', 'linux'))));
    expect(toImage('placement', where)).toEqual(
      and(label('team', 'a'), not(some('platform', eq('os', 'linux'))), some('placement', eq('short_name', 'nginx'))),
    );
  });

  test('conditions on the row’s image become conditions on the image', () => {
    expect(toImage('container', some('image', eq('kind', 'vm')))).toEqual(eq('kind', 'vm'));
    expect(toImage('container', not(some('image', eq('kind', 'vm'))))).toEqual(not(eq('kind', 'vm')));
  });

  test.each<[string, 'placement' | 'content' | 'container', Predicate]>([
    ['labels of a container', 'container', label('app', 'x')],
    ['references of a placement', 'placement', tagged],
    ['references of a content', 'content', tagged],
  ])('%s are its own', (_, entity, own) => {
    expect(toImage(entity, own)).toEqual(some(entity, own));
  });

  test('a disjunction that touches the row stays whole', () => {
    const where = or(eq('short_name', 'nginx'), label('team', 'a'));
    expect(toImage('placement', where)).toEqual(some('placement', where));
  });
});
