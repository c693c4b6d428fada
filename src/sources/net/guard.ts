import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import { literalAddress, type Network, refusal } from './addresses.ts';
import { NetError } from './errors.ts';

/** Which addresses may be connected to. */
export interface GuardPolicy {
  /** `host:port` pairs the operator named: their addresses are not questioned. */
  readonly trusted: ReadonlySet<string>;
  /** Ranges that anything else may lead to although they are not public. */
  readonly allowed: readonly Network[];
  /** Name resolution; the system's unless a test brings its own. */
  readonly lookup?: LookupFunction;
}

/** What a guarded connection is made with. */
export interface ConnectSettings {
  readonly secureContext: SecureContext;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * A connector for undici that looks at the address in the same step that connects to it: literals before, names
 * after resolution (the addresses checked are the ones connected to), and the peer once more when connected.
 */
export function guardedConnector(policy: GuardPolicy, settings: ConnectSettings): buildConnector.connector {
  const resolve = policy.lookup ?? (systemLookup as LookupFunction);
  const common = {
    secureContext: settings.secureContext,
    rejectUnauthorized: true,
    allowH2: false,
    timeout: settings.timeout,
    autoSelectFamily: true,
  };
  const free = buildConnector({ ...common, lookup: resolve });
  const guarded = buildConnector({ ...common, lookup: filtered(resolve, policy) });
  return function connect(options, callback) {
    const port = options.port === '' ? (options.protocol === 'https:' ? '443' : '80') : options.port;
    if (policy.trusted.has(`${bracketed(options.hostname)}:${port}`)) return free(options, callback);
    const literal = literalAddress(options.hostname);
    const reason = literal && refusal(literal, policy.allowed);
    if (reason !== undefined) return callback(refused(options.hostname, options.hostname, reason), null);
    guarded(options, (error, socket) => {
      if (error) return callback(error, null);
      const peer = literalAddress(socket.remoteAddress ?? '');
      const found = peer ? refusal(peer, policy.allowed) : 'unknown';
      if (found === undefined) return callback(null, socket);
      socket.destroy();
      callback(refused(options.hostname, String(peer), found), null);
    });
  };
}

/** A lookup that gives only addresses the policy allows, and an error when none is left. */
function filtered(resolve: LookupFunction, policy: GuardPolicy): LookupFunction {
  return function lookup(hostname, options, callback) {
    resolve(hostname, { ...options, all: true }, (error, answer, family) => {
      if (error) return callback(error, [], 0);
      const all = typeof answer === 'string' ? [{ address: answer, family: family ?? isIP(answer) }] : answer;
      const good = all.filter(({ address }) => {
        const literal = literalAddress(address);
        return literal !== undefined && refusal(literal, policy.allowed) === undefined;
      });
      const first = good[0];
      if (!first) return callback(refusedName(hostname, all[0]?.address, policy), [], 0);
      if (options.all) return callback(null, good);
      callback(null, first.address, first.family);
    });
  };
}

function refusedName(hostname: string, address: string | undefined, policy: GuardPolicy): Error {
  const literal = address === undefined ? undefined : literalAddress(address);
  if (!literal) return new NetError('invalid', 'net.name', hostname, `${hostname}: no address is known for this name`);
  return refused(hostname, String(literal), refusal(literal, policy.allowed) ?? 'unknown');
}

function refused(hostname: string, address: string, reason: string): NetError {
  const place = hostname === address ? hostname : `${hostname} (${address})`;
  return new NetError(
    'invalid',
    'net.address-refused',
    hostname,
    `${place} was not connected to: an address of the kind ${reason} that nobody named; allow its network to change that`,
  );
}

function bracketed(hostname: string): string {
  return isIP(hostname) === 6 ? `[${hostname}]` : hostname;
}
