/** The files of a layout or archive, seen through names; nobody behind it leaves the folder or file it stands for. */
export interface ImageFiles {
  /** What it is, for messages: a path of the host. */
  readonly label: string;
  /** Bytes of a file; `undefined` when there is none of that name. */
  size(name: string): Promise<number | undefined>;
  /**
   * The whole content of a small file.
   * @throws ImageError `blob.missing`, `limit.bytes`
   */
  read(name: string, limit: number): Promise<Buffer>;
  /**
   * SHA-256 (or the named algorithm) of a file of any length, and its first bytes.
   * @throws ImageError `blob.missing`
   */
  hash(name: string, algorithm: string, signal: AbortSignal): Promise<FileHash>;
}

/** Digest in OCI form and the first bytes of a content. */
export interface FileHash {
  readonly digest: string;
  readonly size: number;
  /** Up to 8 bytes. */
  readonly head: Buffer;
}
