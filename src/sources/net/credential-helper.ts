import { spawn } from 'node:child_process';
import { parseJsonObject } from './json.ts';

/** What a credential is presented with. An identity token is exchanged at the token server, never sent to the registry. */
export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'identity-token'; readonly token: string };

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const OUTPUT_LIMIT = 64 * 1024;
const NOT_FOUND = /credentials not found/i;

/**
 * Asks `docker-credential-NAME get` for the credential of a server (docker/docker-credential-helpers: the server on
 * standard input, JSON with Username and Secret on standard output).
 * @returns null when the helper knows none
 * @throws Error with a reason without secrets: no such program, exit status, timeout, output that cannot be read
 */
export async function askHelper(
  name: string,
  server: string,
  options: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<Credential | null> {
  if (!NAME.test(name)) throw new Error(`credential helper name ${JSON.stringify(name.slice(0, 40))} is not usable`);
  const program = `docker-credential-${name}`;
  const { status, output } = await run(program, server, options);
  if (status !== 0 && NOT_FOUND.test(output)) return null;
  if (status !== 0) throw new Error(`${program} ended with status ${status}`);
  const answer = parseJsonObject(output);
  const username = answer?.['Username'];
  const secret = answer?.['Secret'];
  if (typeof username !== 'string' || typeof secret !== 'string')
    throw new Error(`${program} gave no credential in JSON`);
  if (username === '<token>') return { kind: 'identity-token', token: secret };
  return { kind: 'basic', username, password: secret };
}

function run(
  program: string,
  input: string,
  { timeout, signal }: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], { stdio: ['pipe', 'pipe', 'ignore'], signal, killSignal: 'SIGKILL' });
    let output = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeout);
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      output += text;
      if (output.length > OUTPUT_LIMIT) child.kill('SIGKILL');
    });
    child.stdin.on('error', () => {});
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(signal.aborted ? signal.reason : new Error(`${program} cannot be started (${error.code ?? error.name})`));
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      if (late) reject(new Error(`${program} gave no answer within ${timeout / 1_000} s`));
      else resolve({ status, output });
    });
    child.stdin.end(input);
  });
}
