import { collectLayout } from '../manifest/collect-layout.ts';
import { ImageError } from '../manifest/error.ts';
import { LocalRun } from '../manifest/local-run.ts';
import { pathOf } from '../manifest/local-uri.ts';
import type { CollectContext } from '../source.ts';
import { collectDockerSave, readSaveList, type SavedImage } from './docker-save.ts';
import { type Archive, openArchive } from './open.ts';

/**
 * Collects every image of an archive. Which of the formats it is says its content, not its name or scheme: with an
 * `index.json` it is an OCI layout (Docker since 25 writes one, too), else a `manifest.json` lists the images.
 * @throws StowageError when nothing of it can be read
 */
export async function collectArchive(uri: string, context: CollectContext): Promise<void> {
  const archive = await openArchive(pathOf(uri, context), context.signal);
  try {
    const run = new LocalRun(context);
    for (const name of archive.outside) {
      const shown = JSON.stringify(name.slice(0, 200));
      context.problem({
        code: 'archive.path',
        part: shown,
        message: `entry ${shown} of ${archive.label} would lead out of it and is ignored`,
      });
    }
    if (archive.broken) run.fail(archive.broken.code, archive.label, archive.broken.message);
    await collectContent(archive, run);
    run.end();
  } finally {
    await archive.close();
  }
}

async function collectContent(archive: Archive, run: LocalRun): Promise<void> {
  const isLayout = (await archive.size('index.json')) !== undefined;
  const isSaved = (await archive.size('manifest.json')) !== undefined;
  if (isLayout) return collectLayout(archive, run, isSaved ? tagsByConfig(await readSaveList(archive)) : new Map());
  if (isSaved) return collectDockerSave(archive, await readSaveList(archive), run);
  if (archive.broken) throw archive.broken;
  if ((await archive.size('repositories')) !== undefined) {
    throw new ImageError(
      'archive.unsupported',
      archive.label,
      `${archive.label} was saved by Docker before 1.10; load and save it again`,
    );
  }
  throw new ImageError(
    'archive.unsupported',
    archive.label,
    `${archive.label} is no image archive: it has neither index.json (OCI) nor manifest.json (docker save)`,
  );
}

function tagsByConfig(saved: readonly SavedImage[]): ReadonlyMap<string, readonly string[]> {
  const tags = new Map<string, readonly string[]>();
  for (const { config, repoTags } of saved) {
    const hex = /([0-9a-f]{64})(?:\.json)?$/.exec(config)?.[1];
    if (hex && repoTags.length > 0) tags.set(`sha256:${hex}`, repoTags);
  }
  return tags;
}
