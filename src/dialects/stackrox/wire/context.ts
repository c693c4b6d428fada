import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../../domain/credential.ts';
import { type DialectServices, NOTHING_ON_REPEAT } from '../../dialect.ts';
import { HEADERS, RpcError } from '../errors.ts';
import { wantsPretty } from './json.ts';
import type { Parameters } from './parameters.ts';

const compress = promisify(gzip);
/** Smaller bodies are not worth packing. */
const LEAST_PACKED = 1_400;

/** One call, read and allowed. */
export interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly principal: Principal;
  readonly parameters: Parameters;
  readonly pretty: boolean;
}

/** The part of a URL behind `?`. */
export function searchOf(request: FastifyRequest): string {
  const url = request.raw.url ?? '';
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}

/** Whether an answer is wanted indented. */
export function isPretty(request: FastifyRequest): boolean {
  return wantsPretty(searchOf(request), request.headers.accept);
}

/**
 * Answers with a message that stays the same until the inventory changes: its bytes are kept.
 * @param render the message's text; `keep` false when it depends on the moment
 */
export function sendMessage(
  services: DialectServices,
  { request, reply, principal, parameters, pretty }: Call,
  render: () => Promise<{ readonly text: string; readonly keep?: boolean }>,
): Promise<FastifyReply> {
  const packed = acceptsGzip(request);
  const asked = JSON.stringify([request.raw.url?.split('?', 1)[0], principal.role, pretty, packed, [...parameters]]);
  const key = `stackrox ${asked.length > 300 ? createHash('sha256').update(asked).digest('base64url') : asked}`;
  const page = async () => {
    const { text, keep = true } = await render();
    if (!packed || text.length < LEAST_PACKED) return { body: text, headers: HEADERS, keep };
    const headers = { ...HEADERS, 'content-encoding': 'gzip', vary: 'Accept-Encoding' };
    return { body: await compress(text), headers, keep };
  };
  return services.pages.send(request, reply, principal, key, page, { onRepeat: NOTHING_ON_REPEAT });
}

function acceptsGzip(request: FastifyRequest): boolean {
  const header = request.headers['accept-encoding'];
  return typeof header === 'string' && /(?:^|,)\s*gzip\s*(?:;\s*q=(?:1|0\.0*[1-9])[^,]*)?(?:,|$)/.test(header);
}

const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/**
 * Runs work within the time the caller gives in `Grpc-Timeout` (`10S`, `500m`), if it gives any.
 * @throws RpcError code 4 when it takes longer
 */
export async function withinTimeout<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> {
  const header = request.headers['grpc-timeout'];
  if (typeof header !== 'string') return work();
  const groups = /^(?<amount>\d{1,8})(?<unit>[HMSmun])$/.exec(header)?.groups;
  if (!groups) throw new RpcError(3, `invalid grpc-timeout: ${header}`);
  const milliseconds = Math.min(Number(groups['amount']) * (UNITS[groups['unit'] ?? 'S'] ?? 1), 2 ** 31 - 1);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RpcError(4, 'context deadline exceeded')), milliseconds);
  });
  try {
    return await Promise.race([milliseconds < 1 ? late : work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
