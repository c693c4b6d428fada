import { formatRfc3339, type Micros } from '../../../domain/time.ts';

/** A Timestamp: RFC 3339 with as few fraction digits as lose nothing; null when not set. */
export function timestamp(time: Micros | null): string | null {
  return time === null ? null : formatRfc3339(time);
}

/** A float: the number with the shortest text that is the same in 32 bits. */
export function float32(value: number): number {
  const wanted = Math.fround(value);
  for (let digits = 1; digits <= 9; digits += 1) {
    const shorter = Number(wanted.toPrecision(digits));
    if (Math.fround(shorter) === wanted) return shorter;
  }
  return wanted;
}

/** Whether the caller wants the answer indented: `?pretty`, or the media type that says so. */
export function wantsPretty(search: string, accept: string | undefined): boolean {
  return /(?:^|&)pretty(?:=|&|$)/.test(search) || (accept?.includes('application/json+pretty') ?? false);
}

/** The text of an answer. */
export function stringify(message: unknown, pretty: boolean): string {
  return pretty ? JSON.stringify(message, null, 2) : JSON.stringify(message);
}
