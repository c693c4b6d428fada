/** Small habits of the Python services whose bytes we answer with. */

const INTEGER = /^[+-]?\d+(?:_\d+)*$/;

/** Reads an integer as Python's `int()` does: surrounding space, a sign, underscores between digits, any magnitude. */
export function pythonInteger(text: string): bigint | undefined {
  const plain = text.trim();
  if (!INTEGER.test(plain)) return undefined;
  return BigInt(plain.replaceAll('_', '').replace(/^\+/, ''));
}

/** JSON as Python's `json.dumps` spaces it (`", "` and `": "`); text beyond ASCII stays as it is. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${JSON.stringify(key)}: ${pythonJson(member)}`);
  return `{${members.join(', ')}}`;
}

/** {@link pythonJson} with everything beyond ASCII escaped, as `json.dumps` does unless told otherwise. */
export function asciiJson(value: unknown): string {
  return pythonJson(value).replace(/[\u007f-\uffff]/g, (unit) =>
    unit === '\u007f' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
