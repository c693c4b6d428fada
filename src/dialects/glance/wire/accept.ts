/** The forms an error body can have. */
export type ErrorForm = 'html' | 'json' | 'plain';

// RFC 9110 sections 5.6 and 12.5.1.
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
const PARAMETER = `[ \\t]*;[ \\t]*${TOKEN}(?:=(?:${TOKEN}|${QUOTED}))?`;
const RANGE = `${TOKEN}/${TOKEN}(?:${PARAMETER})*`;
const HEADER = new RegExp(`^(?:,[ \\t]*)*(?:${RANGE}(?:[ \\t]*,(?:[ \\t]*${RANGE})?)*)?$`);
const WEIGHT = /;[ \t]*q=([^;]*)/i;
const WEIGHT_VALUE = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** Longest header looked at; a longer one counts as damaged. */
const LONGEST = 4_096;

/**
 * Which form of error body a client gets (contract 1.7): the better liked of HTML and JSON, HTML when both are liked
 * alike or the header is damaged, plain text when neither is wanted or nothing is said.
 */
export function errorForm(accept: string | undefined): ErrorForm {
  if (accept === undefined || accept === '') return 'plain';
  const ranges = parseRanges(accept);
  if (!ranges) return 'html';
  const html = quality(ranges, 'text', 'html');
  const json = quality(ranges, 'application', 'json');
  if (html === 0 && json === 0) return 'plain';
  return html >= json ? 'html' : 'json';
}

interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  readonly parameters: boolean;
  readonly q: number;
}

function parseRanges(accept: string): readonly MediaRange[] | undefined {
  if (accept.length > LONGEST || !HEADER.test(accept)) return undefined;
  const ranges: MediaRange[] = [];
  for (const item of accept.match(new RegExp(RANGE, 'g')) ?? []) {
    const weight = WEIGHT.exec(item);
    if (weight && !WEIGHT_VALUE.test(weight[1]!.trim())) return undefined;
    const [name = '', parameter] = (weight ? item.slice(0, weight.index) : item).split(';', 2);
    const [type = '', subtype = ''] = name.trim().toLowerCase().split('/');
    ranges.push({ type, subtype, parameters: parameter !== undefined, q: weight ? Number(weight[1]) : 1 });
  }
  return ranges;
}

function quality(ranges: readonly MediaRange[], type: string, subtype: string): number {
  const of = (t: string, s: string) => ranges.find((r) => !r.parameters && r.type === t && r.subtype === s)?.q;
  return of(type, subtype) ?? of(type, '*') ?? of('*', '*') ?? 0;
}
