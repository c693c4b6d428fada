import type { Capabilities, Transaction } from '../engine.ts';

/**
 * One step of the schema. Steps only go forward; each runs in a transaction of its own together with the row that
 * says it ran, so a killed process leaves it wholly done or not begun.
 */
export interface Migration {
  /** 1, 2, 3, ... without a gap: the number its file begins with. */
  readonly version: number;
  readonly name: string;
  up(transaction: Transaction, capabilities: Capabilities): Promise<void>;
}
