/** What an engine's image list says: which image a local one is, and by what names. */
import { isDigest } from '../../domain/digest.ts';
import { parseImageName } from '../../domain/reference.ts';
import { dockerReference, type FoundReference } from '../manifest/local-name.ts';
import { objectOf, textOf, textsOf } from './json.ts';

/** One entry of `GET /images/json`. */
export interface EngineImage {
  /** The engine's id: the config digest, or the manifest's where containerd keeps the images. */
  readonly id: string;
  readonly tags: readonly FoundReference[];
  /** Manifest digests by repository (`registry/path`), in the engine's order. */
  readonly digests: readonly {
    readonly repository: string;
    readonly reference: FoundReference;
    readonly digest: string;
  }[];
  /** The manifest or index the engine keeps, where it keeps them. */
  readonly manifest: { readonly digest: string; readonly mediaType: string } | undefined;
  /** podman: digest of this platform's manifest, which may stand in an index. */
  readonly platformDigest: string;
}

/** Reads an entry; `undefined` when it has no id. `<none>` names are no names. */
export function readEngineImage(value: unknown, keepsManifests: boolean): EngineImage | undefined {
  const json = objectOf(value);
  const raw = textOf(json['Id']);
  const id = raw.includes(':') ? raw : `sha256:${raw}`;
  if (!isDigest(id)) return undefined;
  const descriptor = objectOf(json['Descriptor']);
  const stated = textOf(descriptor['digest']);
  const manifest = isDigest(stated)
    ? { digest: stated, mediaType: textOf(descriptor['mediaType']) }
    : keepsManifests
      ? { digest: id, mediaType: '' }
      : undefined;
  return {
    id,
    tags: textsOf(json['RepoTags']).flatMap((tag) => dockerReference(tag) ?? []),
    digests: textsOf(json['RepoDigests']).flatMap((text) => {
      const name = parseImageName(text);
      if (!name?.digest || !isDigest(name.digest)) return [];
      const { registry, repository, digest } = name;
      return [{ repository: `${registry}/${repository}`, reference: { registry, repository, tag: null }, digest }];
    }),
    manifest,
    platformDigest: textOf(json['Digest']),
  };
}

/** The images of the inventory a local one stands for: usually one. */
export interface Identity {
  /** By digest, with the names that lead to it. */
  readonly images: ReadonlyMap<string, readonly FoundReference[]>;
  /** Which of them a repository means. */
  readonly byRepository: ReadonlyMap<string, string>;
  /** The one that speaks for the local image. */
  readonly primary: string;
  /** Whether the digest is the config's, for want of a manifest digest. */
  readonly byConfig: boolean;
}

/**
 * Decides which images a local one is. A repository that it was pulled from or pushed to gave it a manifest digest; an
 * image never pushed or pulled has none and is known by its config digest. Where an engine tells several digests
 * of one repository (podman: index and manifest), one that is known counts, else the index.
 */
export function identify(image: EngineImage, known: ReadonlySet<string>): Identity {
  const byRepository = new Map<string, string>();
  const choices = Map.groupBy(image.digests, (each) => each.repository);
  for (const [repository, several] of choices)
    byRepository.set(
      repository,
      choose(
        several.map((each) => each.digest),
        image,
        known,
      ),
    );
  const primary = image.manifest?.digest ?? byRepository.values().next().value ?? image.id;
  const byConfig = primary === image.id && !image.manifest;
  const images = new Map<string, FoundReference[]>([[primary, []]]);
  const tagged = new Set<string>();
  for (const tag of image.tags) {
    const repository = `${tag.registry}/${tag.repository}`;
    const digest = byRepository.get(repository) ?? primary;
    images.set(digest, [...(images.get(digest) ?? []), tag]);
    tagged.add(repository);
  }
  for (const { repository, reference } of image.digests) {
    if (tagged.has(repository)) continue;
    tagged.add(repository);
    const digest = byRepository.get(repository) ?? primary;
    images.set(digest, [...(images.get(digest) ?? []), reference]);
  }
  return { images, byRepository, primary, byConfig };
}

function choose(digests: readonly string[], image: EngineImage, known: ReadonlySet<string>): string {
  return (
    digests.find((digest) => digest === image.manifest?.digest) ??
    digests.find((digest) => known.has(digest)) ??
    digests.find((digest) => digest !== image.platformDigest) ??
    (digests[0] as string)
  );
}
