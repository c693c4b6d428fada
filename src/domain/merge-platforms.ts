import type { Platform } from './image.ts';

/**
 * Joins what is known of an image's platforms with what a source says now. Content under a digest never changes, so
 * sources can only differ in how much they see: nothing is lost when one sees less (a Docker engine knows one platform
 * of an index, and no blob digests), and two sources never take turns in rewriting each other.
 * @param replaces the same source speaks again, and completely: its word replaces what it said before
 */
export function mergePlatforms(
  known: readonly Platform[],
  seen: readonly Platform[],
  replaces: boolean,
): readonly Platform[] {
  if (known.length === 0) return seen;
  const rest = [...known];
  const merged = seen.map((platform) => {
    const at = rest.findIndex((other) => isSame(other, platform));
    if (at < 0) return platform;
    const [other] = rest.splice(at, 1);
    return other === undefined ? platform : replaces ? fill(platform, other) : prefer(other, platform);
  });
  if (replaces) return merged;
  // What was known keeps its place; only new platforms come behind.
  const order = new Map(merged.map((platform) => [platformKey(platform), platform]));
  const kept = known.map((platform) => {
    const found = merged.find((each) => isSame(platform, each));
    if (found) order.delete(platformKey(found));
    return found ?? platform;
  });
  return [...kept, ...order.values()];
}

function isSame(a: Platform, b: Platform): boolean {
  if (a.manifestDigest !== null && b.manifestDigest !== null) return a.manifestDigest === b.manifestDigest;
  if (a.configDigest !== null && b.configDigest !== null) return a.configDigest === b.configDigest;
  return a.os === b.os && a.architecture === b.architecture && a.variant === b.variant;
}

function platformKey(platform: Platform): string {
  return JSON.stringify([
    platform.manifestDigest,
    platform.configDigest,
    platform.os,
    platform.architecture,
    platform.variant,
  ]);
}

/** The better known of two views, completed from the other; what is known already when both are as good. */
function prefer(known: Platform, seen: Platform): Platform {
  return completeness(seen) > completeness(known) ? fill(seen, known) : fill(known, seen);
}

/** How much of a platform is known: the blob digests count most, they come only from where the blobs are. */
function completeness(platform: Platform): number {
  const content = platform.layers.filter((layer) => !layer.empty);
  const blobs = content.length > 0 && content.every((layer) => layer.digest !== null);
  return (
    (blobs ? 8 : 0) +
    (platform.layers.length > 0 ? 4 : 0) +
    (platform.manifestDigest !== null ? 2 : 0) +
    (platform.configDigest !== null ? 1 : 0)
  );
}

/** `first`, with its gaps filled from `second`. */
function fill(first: Platform, second: Platform): Platform {
  const words = (of: 'command' | 'entrypoint' | 'volumes' | 'exposedPorts' | 'env') =>
    first[of].length > 0 ? first[of] : second[of];
  return {
    manifestDigest: first.manifestDigest ?? second.manifestDigest,
    configDigest: first.configDigest ?? second.configDigest,
    os: first.os ?? second.os,
    architecture: first.architecture ?? second.architecture,
    variant: first.variant ?? second.variant,
    osVersion: first.osVersion ?? second.osVersion,
    size: first.size ?? second.size,
    builtAt: first.builtAt ?? second.builtAt,
    author: first.author ?? second.author,
    user: first.user ?? second.user,
    workingDir: first.workingDir ?? second.workingDir,
    command: words('command'),
    entrypoint: words('entrypoint'),
    volumes: words('volumes'),
    exposedPorts: words('exposedPorts'),
    env: words('env'),
    dockerVersion: first.dockerVersion ?? second.dockerVersion,
    labels: first.labels.length > 0 ? first.labels : second.labels,
    layers: first.layers.length > 0 ? first.layers : second.layers,
  };
}
