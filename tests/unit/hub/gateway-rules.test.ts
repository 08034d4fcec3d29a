import { describe, expect, it } from 'vitest';
import { clientAddress, proxyTrust } from '#lib/hub/gateway/client-address';
import { answerHeaders, requestHeaders } from '#lib/hub/gateway/forward-headers';
import { mayServe } from '#lib/hub/gateway/host-rule';
import { destinationOf } from '#lib/hub/gateway/route-table';

describe('mayServe', () => {
  it.each([
    ['localhost', true],
    ['localhost:3000', true],
    ['LOCALHOST:8443', true],
    ['127.0.0.1:3000', true],
    ['[::1]:3000', true],
    ['evil.example', false],
    ['localhost.evil.example', false],
    ['127.0.0.1.nip.io:3000', false],
    ['localhost:3000:1', false],
    ['localhost/', false],
    ['user@localhost', false],
    ['', false],
    [undefined, false],
  ])('without a public address: %s → %s', (host, may) => {
    expect(mayServe(host, '/api/webhooks/x', undefined)).toBe(may);
  });

  it.each([
    ['hub.example', '/', true],
    ['HUB.example:443', '/', true],
    ['hub.example:444', '/', false],
    ['other.example', '/', false],
    ['localhost:3000', '/', false],
    ['localhost:3000', '/api/health/ready', true],
    ['other.example', '/api/health/ready', false],
  ])('with one: %s %s → %s', (host, path, may) => {
    expect(mayServe(host, path, 'https://hub.example')).toBe(may);
  });

  it('holds a public port to the letter', () => {
    expect(mayServe('hub.example:8443', '/', 'https://hub.example:8443')).toBe(true);
    expect(mayServe('hub.example', '/', 'https://hub.example:8443')).toBe(false);
  });
});

describe('destinationOf', () => {
  const all = { supabase: true, sandbox: true };
  it.each([
    ['/', 'web'],
    ['/api/v1/records', 'web'],
    ['/rest/v1/records', 'supabase'],
    ['/realtime/v1/websocket', 'supabase'],
    ['/restaurant', 'web'],
    ['/rest/v12', 'web'],
    ['/sandbox', 'sandbox'],
    ['/sandbox/github/login/oauth/authorize', 'sandbox'],
    ['/sandboxes', 'web'],
    ['/api/health/live', 'live'],
    ['/api/health/ready', 'ready'],
    ['/api/health/ready/', 'web'],
    ['/api/webhooks/github/0197a1b2-0000-7000-8000-000000000001', 'webhook'],
    ['/api/webhooks/', 'webhook'],
    ['/api/webhooks', 'web'],
  ])('%s → %s', (path, to) => {
    expect(destinationOf(path, all).to).toBe(to);
  });

  it('leaves what is off to the web process', () => {
    const none = { supabase: false, sandbox: false };
    expect(destinationOf('/rest/v1/x', none).to).toBe('web');
    expect(destinationOf('/sandbox', none).to).toBe('web');
  });

  it('an address that cannot exist names no endpoint', () => {
    for (const path of [
      '/api/webhooks/github',
      '/api/webhooks/github/x/y',
      '/api/webhooks/%67/1',
    ]) {
      expect(destinationOf(path, all)).toEqual({ to: 'webhook', connector: '', endpointId: '' });
    }
  });
});

const request = (headers: [string, string][]) => {
  const joined: Record<string, string> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    joined[key] = joined[key] === undefined ? value : `${joined[key]}, ${value}`;
  }
  return { headers: joined, rawHeaders: headers.flat(), socket: { remoteAddress: '127.0.0.1' } };
};
const pairs = (flat: string[]): [string, string][] =>
  Array.from({ length: flat.length / 2 }, (_, at) => [
    (flat[at * 2] ?? '').toLowerCase(),
    flat[at * 2 + 1] ?? '',
  ]);

