/** Collects an OCI image layout (image-spec 1.1 image-layout.md), be it a folder or inside an archive. */
import { ImageError, readImage } from '../manifest.ts';
import { type Descriptor, isNoPlatform, readDescriptor, readDocument } from './document.ts';
import type { ImageFiles } from './files.ts';
import { isObject, type JsonObject } from './json.ts';
import { blobPath, checkLayers } from './layer-check.ts';
import { MANIFEST_LIMITS } from './limits.ts';
import {
  dockerReference,
  type FoundReference,
  LOCAL_REGISTRY,
  layoutReference,
  localRepository,
  referenceText,
} from './local-name.ts';
import type { LocalRun } from './local-run.ts';
import { OCI_INDEX } from './media-type.ts';

/** `index.json` of a layout may list many images; its blobs keep to the limits of manifests. */
const INDEX_BYTES = 32 * 1024 * 1024;

/**
 * Collects every image the layout's index lists.
 * @param tagsByConfig names that stand in a `manifest.json` beside it, by config digest
 * @throws ImageError when the index itself cannot be read
 */
export async function collectLayout(
  files: ImageFiles,
  run: LocalRun,
  tagsByConfig: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const bytes = await files.read('index.json', INDEX_BYTES);
  const index = readDocument(bytes, OCI_INDEX, MANIFEST_LIMITS.jsonDepth, `index.json of ${files.label}`);
  const local = localRepository(files.label);
  const roots = readRoots(index.json['manifests'] as readonly unknown[], local, run, files.label);
  run.context.progress({ found: roots.length });
  const known = await run.known(roots.map((root) => root.digest));
  const checked = new Map<string, string | null>();
  for (const root of roots) {
    const nameless = root.references.length === 0;
    const unnamed: FoundReference[] = nameless ? [{ registry: LOCAL_REGISTRY, repository: local, tag: null }] : [];
    const found = { digest: root.digest, references: nameless ? unnamed : root.references };
    // A name from beside the layout is found by config, for which the image must be read.
    const skip = known.has(root.digest) && !(nameless && tagsByConfig.size > 0);
    await run.take(found, skip, async () => {
      const { observation } = await readLayoutImage(files, root, run);
      const platforms = observation.platforms ?? [];
      const beside = platforms.flatMap((platform) => tagsByConfig.get(platform.configDigest ?? '') ?? []);
      const named = nameless ? beside.flatMap((tag) => dockerReference(tag) ?? []) : [];
      const problems = [...(observation.problems ?? []), ...(await checkLayers(files, platforms, run, checked))];
      return { ...observation, problems, references: named.length > 0 ? named : found.references };
    });
  }
}

interface Root extends Descriptor {
  readonly references: FoundReference[];
}

function readRoots(entries: readonly unknown[], local: string, run: LocalRun, label: string): Root[] {
  const roots = new Map<string, Root>();
  const taken = new Set<string>();
  for (const entry of entries) {
    if (isObject(entry) && isNoPlatform(entry)) continue;
    try {
      const descriptor = readDescriptor(entry, `index.json of ${label}`);
      const root = roots.get(descriptor.digest) ?? { ...descriptor, references: [] };
      roots.set(descriptor.digest, root);
      const reference = referenceOf(entry as JsonObject, local, run);
      if (!reference) continue;
      const text = referenceText(reference);
      if (!taken.has(text)) root.references.push(reference);
      else if (!root.references.some((other) => referenceText(other) === text)) {
        run.context.problem({
          code: 'reference.duplicate',
          part: text,
          message: `${text} names several images in ${label}; the first keeps it`,
        });
      }
      taken.add(text);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      run.fail(error.code, error.part, error.message);
    }
  }
  return [...roots.values()];
}

function referenceOf(entry: JsonObject, local: string, run: LocalRun): FoundReference | undefined {
  const annotations = isObject(entry['annotations']) ? entry['annotations'] : {};
  const full = annotations['io.containerd.image.name'];
  const name = annotations['org.opencontainers.image.ref.name'];
  const found =
    (typeof full === 'string' ? dockerReference(full) : undefined) ??
    (typeof name === 'string' ? layoutReference(name, local) : undefined);
  if (!found && typeof name === 'string') {
    const shown = JSON.stringify(name.slice(0, 200));
    run.context.problem({
      code: 'reference.invalid',
      part: shown,
      message: `${shown} is no image name; the image is kept without it`,
    });
  }
  return found;
}

async function readLayoutImage(files: ImageFiles, root: Root, run: LocalRun): ReturnType<typeof readImage> {
  const bytes = await files.read(blobPath(root.digest), MANIFEST_LIMITS.manifestBytes);
  run.count(1, bytes.length);
  return readImage({ digest: root.digest, mediaType: root.mediaType, bytes }, async (request) => {
    const blob = await files.read(blobPath(request.digest), request.size);
    run.count(1, blob.length);
    return blob;
  });
}
