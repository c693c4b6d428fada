import { stat } from 'node:fs/promises';
import { invalid } from '../../domain/error.ts';
import { collectLayout } from '../manifest/collect-layout.ts';
import { LocalRun } from '../manifest/local-run.ts';
import { pathOf } from '../manifest/local-uri.ts';
import type { CollectContext } from '../source.ts';
import { openFolder } from './folder.ts';

/**
 * Collects every image of a layout folder.
 * @throws StowageError when the folder or its index cannot be read
 */
export async function collectOci(uri: string, context: CollectContext): Promise<void> {
  const path = pathOf(uri, context);
  const about = await stat(path).catch(() => undefined);
  if (!about) throw invalid('source.not-found', `${path}: no such folder`);
  if (!about.isDirectory())
    throw invalid('source.no-folder', `${path} is not a folder; for an archive use oci-archive: or docker-archive:`);
  const files = await openFolder(path);
  if ((await files.size('index.json')) === undefined) {
    throw invalid('source.no-layout', `${path} is no OCI layout: it has no readable index.json`);
  }
  const run = new LocalRun(context);
  await collectLayout(files, run, new Map());
  run.end();
}
