import { describe, expect, test } from 'vitest';
import { literalAddress, parseNetworks, refusal } from './addresses.ts';

function judged(host: string, allowed: readonly string[] = []): string | undefined {
  const literal = literalAddress(host);
  return literal ? refusal(literal, parseNetworks(allowed)) : 'name';
}

describe('addresses', () => {
  test.each([
    // loopback in every form a resolver takes
    ['127.0.0.1', 'loopback'],
    ['127.1', 'loopback'],
    ['0x7f.1', 'loopback'],
    ['0x7f000001', 'loopback'],
    ['2130706433', 'loopback'],
    ['0177.0.0.1', 'loopback'],
    ['127.0.0.1.', 'loopback'],
    ['[::1]', 'loopback'],
    ['[::ffff:127.0.0.1]', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::127.0.0.1', 'loopback'],
    ['64:ff9b::7f00:1', 'loopback'],
    ['2002:7f00:1::', 'loopback'],
    // the rest of what is not public
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['10.1.2.3', 'private'],
    ['172.31.0.1', 'private'],
    ['192.168.0.1', 'private'],
    ['0300.0250.1.1', 'private'],
    ['100.100.100.200', 'carrierGradeNat'],
    ['169.254.169.254', 'linkLocal'],
    ['[::ffff:169.254.169.254]', 'linkLocal'],
    ['2852039166', 'linkLocal'],
    ['168.63.129.16', 'cloudEndpoint'],
    ['192.0.0.192', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['fe80::1', 'linkLocal'],
    ['fe80::1%eth0', 'linkLocal'],
    ['fd00:ec2::254', 'uniqueLocal'],
    ['ff02::1', 'multicast'],
    ['2001:db8::1', 'reserved'],
    ['2001::1', 'teredo'],
    ['64:ff9b:1::1', 'rfc6052'],
    ['4000::1', 'reserved'],
  ])('%s is refused as %s', (host, reason) => {
    expect(judged(host)).toBe(reason);
  });

  test.each(['8.8.8.8', '1.1', '134744072', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    '%s is public',
    (host) => {
      expect(judged(host)).toBeUndefined();
    },
  );

  test.each(['example.org', 'localhost', '1.2.3.4.5', '4294967296', '08.1.1.1'])('%s is a name', (host) => {
    expect(judged(host)).toBe('name');
  });

  test('allowed networks open exactly what they name', () => {
    expect(judged('10.1.2.3', ['10.1.0.0/16'])).toBeUndefined();
    expect(judged('::ffff:10.1.2.3', ['10.1.0.0/16'])).toBeUndefined();
    expect(judged('10.2.2.3', ['10.1.0.0/16'])).toBe('private');
    expect(judged('127.0.0.1', ['127.0.0.1'])).toBeUndefined();
    expect(judged('127.0.0.2', ['127.0.0.1'])).toBe('loopback');
    expect(judged('fd00::1', ['fd00::/8'])).toBeUndefined();
  });

  test.each(['10.0.0.0/33', 'intranet', '', '10/8/8'])('%j is no network', (entry) => {
    expect(() => parseNetworks([entry])).toThrow(expect.objectContaining({ code: 'settings.network' }));
  });
});
