import { type Bounds, TEXT_BYTES } from './bounds.ts';
import type { Layer, Platform } from './image.ts';

const { part, long } = TEXT_BYTES;

/** A platform as it can be kept: storable texts, bounded lists, exact numbers, no fields of others. */
export function cleanPlatform(platform: Platform, bounds: Bounds): Platform {
  return {
    manifestDigest: bounds.optional(platform.manifestDigest, part),
    configDigest: bounds.optional(platform.configDigest, part),
    os: bounds.optional(platform.os, part),
    architecture: bounds.optional(platform.architecture, part),
    variant: bounds.optional(platform.variant, part),
    osVersion: bounds.optional(platform.osVersion, part),
    size: bounds.whole(platform.size),
    builtAt: bounds.whole(platform.builtAt),
    author: bounds.optional(platform.author, part * 4),
    user: bounds.optional(platform.user, part),
    workingDir: bounds.optional(platform.workingDir, part * 16),
    command: bounds.words(platform.command),
    entrypoint: bounds.words(platform.entrypoint),
    volumes: bounds.words(platform.volumes),
    exposedPorts: bounds.words(platform.exposedPorts),
    env: bounds.words(platform.env),
    dockerVersion: bounds.optional(platform.dockerVersion, part),
    labels: bounds.labels(platform.labels),
    layers: bounds.list('layers', platform.layers).map((layer) => cleanLayer(layer, bounds)),
  };
}

function cleanLayer(layer: Layer, bounds: Bounds): Layer {
  return {
    digest: bounds.optional(layer.digest, part),
    diffId: bounds.optional(layer.diffId, part),
    size: bounds.whole(layer.size),
    mediaType: bounds.optional(layer.mediaType, part),
    createdBy: bounds.optional(layer.createdBy, long),
    builtAt: bounds.whole(layer.builtAt),
    author: bounds.optional(layer.author, part * 4),
    comment: bounds.optional(layer.comment, part * 16),
    empty: layer.empty,
  };
}
