// `npm start -- ARGS` is `stowage serve ARGS`; without arguments it also collects the example images and the local engine.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';
import { run } from './run.mjs';

const args = process.argv.slice(2);
process.env.STOWAGE_DATA ||= join(root, '.stowage');
const images = join(root, 'examples', 'images');
const examples =
  args.length > 0
    ? []
    : [
        '--local-engine',
        ...readdirSync(images)
          .sort()
          .map((name) => join(images, name)),
      ];
await run(['serve', ...examples, ...args]);
