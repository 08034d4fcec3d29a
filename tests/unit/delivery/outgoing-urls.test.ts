import net from 'node:net';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOutgoing, isPublicAddress } from '#lib/security/index';
import { attemptAt } from './webhook-attempt.ts';

/** Written as people, and attackers, write addresses that are not of the public internet. */
const hostileHosts: Record<string, string> = {
  '90: an IPv4 address in other clothes':
    '127.1 2130706433 0x7f000001 0177.0.0.1 0 127.0.0.1 0.0.0.0 127.0.1 10.0.0.1 172.16.0.1 192.168.1.1 100.64.0.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 192.0.2.1 203.0.113.9 192.88.99.1',
  '91: names that stay here':
    'localhost localhost. x.localhost LOCALHOST metadata metadata.google.internal printer.local router.home.arpa db.corp wiki.intranet nas.lan',
  '92: loopback of IPv6': '[::1] [::]',
  '93: IPv4 mapped into IPv6': '[::ffff:7f00:1] [::ffff:127.0.0.1]',
  '94: IPv4 at the end of IPv6': '[::127.0.0.1]',
  '95: IPv4 translated': '[::ffff:0:127.0.0.1]',
  '96: translation and tunnels':
    '[64:ff9b::7f00:1] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2001:0:7f00:1::]',
  '97: link-local, unique-local, site-local, multicast':
    '[fe80::1] [fc00::1] [fd12::1] [fec0::1] [ff02::1] [2001:db8::1]',
  '98: metadata services':
    '169.254.169.254 169.254.170.2 [fd00:ec2::254] 100.100.100.200 168.63.129.16 192.0.0.192',
  '99: full-width digits and dots': '①②⑦.0.0.1 １２７.０.０.１ 127。0。0。1',
  '104: ports of other services, and none':
    '127.0.0.1:22 127.0.0.1:25 127.0.0.1:5432 127.0.0.1:6379 127.0.0.1:0 127.0.0.1:65536 example.com:65536',
  '103: whose host is it':
    'a@127.0.0.1 example.com@127.0.0.1 u:p@example.com 127.0.0.1#@example.com 127.0.0.1\\@example.com',
};
/** Other schemes, and what is no address. */
const hostileOthers = [
  'file:///etc/passwd',
  'gopher://127.0.0.1:5432/',
  'ftp://example.com/',
  'data:text/plain,x',
  'javascript:alert(1)',
  'http://example.com/hook',
  'ws://example.com/',
  '//example.com/',
  '',
  'https://',
  'https://a b/',
];
const hostileUrls: (readonly [kind: string, url: string])[] = [
  ...Object.entries(hostileHosts).flatMap(([kind, hosts]) =>
    hosts.split(' ').map((host) => [kind, `https://${host}/hook`] as const),
  ),
  ...hostileOthers.map((url) => ['102: another scheme, or no address', url] as const),
];

/** What a resolver may answer: never twice the same, or one good address among bad ones. */
const hostileAnswers: Record<string, string[][]> = {
  private: [['10.0.0.1']],
  'public and private': [['8.8.8.8', '127.0.0.1']],
  'private and public': [['127.0.0.1', '8.8.8.8']],
  'the loopback of IPv6': [['::1']],
  'IPv4 inside IPv6': [['::ffff:127.0.0.1']],
  'a metadata service': [['169.254.169.254']],
  'nothing at all': [[]],
};

let dialled: string[] = [];
const notDialled = () =>
  Object.assign(new Error('not dialled in a test'), { code: 'ECONNREFUSED' });
const connect = vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(function (
  this: net.Socket,
  ...args: unknown[]
) {
  const list = Array.isArray(args[0]) ? args[0] : args;
  const wish = list[0] as { host?: string; lookup?: net.LookupFunction };
  const refuse = (error: Error) => this.destroy(error);
  // As node does it: the name is looked up by what the caller gave, and the answer is dialled.
  if (wish.lookup && wish.host && net.isIP(wish.host) === 0) {
    wish.lookup(wish.host, { all: true }, (error, addresses) => {
      for (const { address } of Array.isArray(addresses) ? addresses : []) dialled.push(address);
      refuse(error ?? notDialled());
    });
  } else {
    dialled.push(wish.host ?? 'nowhere');
    queueMicrotask(() => refuse(notDialled()));
  }
  return this;
});
afterAll(() => connect.mockRestore());
beforeEach(() => {
  dialled = [];
});

async function sendTo(url: string, resolve?: () => Promise<{ address: string; family: number }[]>) {
  const outgoing = createOutgoing({ allow: [], ...(resolve ? { resolve } : {}) });
  const outcome = await attemptAt(outgoing, url);
  outgoing.close();
  return outcome;
}

describe('a hostile address', () => {
  it(`is in a list of at least 64 (${hostileUrls.length})`, () => {
    expect(new Set(hostileUrls.map(([, url]) => url)).size).toBeGreaterThanOrEqual(64);
  });

  it.each(hostileUrls)('%s: %s → provider.host_refused when it is given', (_kind, url) => {
    const outgoing = createOutgoing({ allow: [] });
    expect(() => outgoing.check(url)).toThrow(
      expect.objectContaining({ code: 'provider.host_refused' }),
    );
  });

  it.each(hostileUrls)('%s: %s → never dialled, should it stand in the row', async (_kind, url) => {
    const outcome = await sendTo(url);
    expect(['retry', 'refused']).toContain(outcome.type);
    expect(dialled).toEqual([]);
  });
});

describe('a name that leads to', () => {
  it.each(Object.entries(hostileAnswers))(
    '100: %s → tried again later, never dialled',
    async (_what, answers) => {
      let looks = 0;
      const outcome = await sendTo('https://hooks.example.com/', () =>
        Promise.resolve(
          (answers[looks++ % answers.length] ?? []).map((address) => ({
            address,
            family: address.includes(':') ? 6 : 4,
          })),
        ),
      );
      expect(outcome.type).toBe('retry');
      expect(dialled.filter((address) => !isPublicAddress(address))).toEqual([]);
      expect(dialled).toEqual([]);
    },
  );

  it('100: another address at each look → dialled where the look was good, and nowhere else', async () => {
    let looks = 0;
    const flip = () =>
      Promise.resolve([{ address: looks++ % 2 === 0 ? '8.8.8.8' : '127.0.0.1', family: 4 }]);
    const outcomes: (string | undefined)[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const outcome = await sendTo('https://flip.example.com/', flip);
      outcomes.push('code' in outcome ? outcome.code : undefined);
    }
    expect(dialled).toEqual(['8.8.8.8', '8.8.8.8', '8.8.8.8']);
    expect(outcomes.filter((code) => code === 'provider.host_refused')).toHaveLength(3);
  });
});
