import { NetError } from './errors.ts';
import { mayUsePlainHttp } from './hosts.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** A redirect answer and what led to it. */
export interface RedirectAnswer {
  readonly method: string;
  readonly url: URL;
  readonly status: number;
  readonly location: string | undefined;
}

/**
 * Where an answer leads on to; `undefined` when it is no redirect.
 * @throws NetError when it must not be followed: a POST, no usable address, a password in it, less protected than before
 */
export function redirectTarget(answer: RedirectAnswer, plainHttp: readonly string[]): URL | undefined {
  const { url, location } = answer;
  if (!REDIRECTS.has(answer.status) || location === undefined) return undefined;
  if (answer.method === 'POST') throw refused(url, `${url.host} answers a POST with a redirect, which is not followed`);
  const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  if (target?.protocol !== 'https:' && target?.protocol !== 'http:') {
    throw refused(url, `${url.host} redirects to something that is no http address`);
  }
  if (target.username !== '' || target.password !== '') {
    throw refused(url, `${url.host} redirects to an address with a user or password in it`);
  }
  if (url.protocol === 'https:' && target.protocol === 'http:') {
    throw downgrade(url, `${url.host} redirects from https to http (${target.host}), which is not followed`);
  }
  checkPlainHttp(target, plainHttp);
  return target;
}

/** @throws NetError when a URL is plain http and its host is not one that may be. */
export function checkPlainHttp(url: URL, plainHttp: readonly string[]): void {
  if (url.protocol !== 'http:' || mayUsePlainHttp(url, plainHttp)) return;
  throw downgrade(url, `${url.host} would be asked over plain http; allow that with --registry-http ${url.host}`);
}

/** The error for a chain of redirects longer than allowed. */
export function tooManyRedirects(url: URL, limit: number): NetError {
  return refused(url, `${url.host} redirects more than ${limit} times`);
}

function refused(url: URL, message: string): NetError {
  return new NetError('invalid', 'net.redirect', url.host, message);
}

function downgrade(url: URL, message: string): NetError {
  return new NetError('invalid', 'net.plain-http', url.host, message);
}
