// `npm run -s stowage -- ARGS` is `stowage ARGS`; in a checkout the embedded store lies in .stowage unless told otherwise.
import { join } from 'node:path';
import { root } from './prepare.mjs';
import { run } from './run.mjs';

process.env.STOWAGE_DATA ||= join(root, '.stowage');
await run(process.argv.slice(2));
