import type { Project } from '../../domain/credential.ts';
import { now as clockNow, type Micros } from '../../domain/time.ts';
import type { EntityName } from '../../query/catalogue.ts';
import type { SortKey } from '../../query/page.ts';
import { dependsOnNow, type Predicate } from '../../query/predicate.ts';
import type { Plan } from './access.ts';
import type { ReadContext } from './context.ts';
import { Lru } from './lru.ts';
import { normalize } from './normalize.ts';
import { type OrderKey, resolveOrder } from './order.ts';
import { choosePlan } from './plan.ts';
import type { Question } from './question.ts';
import type { Template } from './slots.ts';

/** A question that was asked before: checked, planned, its statements at hand. */
export interface Prepared extends Question {
  /** The same for the same question (and moment, where the answer depends on it). */
  readonly fingerprint: string;
  plan: Plan | undefined;
  /** The generation the plan was made for. */
  generation: number;
  /** Statements of the plan by what distinguishes them. */
  templates: Map<string, Template>;
}

/** A prepared list; counting has no order. */
export type PreparedList = Prepared & { readonly keys: readonly OrderKey[] };

const KEPT = 1_000;

/** Checks and plans lists; what was asked lately costs a look into a map. */
export function preparer(context: ReadContext) {
  const known = new Lru<string, Prepared>(KEPT);
  return { list, count, plan };

  /** @throws StowageError kind `invalid` */
  function list(
    project: Project,
    entity: EntityName,
    where: Predicate,
    sort: readonly SortKey[],
    now?: Micros,
  ): PreparedList {
    return prepare(project, entity, where, sort, now) as PreparedList;
  }

  /** @throws StowageError kind `invalid` */
  function count(project: Project, entity: EntityName, where: Predicate, now?: Micros): Prepared {
    return prepare(project, entity, where, undefined, now);
  }

  function prepare(
    project: Project,
    entity: EntityName,
    where: Predicate,
    sort: readonly SortKey[] | undefined,
    asked: Micros | undefined,
  ): Prepared {
    const now = asked ?? clockNow();
    const moving = dependsOnNow(where) || sort?.some((key) => key.over?.where && dependsOnNow(key.over.where));
    const place = `${project.id} ${project.bucketBase} ${project.bucketCount}`;
    const fingerprint = `${place} ${moving ? now : ''} ${JSON.stringify([entity, where, sort])}`;
    const found = known.get(fingerprint);
    if (found) return found;
    const values: unknown[] = [];
    const capabilities = context.capabilities();
    const { condition } = normalize(entity, where, now, capabilities, values);
    const keys = sort && resolveOrder(entity, sort, now, capabilities, values);
    const made = { project, entity, condition, values, keys, fingerprint };
    const prepared: Prepared = { ...made, plan: undefined, generation: -1, templates: new Map() };
    known.set(fingerprint, prepared);
    return prepared;
  }

  /** The plan of a list, made again when the inventory changed and it was made by looking at it. */
  async function plan(prepared: Prepared): Promise<Plan> {
    if (prepared.plan?.stable) return prepared.plan;
    const generation = await context.generation(prepared.project);
    if (prepared.plan && prepared.generation === generation) return prepared.plan;
    const chosen = await choosePlan(context, prepared);
    const same = prepared.plan && shapeOf(prepared.plan) === shapeOf(chosen);
    if (!same) prepared.templates = new Map();
    prepared.plan = chosen;
    prepared.generation = generation;
    return chosen;
  }
}

/** What the statements of a plan are written from: two accesses of one shape may leave different conditions to test. */
function shapeOf({ access, rest }: Plan): string {
  return JSON.stringify([access, rest]);
}

export type Preparer = ReturnType<typeof preparer>;
