import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashSecret, matchesSecret } from './password.ts';
import { seal, unseal } from './seal.ts';

test('a secret matches its own hash and no other', async () => {
  const phc = await hashSecret('correct horse');
  expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await matchesSecret('correct horse', phc)).toBe(true);
  expect(await matchesSecret('correct horsf', phc)).toBe(false);
  expect(await matchesSecret('correct horse', 'nonsense')).toBe(false);
  expect(await hashSecret('correct horse')).not.toBe(phc);
});

test('a sealed secret opens only with its key and for its owner', () => {
  const key = randomBytes(32);
  const sealed = seal('s3cret ü', key, 'id-1');
  expect(unseal(sealed, key, 'id-1')).toBe('s3cret ü');
  expect(() => unseal(sealed, key, 'id-2')).toThrow();
  expect(() => unseal(sealed, randomBytes(32), 'id-1')).toThrow();
  const damaged = Buffer.from(sealed);
  damaged[damaged.length - 1]! ^= 1;
  expect(() => unseal(damaged, key, 'id-1')).toThrow();
});
