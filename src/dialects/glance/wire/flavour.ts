/** How this installation's list and image documents differ between upstream Glance and Rackspace (contract 4). */
export interface Flavour {
  readonly id: 'upstream' | 'rackspace';
  /** Rows of a page when nothing is asked for. */
  readonly pageDefault: number;
  /** Most rows of a page. */
  readonly pageMost: number;
  /** What a larger limit becomes. */
  readonly overMost: 'most' | 'default';
  /** Whether attributes without a value are printed as null, or left out. */
  readonly nulls: boolean;
  /** Whether `os_hidden`, `os_hash_algo` and `os_hash_value` are printed. */
  readonly osAttributes: boolean;
  /** Whether a list that was asked for without parameters has a `first` link. */
  readonly plainFirst: boolean;
}

export const UPSTREAM: Flavour = {
  id: 'upstream',
  pageDefault: 25,
  pageMost: 1000,
  overMost: 'most',
  nulls: true,
  osAttributes: true,
  plainFirst: true,
};

export const RACKSPACE: Flavour = {
  id: 'rackspace',
  pageDefault: 100,
  pageMost: 100,
  overMost: 'default',
  nulls: false,
  osAttributes: false,
  plainFirst: false,
};
