/**
 * The documents every list row is decoded from (columns `summary`), as short text that is quickly read.
 *
 * A document is a JSON array whose places have fixed meanings: the tuple types of this folder are the stored format.
 * Its first place is {@link FORM}, the version of all of them. Common texts are numbers (`words.ts`), a time is the
 * difference to another one of the document, lists of objects stand flat, one object behind the other, and what follows
 * from other places is {@link SAME} or an index. What it follows by is said here, not asked of the domain's rules, so
 * that a document stays what it was when those change.
 *
 * Reading gives exactly the value that was written, and equal values give equal texts.
 */
import type { Micros } from '../../domain/time.ts';

/** Another shape, word or rule takes another number. */
export const FORM = 1;

/** Instead of a text: the one this place is usually equal to. */
export const SAME = -1;

/** A point in time as the difference to another; as the text of its number where a difference would not be exact. */
export type Time = number | string;

/** The text of a document. */
export function writeForm<F extends readonly [form: number, ...unknown[]]>(form: F): string {
  return JSON.stringify(form);
}

/**
 * The places of a document.
 * @throws Error when it is of a form this program does not know
 */
export function readForm<F extends readonly [form: number, ...unknown[]]>(text: string): F {
  const form = JSON.parse(text) as F;
  if (form[0] !== FORM) throw new Error(`A stored document has form ${form[0]}; this program reads form ${FORM}.`);
  return form;
}

/** A time as its difference to `base`. */
export function since(base: Micros, time: Micros): Time {
  const difference = time - base;
  return base + difference === time ? difference : String(time);
}

/** The time that {@link since} wrote. */
export function at(base: Micros, time: Time): Micros {
  return typeof time === 'number' ? base + time : Number(time);
}

/** As {@link since}, of a time that may be missing. */
export function sinceOrNull(base: Micros, time: Micros | null): Time | null {
  return time === null ? null : since(base, time);
}

/** The time that {@link sinceOrNull} wrote. */
export function atOrNull(base: Micros, time: Time | null): Micros | null {
  return time === null ? null : at(base, time);
}

/** Takes what is left of a value when every field was written: the compiler tells of a field that was not. */
export function nothing(_left: { readonly [field: string]: never }): void {}
