import { standing } from './bounds.ts';
import type { Id } from './id.ts';
import type { HostSighting, Reference } from './image.ts';
import { isSameButSeen, stamped } from './merge.ts';
import { assemble, type ImageRecord, partsOf } from './record.ts';
import type { Micros } from './time.ts';

/** Which sightings of an image end. */
export interface Forgotten {
  /** Whether a source sees a reference no longer. */
  readonly reference?: (reference: Reference, source: Id) => boolean;
  readonly host?: (host: HostSighting) => boolean;
  /** Whether a source knows the image no longer in any way. */
  readonly source?: (source: Id) => boolean;
}

export interface Lessened {
  readonly record: ImageRecord;
  readonly changed: boolean;
  /** References nobody sees any more. */
  readonly closed: readonly Reference[];
}

/** An image after sightings of it ended. What no source sees any more is closed; the image itself stays. */
export function forget(known: ImageRecord, forgotten: Forgotten, context: { project: Id; now: Micros }): Lessened {
  const { reference: loses = never, host: leaves = never, source: ends = never } = forgotten;
  const parts = partsOf(known, context.project);
  const references: Reference[] = [];
  const closed: Reference[] = [];
  for (const each of parts.image.references) {
    const sources = each.sources.filter((source) => !loses(each, source.id));
    if (sources.length === each.sources.length) references.push(each);
    else if (sources.length > 0) references.push({ ...each, sources });
    else closed.push(each);
  }
  const hosts = parts.image.hosts.filter((each) => !leaves(each));
  const record = assemble({
    ...parts,
    image: { ...parts.image, references, hosts },
    sources: parts.sources.filter((source) => !ends(source.id)),
    limits: standing(parts.limits, references.length, hosts.length),
  });
  if (isSameButSeen(known, record)) return { record: known, changed: false, closed };
  return { record: stamped(record, context.now), changed: true, closed };
}

function never(): boolean {
  return false;
}
