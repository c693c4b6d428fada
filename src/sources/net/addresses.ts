import ipaddr from 'ipaddr.js';
import { invalid } from '../../domain/error.ts';

/** A range of addresses: base and prefix length. */
export type Network = readonly [base: ipaddr.IPv4 | ipaddr.IPv6, prefix: number];

/** Public by number, yet answered by the machine's own cloud: Azure's metadata and agent endpoint. */
const CLOUD_ENDPOINTS: ReadonlySet<string> = new Set(['168.63.129.16']);

/** Ranges that carry an IPv4 address inside an IPv6 one, and the first of its four bytes. */
const EMBEDDED: readonly { readonly network: Network; readonly at: number }[] = [
  { network: ipaddr.parseCIDR('::ffff:0:0/96'), at: 12 }, // IPv4-mapped, RFC 4291
  { network: ipaddr.parseCIDR('::/96'), at: 12 }, // IPv4-compatible, RFC 4291
  { network: ipaddr.parseCIDR('64:ff9b::/96'), at: 12 }, // NAT64, RFC 6052
  { network: ipaddr.parseCIDR('2002::/16'), at: 2 }, // 6to4, RFC 3056
];

const GLOBAL_UNICAST: Network = ipaddr.parseCIDR('2000::/3');

/**
 * Reads a host as an IP literal in any form a resolver would take: dotted, shortened, decimal, hex or octal IPv4,
 * IPv6 with or without brackets. `undefined` for a name.
 */
export function literalAddress(host: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  const text = bare.endsWith('.') ? bare.slice(0, -1) : bare;
  return ipaddr.isValid(text) ? ipaddr.parse(text) : undefined;
}

/**
 * Reads the operator's list of ranges that answers may lead to.
 * @throws StowageError naming the entry that is neither an address nor `address/prefix`
 */
export function parseNetworks(entries: readonly string[]): readonly Network[] {
  return entries.map((entry) => {
    if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry);
    const address = literalAddress(entry);
    if (address) return [address, address.kind() === 'ipv4' ? 32 : 128];
    throw invalid(
      'settings.network',
      `allowed network ${JSON.stringify(entry)} is not a range: write it as 10.0.0.0/8 or fd00::/8`,
      'allowNetworks',
    );
  });
}

/**
 * Why an address must not be connected to, in a word (`loopback`, `private`, `linkLocal`, ...), or `undefined` when it
 * may be: it is public, or lies in an allowed network. An IPv4 address inside an IPv6 one is judged as what it leads to.
 */
export function refusal(address: ipaddr.IPv4 | ipaddr.IPv6, allowed: readonly Network[]): string | undefined {
  if (allowed.some((network) => contains(network, address))) return undefined;
  if (address.kind() === 'ipv4') {
    if (CLOUD_ENDPOINTS.has(address.toString())) return 'cloudEndpoint';
    const range = address.range();
    return range === 'unicast' ? undefined : range;
  }
  const embedded = embeddedIpv4(address as ipaddr.IPv6);
  if (embedded && address.toString() !== '::' && address.toString() !== '::1') return refusal(embedded, allowed);
  const range = address.range();
  if (range !== 'unicast') return range;
  return contains(GLOBAL_UNICAST, address) ? undefined : 'reserved';
}

function embeddedIpv4(address: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  const found = EMBEDDED.find(({ network }) => contains(network, address));
  if (!found) return undefined;
  return new ipaddr.IPv4(address.toByteArray().slice(found.at, found.at + 4));
}

function contains([base, prefix]: Network, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return base.kind() === address.kind() && address.match(base, prefix);
}
