import type { Project } from '../../../domain/credential.ts';
import { type Id, randomId } from '../../../domain/id.ts';
import type { Position } from '../../../query/page.ts';
import type { InventoryReader } from '../../../store/store.ts';
import { SHOWN } from './shown.ts';

/** Gives the risk rank of a score: 1 for the riskiest, equal scores share a rank, without gaps. */
export interface Ranks {
  (score: number): number;
  /** Equal for equal ranks of equal scores: what was printed with one is right with another. */
  readonly version: string;
}

const PAGE = 200_000;
/** Counting that took longer than this (milliseconds) is not repeated for every change ... */
const SLOW = 250;
/** ... but only after so many times as long. */
const REST = 20;

interface Kept {
  readonly generation: number;
  readonly until: number;
  readonly scores: Float32Array;
  readonly version: string;
}

type Reader = Pick<InventoryReader, 'group' | 'list' | 'generation'>;

/**
 * Ranks of a project's risk scores, kept until its inventory changes (while it changes all the time and has very many
 * scores, a little longer).
 */
export function createRanks(store: Reader): (project: Project) => Promise<Ranks> {
  const kept = new Map<Id, Kept>();
  return async (project) => {
    const generation = await store.generation(project);
    let known = kept.get(project.id);
    if (!known || (known.generation !== generation && performance.now() >= known.until)) {
      const started = performance.now();
      const scores = (await onlyScore(store, project)) ?? (await distinctScores(store, project));
      const ended = performance.now();
      const took = ended - started;
      const version = known && sameScores(known.scores, scores) ? known.version : randomId();
      known = { generation, until: took > SLOW ? ended + took * REST : 0, scores, version };
      kept.delete(project.id);
      kept.set(project.id, known);
      if (kept.size > 1_000) kept.delete(kept.keys().next().value ?? '');
    }
    const { scores, version } = known;
    return Object.assign((score: number) => rankOf(scores, Math.fround(score)), { version });
  };
}

function sameScores(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((score, place) => score === b[place]);
}

/** The score, when all images have the same: two looks into an index tell. */
async function onlyScore(store: Reader, project: Project): Promise<Float32Array | undefined> {
  const [least, greatest] = await Promise.all(
    (['asc', 'desc'] as const).map(async (direction) => {
      const sort = ['risk_score', 'created_at'].map((field) => ({ field, direction }));
      const { rows } = await store.list(project, { entity: 'image', where: SHOWN, sort, limit: 1 });
      return rows[0]?.riskScore;
    }),
  );
  return least === greatest ? Float32Array.from(least === undefined ? [] : [least]) : undefined;
}

/** Every score some image has, as the API's floats, greatest first. */
async function distinctScores(store: Reader, project: Project): Promise<Float32Array> {
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
