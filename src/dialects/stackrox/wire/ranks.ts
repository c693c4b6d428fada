import type { Project } from '../../../domain/credential.ts';
import type { Id } from '../../../domain/id.ts';
import type { Position } from '../../../query/page.ts';
import type { InventoryReader } from '../../../store/store.ts';
import { SHOWN } from './shown.ts';

/** Gives the risk rank of a score: 1 for the riskiest, equal scores share a rank, without gaps. */
export type Ranks = (score: number) => number;

const PAGE = 10_000;
/** With more distinct scores than this, ranks are not counted anew for every change. */
const MANY = 50_000;
/** How long ranks of many scores may be behind, in milliseconds. */
const PATIENCE = 30_000;

interface Kept {
  readonly generation: number;
  readonly at: number;
  readonly scores: Float32Array;
}

/**
 * Ranks of a project's risk scores, kept until its inventory changes.
 * @param now milliseconds
 */
export function createRanks(
  store: Pick<InventoryReader, 'group' | 'generation'>,
  now: () => number = Date.now,
): (project: Project) => Promise<Ranks> {
  const kept = new Map<Id, Kept>();
  return async (project) => {
    const generation = await store.generation(project);
    let known = kept.get(project.id);
    const fresh =
      known && (known.generation === generation || (known.scores.length > MANY && now() - known.at < PATIENCE));
    if (!known || !fresh) {
      known = { generation, at: now(), scores: await distinctScores(store, project) };
      kept.delete(project.id);
      kept.set(project.id, known);
      if (kept.size > 1_000) kept.delete(kept.keys().next().value ?? '');
    }
    const { scores } = known;
    return (score) => rankOf(scores, Math.fround(score));
  };
}

/** Every score some image has, as the API's floats, greatest first. */
async function distinctScores(store: Pick<InventoryReader, 'group'>, project: Project): Promise<Float32Array> {
  const found = new Set<number>();
  let after: Position | undefined;
  do {
    const page = await store.group(project, {
      entity: 'image',
      where: SHOWN,
      by: [{ field: 'risk_score' }],
      order: 'name-asc',
      limit: PAGE,
      after,
    });
    for (const { values } of page.groups) found.add(Math.fround(Number(values[0])));
    after = page.more ? page.positions.at(-1) : undefined;
  } while (after);
  return Float32Array.from(found).sort().reverse();
}

/** Place of a score in a descending list, counted from 1; behind the last when nobody has it. */
function rankOf(scores: Float32Array, score: number): number {
  let low = 0;
  let high = scores.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = scores[middle] ?? 0;
    if (at === score) return middle + 1;
    if (at > score) low = middle + 1;
    else high = middle - 1;
  }
  return scores.length + 1;
}
