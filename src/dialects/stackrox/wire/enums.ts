/** Names of an enum in order of their numbers (from 0), each with the value it is stored as. */
export interface EnumTable {
  /** What error texts call the field. */
  readonly path: string;
  readonly values: readonly (readonly [name: string, stored: string | number])[];
}

/** An enum that is stored by lower-case name. */
export function named(path: string, ...names: readonly string[]): EnumTable {
  return { path, values: names.map((name) => [name, name.toLowerCase()]) };
}

/** An enum that is stored by number. */
export function numbered(path: string, ...names: readonly string[]): EnumTable {
  return { path, values: names.map((name, number) => [name, number]) };
}
