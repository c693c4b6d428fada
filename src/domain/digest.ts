/** A content digest in OCI form, `algorithm:hex` (OCI image-spec, descriptor, "Digests"). */
export type Digest = string;

const REGISTERED: Readonly<Record<string, RegExp>> = {
  sha256: /^[0-9a-f]{64}$/,
  sha384: /^[0-9a-f]{96}$/,
  sha512: /^[0-9a-f]{128}$/,
};

/** Whether a text is a digest of an algorithm we can verify (sha256, sha384, sha512). */
export function isDigest(text: string): text is Digest {
  const colon = text.indexOf(':');
  if (colon < 0) return false;
  return REGISTERED[text.slice(0, colon)]?.test(text.slice(colon + 1)) ?? false;
}

/** The hex part of a digest. */
export function digestHex(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/** The algorithm part of a digest, in the name node:crypto knows. */
export function digestAlgorithm(digest: Digest): string {
  return digest.slice(0, digest.indexOf(':'));
}
