/**
 * Says a predicate over images in the search query language, condition by condition. Each is read back before it is
 * taken: what does not come out as it went in is left out and named.
 */
import type { RelationName } from '../../query/catalogue.ts';
import type { Printed } from '../../query/language.ts';
import { and, conjuncts, type Predicate } from '../../query/predicate.ts';
import { parseQuery } from './parse.ts';
import { canonical } from './wire/canonical.ts';
import { describe } from './wire/describe.ts';
import { asPrimary } from './wire/primary-name.ts';
import { pairRanges, type Saying, sayList, sayOwn } from './wire/say-parts.ts';
import { sayRows } from './wire/say-rows.ts';
import { SHOWN } from './wire/shown.ts';

const PRIMARY = 'Only the name an image is called by and its primary platform can be asked, not every one it has.';
const ONE_ROW = 'Conditions on two different rows of one table cannot be asked together; the first ones are said.';
/** A condition that no image fulfils: every image has a tag, if only an empty one. */
const NOTHING = 'Image Tag:-';

/** Prints a predicate over `image`; `missing` names what cannot be said. */
export function printQuery(where: Predicate): Printed {
  if (where.kind === 'none') return { text: NOTHING, missing: [] };
  const missing = new Set<string>();
  const said: Said = { text: '', means: { kind: 'all' }, labels: new Map(), rows: new Set() };
  const wanted = conjuncts(where).flatMap((part) => {
    const lifted = asPrimary(part);
    if (!lifted) return [part];
    if (lifted.said.length > 0) missing.add(PRIMARY);
    return [...lifted.said, ...lifted.left];
  });
  for (const part of pairRanges(wanted)) {
    if (canonical(part) === canonical(SHOWN)) continue;
    const why = add(said, part);
    if (why !== undefined) missing.add(why);
  }
  return { text: said.text, missing: [...missing] };
}

interface Said {
  text: string;
  means: Predicate;
  /** How often each label was used: a label counts once per spelling. */
  readonly labels: Map<string, number>;
  readonly rows: Set<string>;
}

/** @returns why a condition cannot be said; `undefined` when it was added */
function add(said: Said, part: Predicate): string | undefined {
  const saying = sayPart(part);
  const cannot = `This cannot be asked: ${describe(part)}.`;
  if (!saying) return cannot;
  if (saying.rows !== undefined && said.rows.has(saying.rows)) return ONE_ROW;
  const labels = new Map(said.labels);
  const pieces = saying.phrases.map(({ label, texts }) => `${spell(label, labels)}:${texts.join(',')}`);
  const text = [said.text, ...pieces].filter((each) => each !== '').join('+');
  const means = and(said.means, saying.means);
  if (!readsAs(text, means)) return cannot;
  said.text = text;
  said.means = means;
  for (const [label, count] of labels) said.labels.set(label, count);
  if (saying.rows !== undefined) said.rows.add(saying.rows);
  return undefined;
}

function sayPart(part: Predicate): Saying | undefined {
  const parts = part.kind === 'or' ? part.of : [part];
  const present = parts.find((each) => each.kind === 'some');
  const negated = parts.find((each) => each.kind === 'not' && each.of.kind === 'some');
  const absent = negated?.kind === 'not' && negated.of.kind === 'some' ? negated.of : undefined;
  const relation = present?.kind === 'some' ? present.relation : absent?.relation;
  if (relation === undefined) return sayOwn(part);
  if (!isTable(relation)) return sayList(parts);
  if (parts.length > (present ? 1 : 0) + (absent ? 1 : 0)) return undefined;
  if (
    absent &&
    canonical(sayRows(relation, undefined, true)?.means ?? part) !== canonical({ kind: 'not', of: absent })
  ) {
    return undefined;
  }
  return sayRows(relation, present?.kind === 'some' ? present.where : undefined, absent !== undefined);
}

function isTable(relation: RelationName): boolean {
  return relation === 'layer' || relation === 'package' || relation === 'finding' || relation === 'container';
}

function readsAs(text: string, means: Predicate): boolean {
  try {
    return canonical(parseQuery(text)) === canonical(means);
  } catch {
    return false;
  }
}

/** A spelling of a label that was not used yet: the same spelling twice would count once. */
function spell(label: string, used: Map<string, number>): string {
  const count = used.get(label) ?? 0;
  used.set(label, count + 1);
  let bit = 0;
  return label.replace(/[a-z]/gi, (letter) => {
    const flip = Math.floor(count / 2 ** bit) % 2 === 1;
    bit += 1;
    if (!flip) return letter;
    return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
  });
}
