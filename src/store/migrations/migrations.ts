import { initial } from './0001-initial.ts';
import type { Migration } from './migration.ts';

/** Every migration, in order. A new one is a new file and a new last line here. */
export const MIGRATIONS: readonly Migration[] = [initial];
