import { type Conditions, conditionLines } from './conditions.ts';
import type { DialectName } from './presented.ts';
import { markdown, ms } from './stats.ts';

/** What a server was asked for. */
export type Measure = 'bare sql' | 'other pages' | 'bare bytes' | 'same page' | 'not modified';

/** Throughput of one dialect. */
export interface ThroughputRow {
  readonly dialect: DialectName;
  readonly bytes: number;
  readonly perSecond: Partial<Record<Measure, number>>;
  readonly p50: Partial<Record<Measure, number>>;
  /** Processor time of the server for one answer, milliseconds. */
  readonly cpu: Partial<Record<Measure, number>>;
  /** Medians of the rounds' ratios. */
  readonly ratios: { readonly otherPages: number; readonly samePage: number };
}

/** What bench/throughput.ts found. */
export interface ThroughputResults {
  readonly bench: 'throughput';
  readonly conditions: Conditions;
  readonly rows: readonly ThroughputRow[];
}

/** The results as Markdown; a ratio below one half is marked. */
export function throughputTable({ conditions, rows }: ThroughputResults): string {
  const head = [
    'Dialect',
    'Bytes',
    'Bare SQL /s',
    'Other pages /s',
    'p50 ms',
    'Ratio',
    'Bare bytes /s',
    'Same page /s',
    'p50 ms',
    'Ratio',
    '304 /s',
    'CPU ms: bare SQL',
    'other pages',
    'bare bytes',
    'same page',
  ];
  const cell = (value: number | undefined) => (value === undefined ? '' : value.toFixed(0));
  const ratio = (value: number) => `${value.toFixed(2)}${value < 0.5 ? ' ✗' : ''}`;
  const lines = rows.map(({ dialect, bytes, perSecond, p50, cpu, ratios }) => [
    dialect,
    String(bytes),
    cell(perSecond['bare sql']),
    cell(perSecond['other pages']),
    ms(p50['other pages']!),
    ratio(ratios.otherPages),
    cell(perSecond['bare bytes']),
    cell(perSecond['same page']),
    ms(p50['same page']!),
    ratio(ratios.samePage),
    cell(perSecond['not modified']),
    ms(cpu['bare sql']!),
    ms(cpu['other pages']!),
    ms(cpu['bare bytes']!),
    ms(cpu['same page']!),
  ]);
  return `${conditionLines(conditions)}\n${markdown(head, lines)}`;
}
