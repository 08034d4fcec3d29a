import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Addresses that are not the public internet: the special-purpose registries of IANA (RFC 6890 and
 * its successors), plus transition ranges that carry an IPv4 address inside an IPv6 one, which
 * would otherwise be a way around the first list.
 */
const specialV4: readonly [net: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Answers as a metadata service at a cloud provider although it lies in public space.
  ['168.63.129.16', 32],
];

/** Inside 2000::/3, the only range handed out to the public. */
const specialV6: readonly [net: string, prefix: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [net, prefix] of specialV4) special.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of specialV6) special.addSubnet(net, prefix, 'ipv6');
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** Fails closed: what is not an address, or not plainly public, is not public. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  // IPv4-mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96), link-local and unique-local lie outside.
  return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}
