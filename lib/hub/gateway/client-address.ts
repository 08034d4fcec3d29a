import { BlockList, isIP } from 'node:net';

/** Says of an address whether it is one of the operator's own proxies. */
export type ProxyTrust = (address: string) => boolean;

/** This machine and private networks, where a proxy of the operator's usually stands. */
const nearby = '127.0.0.0/8, ::1, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7';

/** Without a public address no proxy stands in front, and nobody is believed. */
export function proxyTrust(listed: string | undefined, publicUrl: string | undefined): ProxyTrust {
  const text = listed ?? (publicUrl === undefined ? '' : nearby);
  const networks = new BlockList();
  for (const one of text.split(',').map((part) => part.trim())) {
    const [address = '', bits] = one.split('/');
    const kind = isIP(address);
    if (kind === 0) continue;
    const family = kind === 4 ? 'ipv4' : 'ipv6';
    networks.addSubnet(address, Number(bits ?? (kind === 4 ? 32 : 128)), family);
  }
  return (address) => {
    const plain = plainAddress(address);
    const kind = isIP(plain);
    return kind !== 0 && networks.check(plain, kind === 4 ? 'ipv4' : 'ipv6');
  };
}

/**
 * The client's address: the peer's, or, where the peer is a proxy of the operator's, the last one
 * noted that is not. What stands before it are the client's own words.
 */
export function clientAddress(
  peer: string | undefined,
  noted: string | string[] | undefined,
  isTrusted: ProxyTrust,
): string {
  let address = plainAddress(peer ?? '');
  const chain = (Array.isArray(noted) ? noted.join(',') : (noted ?? '')).split(',');
  while (isTrusted(address)) {
    const next = plainAddress(chain.pop()?.trim() ?? '');
    if (isIP(next) === 0) return address;
    address = next;
  }
  return address;
}

/** An IPv4 client of a socket that takes both kinds is told in IPv6's clothes. */
const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');
