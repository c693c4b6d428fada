import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cpuOf } from './conditions.ts';
import type { Headers } from './presented.ts';
import type { Summary } from './stats.ts';
import { ROOT } from './stowage.ts';

/** What the clients do. */
export interface LoadPlan {
  readonly url: string;
  /** Asked one after the other, again from the first; `{n}` becomes another number each time. */
  readonly paths: readonly string[];
  readonly headers: Headers;
  readonly clients: number;
  readonly warmSeconds: number;
  readonly seconds: number;
  /** Answers that are waited for even if that takes longer than the time. */
  readonly least: number;
  /** When clients hang up at the latest, answered or not, from the start; undefined: they wait for every answer. */
  readonly mostSeconds?: number;
  /** The status every answer must have. */
  readonly status: number;
  /** Where the numbers begin, so that no two loads ask the same. */
  readonly from: number;
}

export interface LoadResult {
  readonly requests: number;
  /** All answers, those of the warm-up and those after the time included. */
  readonly answered: number;
  /** Seconds from the start until the last client had its answer, or hung up. */
  readonly lasted: number;
  /** Processor time of the server for one answer, milliseconds; NaN where the system does not tell. */
  readonly cpu: number;
  readonly perSecond: number;
  /** Mean size of an answer with its head. */
  readonly bytes: number;
  readonly times: Summary;
  /** Answers of another status, and the beginning of one. */
  readonly wrong: number;
  readonly sample: string;
}

let from = 20_000_000;

/**
 * Puts a server under load from a process of its own.
 * @param plan.pid the server's process, whose processor time is measured
 * @throws Error when an answer has another status
 */
export async function load({
  pid,
  ...plan
}: Omit<LoadPlan, 'clients' | 'from' | 'warmSeconds' | 'least' | 'status'> &
  Partial<LoadPlan> & { readonly pid?: number }): Promise<LoadResult> {
  const whole: LoadPlan = { clients: 8, warmSeconds: 0.5, least: 0, status: 200, from, ...plan };
  from += 5_000_000;
  const before = cpuOf(pid);
  const child = spawn(process.execPath, [join(ROOT, 'bench', 'lib', 'load-generator.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(whole));
  const result = JSON.parse(await text(child.stdout)) as Omit<LoadResult, 'cpu'>;
  if (result.wrong > 0) throw new Error(`${result.wrong} answers were no ${whole.status}: ${result.sample}`);
  return { ...result, cpu: (cpuOf(pid) - before) / result.answered };
}
