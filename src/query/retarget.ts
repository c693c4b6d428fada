import type { EntityName } from './catalogue.ts';
import { ALL, and, conjuncts, not, or, type Predicate, some } from './predicate.ts';

/**
 * Turns a predicate over one entity into the same question over images: "images some row of which satisfies it".
 * Conditions on the row itself stay together in one `some`, so that they keep meaning one row; conditions on what
 * the row shares with its image (labels, platforms, ...) move to the image.
 */
export function toImage(entity: EntityName, where: Predicate): Predicate {
  if (entity === 'image') return where;
  const own: Predicate[] = [];
  const shared: Predicate[] = [];
  for (const part of conjuncts(where)) {
    if (usesOwn(part)) own.push(part);
    else shared.push(lift(part));
  }
  return and(...shared, own.length > 0 ? some(entity, and(...own)) : ALL);

  function usesOwn(part: Predicate): boolean {
    switch (part.kind) {
      case 'compare':
        return true;
      case 'and':
      case 'or':
        return part.of.some(usesOwn);
      case 'not':
        return usesOwn(part.of);
      case 'some':
      case 'tally':
        // A container's labels are its own; a placement's or content's references are those of the row.
        return (entity === 'container' && part.relation === 'label') || part.relation === 'reference';
      default:
        return false;
    }
  }

  function lift(part: Predicate): Predicate {
    switch (part.kind) {
      case 'and':
        return and(...part.of.map(lift));
      case 'or':
        return or(...part.of.map(lift));
      case 'not':
        return not(lift(part.of));
      case 'some':
        return part.relation === 'image' ? part.where : part;
      default:
        return part;
    }
  }
}
