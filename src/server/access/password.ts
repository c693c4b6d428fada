import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

// OWASP password storage: argon2id with 19 MiB, 2 passes, 1 lane.
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const PHC = /^\$argon2id\$v=19\$m=(?<m>\d+),t=(?<t>\d+),p=(?<p>\d+)\$(?<salt>[A-Za-z0-9+/]+)\$(?<hash>[A-Za-z0-9+/]+)$/;

/** Hashes a secret with argon2id (RFC 9106); the answer is a PHC string. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(secret, salt, COST);
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${bare(salt)}$${bare(hash)}`;
}

/** Whether a secret belongs to a PHC string; constant time in the comparison. False for a string that is none. */
export async function matchesSecret(secret: string, phc: string): Promise<boolean> {
  const groups = PHC.exec(phc)?.groups;
  if (!groups) return false;
  const expected = Buffer.from(groups['hash']!, 'base64');
  const cost = { memory: Number(groups['m']), passes: Number(groups['t']), parallelism: Number(groups['p']) };
  const given = await derive(secret, Buffer.from(groups['salt']!, 'base64'), cost, expected.length);
  return timingSafeEqual(given, expected);
}

function derive(
  secret: string,
  salt: Buffer,
  cost: { memory: number; passes: number; parallelism: number },
  tagLength = 32,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message: secret, nonce: salt, tagLength, ...cost }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

function bare(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
