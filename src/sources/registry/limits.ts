/** How much of one registry is read before it is stopped. */
export interface RegistryLimits {
  /** Names asked for per page of a list. */
  readonly pageSize: number;
  /** Bytes of one page. */
  readonly listBytes: number;
  /** Names of one list. */
  readonly names: number;
  readonly pages: number;
  /** Empty pages in a row that still name a next one: some registries filter by right after paging. */
  readonly emptyPages: number;
  /** Sightings handed over at once. */
  readonly batch: number;
  /** Bytes of manifests and configs kept for images that share them. */
  readonly cacheBytes: number;
}

export const REGISTRY_LIMITS: RegistryLimits = {
  pageSize: 1_000,
  listBytes: 32 * 1024 * 1024,
  names: 1_000_000,
  pages: 20_000,
  emptyPages: 50,
  batch: 200,
  cacheBytes: 64 * 1024 * 1024,
};
