import type { Project } from '../../domain/credential.ts';
import type { Id } from '../../domain/id.ts';
import type { Capabilities, Engine } from '../engine.ts';
import { Lru } from './lru.ts';
import { fill, type SlotValues, type Template, toTemplate } from './slots.ts';
import type { Sql } from './writer.ts';

/** What all reads share: the engine, the compiled statements, and answers kept until the inventory changes. */
export interface ReadContext {
  readonly engine: Engine;
  /** What statements are written for; without index hints while an index is missing. */
  capabilities(): Capabilities;
  /** Goes without index hints for a while: an index is not there (a bulk load builds it anew). */
  dropHints(): void;
  /** The project's generation; at once where the engine can. */
  generation(project: Project): number | Promise<number>;
  /** A statement of a shape, compiled on first use; `near` writes its form for the event loop. */
  template(project: Project, shape: unknown, build: () => Sql, near?: () => Sql): Template;
  /** Runs a statement of a shape. */
  run<R>(project: Project, shape: unknown, build: () => Sql, values: Partial<SlotValues>): Promise<R[]>;
  /** Runs a compiled statement; `near`: on the event loop, if it has a form for it. */
  runTemplate<R>(project: Project, template: Template, values: Partial<SlotValues>, near?: boolean): Promise<R[]>;
  /** An answer that is good until the inventory changes. `key` says all it depends on. */
  kept<T>(project: Project, kind: string, key: unknown, make: () => Promise<T>): Promise<T>;
}

const NONE: readonly unknown[] = [];
const STATEMENTS = 2_000;
const ANSWERS = 5_000;
/** How long an index that was missing is not asked for. */
const HINTLESS_MS = 30_000;

export function readContext(engine: Engine, generation: ReadContext['generation']): ReadContext {
  const templates = new Lru<string, Template>(STATEMENTS);
  const answers = new Lru<string, { readonly generation: number; readonly answer: Promise<unknown> }>(ANSWERS);
  const places = new Map<
    Id,
    { readonly project: readonly unknown[]; readonly bucket: readonly unknown[]; readonly of: Project }
  >();

  let hintsFrom = 0;
  const withoutHints: Capabilities = { ...engine.capabilities, indexHints: false };
  return { engine, capabilities, dropHints, generation, template, run, runTemplate, kept };

  function capabilities(): Capabilities {
    return performance.now() < hintsFrom ? withoutHints : engine.capabilities;
  }

  function dropHints(): void {
    hintsFrom = performance.now() + HINTLESS_MS;
  }

  function template(project: Project, shape: unknown, build: () => Sql, near?: () => Sql): Template {
    const key = `${project.bucketCount} ${capabilities().indexHints} ${JSON.stringify(shape)}`;
    const known = templates.get(key);
    if (known) return known;
    const whole = toTemplate(build().compile(engine.sql));
    const made = near ? { ...whole, near: near().compile(engine.sql).sql } : whole;
    templates.set(key, made);
    return made;
  }

  function run<R>(project: Project, shape: unknown, build: () => Sql, values: Partial<SlotValues>): Promise<R[]> {
    return runTemplate(project, template(project, shape, build), values);
  }

  function runTemplate<R>(project: Project, made: Template, values: Partial<SlotValues>, near = false): Promise<R[]> {
    const { project: no, bucket } = placeOf(project);
    const { where = NONE, access = NONE, after = NONE, number = NONE } = values;
    return engine.all<R>(fill(made, { project: no, bucket, where, access, after, number }, near));
  }

  function placeOf(project: Project) {
    const known = places.get(project.id);
    if (known && known.of.bucketBase === project.bucketBase && known.of.bucketCount === project.bucketCount)
      return known;
    const bucket = Array.from({ length: project.bucketCount }, (_, index) => project.bucketBase + index);
    const made = { project: [project.no], bucket, of: project };
    places.set(project.id, made);
    return made;
  }

  async function kept<T>(project: Project, kind: string, key: unknown, make: () => Promise<T>): Promise<T> {
    const generationNow = await generation(project);
    const name = `${kind} ${project.id} ${JSON.stringify(key)}`;
    const known = answers.get(name);
    if (known && known.generation === generationNow) return known.answer as Promise<T>;
    const answer = make();
    answers.set(name, { generation: generationNow, answer });
    answer.catch(() => answers.get(name)?.answer === answer && answers.set(name, { generation: -1, answer }));
    return answer;
  }
}
