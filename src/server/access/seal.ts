import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Encrypts a secret under a 32-byte server key with AES-256-GCM: 12 bytes nonce, 16 bytes tag, ciphertext. */
export function seal(secret: string, key: Buffer, context: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/**
 * Opens what {@link seal} closed.
 * @throws when the key or the context (the credential id) is another, or a byte was changed
 */
export function unseal(sealed: Buffer, key: Buffer, context: string): string {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(12, 28));
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
}
