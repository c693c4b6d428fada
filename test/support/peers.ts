/** Programs of others that some tests talk to, and why such a test cannot run here. */
import { execFileSync } from 'node:child_process';

/** Set to `none` by the quick run, which needs nothing but Node and npm. */
export const PEERS = 'STOWAGE_TEST_PEERS';

/**
 * Why a test with these programs does not run; `undefined` when nothing speaks against it.
 * @param programs names or paths
 * @param from the Debian packages that bring them
 */
export function whyNoPeer(programs: readonly string[], from = programs.join(' ')): string | undefined {
  const quick = whyQuick(`needs ${programs.join(', ')}`);
  if (quick) return quick;
  const missing = programs.filter((program) => !isInstalled(program));
  return missing.length === 0 ? undefined : `${missing.join(', ')} not installed (apt-get install ${from})`;
}

/** Why a long test is left out of the quick run. */
export function whyQuick(what: string): string | undefined {
  return process.env[PEERS] === 'none' ? `${what}; .ci/run runs it` : undefined;
}

/** A title that says why the suite is skipped, when it is. */
export function titled(name: string, reason: string | undefined): string {
  return reason === undefined ? name : `${name} (skipped: ${reason})`;
}

export function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$0"', program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
