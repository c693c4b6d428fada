/**
 * Offsets of the time zone abbreviations a date may end with, in minutes east of UTC. Where one abbreviation has
 * several meanings (CST, IST, BST), the one of North America, India and Britain.
 */
const ZONES: Readonly<Record<string, number>> = {
  UTC: 0, GMT: 0, WET: 0, WEST: 60, BST: 60, IST: 330, CET: 60, CEST: 120, MET: 60, MEST: 120, EET: 120, EEST: 180,
  MSK: 180, SAST: 120, CAT: 120, WAT: 60, EAT: 180, TRT: 180, GST: 240, PKT: 300, NPT: 345, MMT: 390, ICT: 420,
  WIB: 420, WITA: 480, WIT: 540, HKT: 480, SGT: 480, PHT: 480, AWST: 480, JST: 540, KST: 540, ACST: 570, ACDT: 630,
  AEST: 600, AEDT: 660, ChST: 600, NZST: 720, NZDT: 780, NST: -210, NDT: -150, AST: -240, ADT: -180, EST: -300,
  EDT: -240, CST: -360, CDT: -300, MST: -420, MDT: -360, PST: -480, PDT: -420, AKST: -540, AKDT: -480, MeST: -480,
  HST: -600, HDT: -540, SST: -660, BRT: -180, ART: -180, CLT: -240, CLST: -180, COT: -300, PET: -300, UYT: -180,
}; // biome-ignore format: a table

/** Whether a text has the form of a zone: an abbreviation, `GMT+3` or `+03`. */
export function isZoneForm(text: string): boolean {
  if (text === 'ChST' || text === 'MeST' || text === 'WITA') return true;
  if (/^(?:GMT)?[+-]\d{1,2}$/.test(text)) return Math.abs(Number(text.replace('GMT', ''))) <= 23;
  return /^(?:[A-Z]{3}|[A-Z]{3,4}T)$/.test(text);
}

/** The offset of a zone in minutes; `undefined` for an abbreviation nobody knows. */
export function zoneOffset(text: string): number | undefined {
  const signed = /^(?:GMT)?(?<hours>[+-]\d{1,2})$/.exec(text)?.groups?.['hours'];
  if (signed) return Number(signed) * 60;
  return Object.hasOwn(ZONES, text) ? ZONES[text] : undefined;
}
