import { isIP } from 'node:net';

/**
 * What requests of one address are counted under. Whoever has one IPv6 address has 2^64 of them, so
 * its network counts (RFC 6177: a site gets a /64 at least); an IPv4 address in IPv6's clothes is
 * itself. Null and nonsense share one count: nobody vouched for them.
 */
export function addressKey(address: string | null): string {
  const text = (address ?? '').trim().toLowerCase().replace(/%.*$/, '');
  const kind = isIP(text);
  if (kind === 4) return text;
  if (kind === 0) return 'unknown';
  // The URL parser writes the shortest form, and dotted quads in hex.
  const groups = expand(new URL(`http://[${text}]`).hostname.slice(1, -1));
  const [high = 0, low = 0] = groups.slice(6);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

function expand(short: string): number[] {
  const [left = '', right] = short.split('::');
  const read = (part: string) =>
    part.split(':').flatMap((group) => (group ? [parseInt(group, 16)] : []));
  const front = read(left);
  if (right === undefined) return front;
  const back = read(right);
  return [...front, ...Array.from({ length: 8 - front.length - back.length }, () => 0), ...back];
}
