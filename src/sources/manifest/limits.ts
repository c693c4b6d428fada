/** How much of one image is read before it is refused or cut. What is over a limit is a named problem, never a crash. */
export interface ManifestLimits {
  /** Bytes of one manifest or index. */
  readonly manifestBytes: number;
  /** Bytes of one config. */
  readonly configBytes: number;
  /** Nesting of objects and arrays in one JSON document. */
  readonly jsonDepth: number;
  /** Indexes inside indexes, the outermost included. */
  readonly indexDepth: number;
  /** Manifests read below one index. */
  readonly platforms: number;
  /** Layers kept of one platform. */
  readonly layers: number;
  /** History entries kept of one platform. */
  readonly history: number;
  /** Entries of any other list or map of a config: labels, environment, volumes. */
  readonly entries: number;
  /** Characters of one text: a label, an instruction. */
  readonly text: number;
  /** Problems recorded on one image. */
  readonly problems: number;
  /** Children of one index fetched at once. */
  readonly concurrency: number;
}

export const MANIFEST_LIMITS: ManifestLimits = {
  manifestBytes: 4 * 1024 * 1024,
  configBytes: 8 * 1024 * 1024,
  jsonDepth: 64,
  indexDepth: 3,
  platforms: 200,
  layers: 1_000,
  history: 2_000,
  entries: 1_000,
  text: 16 * 1024,
  problems: 100,
  concurrency: 4,
};
