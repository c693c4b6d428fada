import packageFile from '../../../package.json' with { type: 'json' };

/** How Stowage names itself to other hosts. */
export const USER_AGENT = `stowage/${packageFile.version}`;
