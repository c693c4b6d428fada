import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** Under what a number was measured; printed with every table. */
export interface Conditions {
  readonly at: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memory: string;
  readonly node: string;
  readonly engine: string;
  /** Load averages (1, 5, 15 minutes) when the run began and when it ended. */
  readonly load: { readonly before: readonly number[]; after: readonly number[] };
  readonly notes: string[];
}

/** Notes the machine as it is now; call {@link finish} when the run is over. */
export function conditionsNow(engine: string, notes: readonly string[] = []): Conditions {
  const load = loads();
  return {
    at: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    node: process.version,
    engine,
    load: { before: load, after: load },
    notes: [...notes],
  };
}

/** Notes the load at the end. */
export function finish(conditions: Conditions): Conditions {
  conditions.load.after = loads();
  return conditions;
}

/** The conditions as lines of a Markdown list. */
export function conditionLines(conditions: Conditions): string {
  const { at, cpu, cores, memory, node, engine, load, notes } = conditions;
  const lines = [
    `${at}; ${cores} cores (${cpu}), ${memory}; Node ${node}; ${engine}`,
    `load average (1, 5, 15 min) ${load.before.join(', ')} at the beginning, ${load.after.join(', ')} at the end`,
    ...notes,
  ];
  return `${lines.map((line) => `- ${line}`).join('\n')}\n`;
}

/** Memory of a process in MiB: now, and the most it ever had. Linux only; undefined elsewhere. */
export function memoryOf(pid: number): { readonly rss: number; readonly peak: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
    return { rss: read('VmRSS'), peak: read('VmHWM') };
  } catch {
    return undefined;
  }
}

/** Processor time of a process and its children, all their threads, milliseconds. Linux only; NaN elsewhere. */
export function cpuOf(pid: number | undefined): number {
  if (pid === undefined) return Number.NaN;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Fields 14 and 15 of proc(5), in ticks of a hundredth of a second.
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    return (Number(fields[11]) + Number(fields[12])) * 10 + children.reduce((sum, child) => sum + cpuOf(child), 0);
  } catch {
    return Number.NaN;
  }
}

function loads(): number[] {
  return loadavg().map((value) => Number(value.toFixed(1)));
}
