/** Builds examples/images anew: `node scripts/build-examples.ts`. Twice gives the same bytes. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exampleFiles } from '../examples/all.ts';
import { writeFiles } from '../test/support/oci.ts';

const folder = join(import.meta.dirname, '..', 'examples', 'images');
const files = exampleFiles();
await rm(folder, { recursive: true, force: true });
await writeFiles(folder, files);
const bytes = [...files.values()].reduce((sum, body) => sum + body.length, 0);
process.stdout.write(`examples/images: ${files.size} files, ${bytes} bytes\n`);
