import { parseArgs } from 'node:util';

/** What a script was called with; every flag takes a value and may be repeated. */
export type Flags = Readonly<Record<string, readonly string[]>>;

/**
 * Reads `--name value` flags; anything else ends the script with the usage text.
 * @param usage how to call it, shown for `--help` and for mistakes
 */
export function readFlags(names: readonly string[], usage: string): Flags {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string', multiple: true } as const]));
    const parsed = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
    const values = parsed.values as Readonly<Record<string, unknown>>;
    if (!('help' in values)) return Object.fromEntries(names.map((name) => [name, (values[name] ?? []) as string[]]));
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exit(2);
  }
}

/** The last value of a flag as a number. */
export function numberFlag(flags: Flags, name: string, fallback: number): number {
  const text = flags[name]?.at(-1);
  const value = text === undefined ? fallback : Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  process.stderr.write(`--${name} is a number above 0, not "${text}".\n`);
  process.exit(2);
}
