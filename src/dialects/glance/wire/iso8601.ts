import { MILLISECOND, type Micros, SECOND } from '../../../domain/time.ts';

// ISO 8601 calendar dates, basic or extended, from the year alone to a fraction of a second; time and date joined by
// `T` or a space; a zone of `Z`, `+hh`, `+hhmm` or `+hh:mm`. Without a zone the time is UTC.
const DATE = String.raw`(?<year>\d{4})(?:(?:-(?<month>\d{1,2})|(?<month2>\d{2})(?!$))(?:(?:-(?<day>\d{1,2})|(?<day2>\d{2}))`;
const TIME = String.raw`(?:[ T](?<hour>\d{2})(?::?(?<minute>\d{2})(?::?(?<second>\d{1,2})(?:[.,](?<fraction>\d+))?)?)?`;
const ZONE = String.raw`(?<zone>Z|(?<sign>[-+])(?<zoneHour>\d{2}):?(?<zoneMinute>\d{2})?)?`;
const ISO = new RegExp(`^${DATE}${TIME}${ZONE})?)?)?$`);

/** Reads an ISO 8601 time as OpenStack services do (contract 1.2); `undefined` when it is none. */
export function parseIso8601(text: string): Micros | undefined {
  const part = ISO.exec(text)?.groups;
  if (!part) return undefined;
  const year = Number(part['year']);
  const month = Number(part['month'] ?? part['month2'] ?? 1);
  const day = Number(part['day'] ?? part['day2'] ?? 1);
  const [hour, minute, second] = [part['hour'], part['minute'], part['second']].map((digits) => Number(digits ?? 0));
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (year < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute, second);
  const zoneMinutes = Number(part['zoneHour'] ?? 0) * 60 + Number(part['zoneMinute'] ?? 0);
  const shift = (part['sign'] === '-' ? -1 : 1) * zoneMinutes * 60 * SECOND;
  const fraction = Math.floor(Number(`0.${part['fraction'] ?? 0}`) * SECOND);
  const micros = date.getTime() * MILLISECOND + fraction - shift;
  return Number.isSafeInteger(micros) ? micros : undefined;
}