describe('requestHeaders', () => {
  const web = {
    upstream: 'web',
    token: 'the gateway token',
    publicUrl: undefined,
    isTrustedProxy: proxyTrust(undefined, undefined),
  } as const;
  const forged: [string, string][] = [
    ['Host', 'localhost:3000'],
    ['Cookie', 'session=1; sandbox_acting=mara'],
    ['X-Forwarded-Host', 'evil.example'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-For', '6.6.6.6'],
    ['Forwarded', 'host=evil.example'],
    ['X-Real-IP', '6.6.6.6'],
    ['X-Patchbay-Gateway', 'guess'],
    ['X-Middleware-Subrequest', 'middleware:middleware'],
    ['Connection', 'keep-alive, X-Secret-Hop'],
    ['X-Secret-Hop', '1'],
    ['TE', 'trailers'],
    ['Upgrade', 'h2c'],
    ['Accept', 'text/html'],
    ['X-Custom', 'a'],
    ['X-Custom', 'b'],
  ];

  it('drops what a client may not say and says it anew', () => {
    expect(pairs(requestHeaders(request(forged), web))).toEqual([
      ['host', 'localhost:3000'],
      ['cookie', 'session=1; sandbox_acting=mara'],
      ['accept', 'text/html'],
      ['x-custom', 'a'],
      ['x-custom', 'b'],
      ['x-forwarded-host', 'localhost:3000'],
      ['x-forwarded-proto', 'http'],
      ['x-forwarded-for', '127.0.0.1'],
      ['x-patchbay-gateway', 'the gateway token'],
    ]);
  });

  it('keeps token and session from every part but the web process', () => {
    for (const upstream of ['supabase', 'sandbox'] as const) {
      const sent = pairs(requestHeaders(request(forged), { ...web, upstream }));
      expect(sent.some(([name]) => name === 'x-patchbay-gateway')).toBe(false);
      expect(sent.filter(([name]) => name === 'cookie')).toEqual(
        upstream === 'sandbox' ? [['cookie', 'sandbox_acting=mara']] : [],
      );
    }
  });

  it("believes the operator's proxy about the client, and only its last word", () => {
    const publicUrl = 'https://hub.example';
    const rules = { ...web, publicUrl, isTrustedProxy: proxyTrust(undefined, publicUrl) };
    const sent = new Map(
      pairs(requestHeaders(request([['X-Forwarded-For', '6.6.6.6, 192.0.2.7']]), rules)),
    );
    expect(sent.get('x-forwarded-for')).toBe('192.0.2.7');
    expect(sent.get('x-forwarded-proto')).toBe('https');
    const nonsense = new Map(
      pairs(requestHeaders(request([['X-Forwarded-For', '<script>']]), rules)),
    );
    expect(nonsense.get('x-forwarded-for')).toBe('127.0.0.1');
  });

  it('keeps a body without a length framed', () => {
    const sent = pairs(requestHeaders(request([['Transfer-Encoding', 'chunked']]), web));
    expect(sent.filter(([name]) => name === 'transfer-encoding')).toEqual([
      ['transfer-encoding', 'chunked'],
    ]);
  });
});

it('answerHeaders keeps repeated headers and drops those of one connection', () => {
  const raw = ['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'Connection', 'close', 'Keep-Alive', 'x'];
  expect(answerHeaders(raw, 'close')).toEqual(['Set-Cookie', 'a=1', 'set-cookie', 'b=2']);
});

describe('clientAddress', () => {
  const publicUrl = 'https://hub.example';
  it.each([
    ['nobody in front', undefined, undefined, '9.9.9.9', '6.6.6.6', '9.9.9.9'],
    [
      'a loopback peer without a public address',
      undefined,
      undefined,
      '127.0.0.1',
      '6.6.6.6',
      '127.0.0.1',
    ],
    ['a proxy nearby', undefined, publicUrl, '10.1.2.3', '192.0.2.7', '192.0.2.7'],
    ['a stranger who claims to be one', undefined, publicUrl, '9.9.9.9', '192.0.2.7', '9.9.9.9'],
    [
      'what a client wrote in front',
      undefined,
      publicUrl,
      '127.0.0.1',
      '6.6.6.6, 192.0.2.7',
      '192.0.2.7',
    ],
    [
      'two proxies of the operator',
      '10.0.0.0/8, 203.0.113.9',
      publicUrl,
      '10.0.0.1',
      '6.6.6.6, 192.0.2.7, 203.0.113.9',
      '192.0.2.7',
    ],
    [
      'a list that names somebody else',
      '203.0.113.0/24',
      publicUrl,
      '10.0.0.1',
      '192.0.2.7',
      '10.0.0.1',
    ],
    ['an empty list', '', publicUrl, '127.0.0.1', '192.0.2.7', '127.0.0.1'],
    ['a proxy that noted nothing', undefined, publicUrl, '127.0.0.1', undefined, '127.0.0.1'],
    ['nonsense', undefined, publicUrl, '127.0.0.1', '<script>', '127.0.0.1'],
    [
      'IPv4 in the clothes of IPv6',
      undefined,
      publicUrl,
      '::ffff:127.0.0.1',
      '::ffff:192.0.2.7',
      '192.0.2.7',
    ],
    ['IPv6', 'fd00::/8', publicUrl, 'fd00::1', '2001:db8::7', '2001:db8::7'],
  ])('%s', (_, listed, url, peer, noted, wanted) => {
    expect(clientAddress(peer, noted, proxyTrust(listed, url))).toBe(wanted);
  });
});
