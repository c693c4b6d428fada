import type { Printed } from '../../query/language.ts';
import { conjuncts, type Predicate, type Test } from '../../query/predicate.ts';
import { PARAMETERS } from './fields.ts';

/** Fields of an image and of its names that say the same as a parameter about the container's image. */
const ALIKE: Readonly<Record<string, string>> = {
  'image digest': 'image_digest',
  'image repository': 'image_name',
  'image name': 'image_name',
  'reference repository': 'image_name',
  'reference name': 'image_name',
  'reference digest': 'image_digest',
  'placement name': 'image_name',
  'placement repository': 'image_name',
  'placement short_name': 'image_name',
};

/** Says a predicate over images as request parameters: HSS can only AND a handful of comparisons. */
export function print(where: Predicate): Printed {
  const parameters = new Map<string, string>();
  const missing: string[] = [];
  for (const part of conjuncts(where)) {
    for (const [scope, condition] of flatten(part)) {
      const said = say(scope, condition);
      if (!said) missing.push(`HSS has no parameter for ${describe(scope, condition)}.`);
      else if (parameters.has(said[0]) && parameters.get(said[0]) !== said[1])
        missing.push(`HSS takes ${said[0]} only once.`);
      else parameters.set(...said);
    }
  }
  if (parameters.has('image_version') && !parameters.has('image_name')) {
    missing.push('HSS heeds image_version only together with image_name.');
    parameters.delete('image_version');
  }
  return { text: new URLSearchParams([...parameters]).toString(), missing };
}

function flatten(part: Predicate): readonly (readonly [scope: string, condition: Predicate])[] {
  if (part.kind !== 'some') return [['image', part]];
  return conjuncts(part.where).map((condition) => [part.relation, condition] as const);
}

function say(scope: string, condition: Predicate): [string, string] | undefined {
  if (condition.kind !== 'compare') return undefined;
  const name =
    scope === 'container'
      ? Object.entries(PARAMETERS).find(([, parameter]) => parameter.field === condition.field)?.[0]
      : ALIKE[`${scope} ${condition.field}`];
  const value = name && textOf(name, condition.test);
  return name !== undefined && value !== undefined ? [name, value] : undefined;
}

function textOf(name: string, test: Test): string | undefined {
  const wanted = PARAMETERS[name]!.match === 'contains' ? 'contains' : 'eq';
  if (test.op !== wanted || ('fold' in test && test.fold)) return undefined;
  return typeof test.value === 'string' && test.value !== '' ? test.value : undefined;
}

function describe(scope: string, condition: Predicate): string {
  if (condition.kind === 'compare') return `${scope} ${condition.field} ${condition.test.op}`;
  return `${condition.kind} of conditions on ${scope}`;
}
