import type { CompiledQuery } from 'kysely';

/** A statement with its parameters, as kysely compiles it (or hand-made with the same shape). */
export type Statement = Pick<CompiledQuery, 'sql' | 'parameters'>;
