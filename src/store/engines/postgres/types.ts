import pg from 'pg';

/** How a value comes out of the text protocol, by the type's OID (`select oid, typname from pg_type`). */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  20: Number, // bigint: times in microseconds and sizes, all below 2^53
  1700: Number, // numeric: what sum() of bigint gives
  2950: (text) => text.replaceAll('-', ''), // uuid: ids are 32 hex digits everywhere else
  114: (text) => text, // json
  3802: (text) => text, // jsonb
};

/** Type parsers for a client; whatever is not named here is as `pg` has it. */
export const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    PARSERS[oid] ?? pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};
