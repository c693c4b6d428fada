import { type Conditions, conditionLines } from './conditions.ts';
import { markdown, ms } from './stats.ts';

interface Three {
  readonly glance: number;
  readonly otherPages: number;
  readonly samePage: number;
}

/** What bench/glance-peer.sh found. */
export interface PeerResults {
  readonly bench: 'glance-peer';
  readonly conditions: Conditions;
  readonly perSecond: Three;
  readonly p50: Three;
  /** Processor time of the server for one answer, milliseconds. */
  readonly cpu: Three;
  /** Stowage's requests a second over Glance's, medians of the rounds' ratios. */
  readonly ratios: Omit<Three, 'glance'>;
}

/** How many times Glance's throughput is the least. */
const LEAST = { otherPages: 100, samePage: 200 } as const;

/** The results as Markdown; a ratio below its target is marked. */
export function peerTable({ conditions, perSecond, p50, cpu, ratios }: PeerResults): string {
  const line = (name: string, of: 'otherPages' | 'samePage') => [
    name,
    perSecond[of].toFixed(0),
    ms(p50[of]),
    ms(cpu[of]),
    `${ratios[of].toFixed(0)}${ratios[of] < LEAST[of] ? ' ✗' : ''}`,
  ];
  return `${conditionLines(conditions)}\n${markdown(
    ['Server', 'Requests/s', 'p50 ms', 'CPU ms', 'Ratio'],
    [
      ['glance-api', perSecond.glance.toFixed(1), ms(p50.glance), ms(cpu.glance), '1'],
      line('Stowage, every request another page', 'otherPages'),
      line('Stowage, the same page again', 'samePage'),
    ],
  )}`;
}
