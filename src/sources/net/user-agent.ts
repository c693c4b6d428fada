import { STOWAGE_VERSION } from '../../domain/version.ts';

/** How Stowage names itself to other hosts. */
export const USER_AGENT = `stowage/${STOWAGE_VERSION}`;
