/** One 512-byte tar header (POSIX.1-2017 pax "ustar Interchange Format"; GNU base-256 numbers). */

/** What a header says, before long names are applied. */
export interface TarHeader {
  readonly name: string;
  /** Type flag: `0` file, `1` hard link, `2` symbolic link, `5` directory, `x` and `g` PAX, `L` and `K` GNU long names. */
  readonly type: string;
  /** Bytes of content that follow. */
  readonly size: number;
  readonly link: string;
}

/** Length of a header and unit of padding. */
export const TAR_BLOCK = 512;

/** Reads a header; `'end'` for a block of zeros, `undefined` when the block is none (wrong checksum, senseless size). */
export function readTarHeader(block: Buffer): TarHeader | 'end' | undefined {
  if (block.length < TAR_BLOCK) return undefined;
  const stated = number(block, 148, 8);
  let unsigned = 0;
  let signed = 0;
  let zero = true;
  for (let i = 0; i < TAR_BLOCK; i += 1) {
    const byte = i >= 148 && i < 156 ? 0x20 : (block[i] as number);
    if (block[i] !== 0) zero = false;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  if (zero) return 'end';
  if (stated !== unsigned && stated !== signed) return undefined;
  const size = number(block, 124, 12);
  if (size === undefined) return undefined;
  const prefix = block.toString('latin1', 257, 262) === 'ustar' && block[262] === 0 ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  const flag = String.fromCharCode(block[156] as number);
  const type = flag === '\0' || flag === '7' ? '0' : flag;
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    type,
    size: carriesData(type) ? size : 0,
    link: text(block, 157, 100),
  };
}

/** The records of a PAX header, `LENGTH KEY=VALUE\n` each. `undefined` when they are malformed. */
export function readPax(bytes: Buffer): Map<string, string> | undefined {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const blank = bytes.indexOf(0x20, at);
    if (blank < 0) return undefined;
    const digits = bytes.toString('latin1', at, blank);
    const length = Number(digits);
    if (!/^\d{1,9}$/.test(digits) || length <= blank - at || at + length > bytes.length) return undefined;
    const equals = bytes.indexOf(0x3d, blank);
    if (equals < 0 || equals >= at + length) return undefined;
    records.set(bytes.toString('utf8', blank + 1, equals), bytes.toString('utf8', equals + 1, at + length - 1));
    at += length;
  }
  return records;
}

/** Whether content follows: links and directories have none, whatever their size field says (some writers repeat the target's). */
export function carriesData(type: string): boolean {
  return !['1', '2', '3', '4', '5', '6'].includes(type);
}

function text(block: Buffer, at: number, length: number): string {
  const end = block.indexOf(0, at);
  return block.toString('utf8', at, end < 0 || end > at + length ? at + length : end);
}

function number(block: Buffer, at: number, length: number): number | undefined {
  const first = block[at] as number;
  if (first & 0x80) {
    if (first !== 0x80) return undefined; // negative, or beyond 2^88
    let value = 0;
    for (let i = at + 1; i < at + length; i += 1) value = value * 256 + (block[i] as number);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const digits = block
    .toString('latin1', at, at + length)
    .replace(/[\0 ]+$/, '')
    .trim();
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}
