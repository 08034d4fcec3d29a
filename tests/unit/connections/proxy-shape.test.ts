import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf } from '#lib/connections/address-of';
import { answerHeadersOf, readTarget, requestHeadersOf } from '#lib/connections/proxy-shape';

const refusal = { code: 'request.invalid' };
/** What may become of a target, or null when it is refused. */
const reached = (target: string, base = 'https://api.example.com/api/v3'): URL | null => {
  try {
    const { path, query } = readTarget(target);
    const url = addressOf(base, { path });
    url.search = query;
    return url;
  } catch (error) {
    expect(error).toMatchObject({ name: 'HubError' });
    return null;
  }
};

describe('a target that is refused', () => {
  it.each([
    '',
    'user',
    'https://evil.test/',
    '//evil.test/',
    '///evil.test',
    '/\\evil.test',
    '/..',
    '/../admin',
    '/a/../../admin',
    '/.',
    '/a/./b',
    '/%2e%2e/admin',
    '/%2E./admin',
    '/a/%252e%252e/admin',
    '/a/%25252e%25252e/admin',
    '/..%2fadmin',
    '/a%2f..%2fadmin',
    '/a%5c..%5cadmin',
    '/..;/admin',
    '/a/..;x=1/admin',
    '/%2e%2e;/admin',
    '/a//b',
    '/%2f%2fevil.test',
    '/a%00b',
    '/a%0d%0aX-Evil:%201',
    '/a%250d%250aX-Evil:1',
    '/a b',
    '/a\r\nHost: evil.test',
    '/a\tb',
    '/a#b',
    '/a%zz',
    '/%c0%ae%c0%ae/admin',
    '/a%ff',
    '/a%',
    '/ä',
    '/a?b#c',
    '/a?b\r\nX: y',
    '/a?b\\c',
  ])('%j', (target) => {
    expect(() => readTarget(target)).toThrow(expect.objectContaining(refusal));
  });
});

describe('a target that is passed on as it stands', () => {
  it.each([
    '/',
    '/user',
    '/repos/o/r/labels/a%2Fb',
    '/repos/o/r/contents/.github/workflows',
    '/repos/o/r/compare/v1...v2',
    '/a/..b/c..d/...',
    '/a/',
    '/search?q=a+b%20c&expand[]=x&expand[]=y&at=https://x.test/../y',
    '/projects/@me;v=1',
  ])('%s', (target) => {
    const url = reached(target);
    expect(`${url?.pathname}${url?.search}`).toBe(`/api/v3${target}`);
  });
});

it('never reaches anything but what lies below the base, whatever is asked', () => {
  const signs = ['/', '//', '\\', '.', '..', '%2e', '%2E', '%2f', '%5c', '%252e', ';', '@', ':'];
  const texts = [
    '?',
    '#',
    'a',
    'evil.test',
    'https:',
    '%00',
    '%0d%0a',
    '\r\n',
    ' ',
    '\u2025',
    '%c0%ae',
  ];
  const pieces = fc.constantFrom(...signs, ...texts);
  const targets = fc.array(pieces, { maxLength: 9 }).map((parts) => `/${parts.join('')}`);
  fc.assert(
    fc.property(targets, (target) => {
      const url = reached(target);
      const isBelow = url?.host === 'api.example.com' && url.pathname.startsWith('/api/v3/');
      expect(url === null || isBelow).toBe(true);
      // No later reader finds a way up in it either.
      let text = url?.pathname ?? '';
      for (let round = 0; round < 4; round += 1) {
        expect(text).not.toMatch(/(^|[/\\])\.{1,2}([/\\;]|$)/);
        text = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        );
      }
    }),
    { numRuns: 3_000 },
  );
});

describe('headers', () => {
  it('of a caller: what describes the body, and nothing of who asks', () => {
    const sent: [string, string][] = [
      ['Accept', 'application/json'],
      ['Content-Type', 'application/json'],
      ['X-GitHub-Api-Version', '2022-11-28'],
      ['Stripe-Version', '2026-01-01'],
      ['Idempotency-Key', 'k'],
      ['Authorization', 'Bearer canary'],
      ['Cookie', 'session=canary'],
      ['Host', 'evil.test'],
      ['X-Forwarded-For', '127.0.0.1'],
      ['X-Forwarded-Host', 'evil.test'],
      ['X-HTTP-Method-Override', 'DELETE'],
      ['Content-Length', '5'],
      ['Transfer-Encoding', 'chunked'],
      ['Connection', 'x-secret'],
      ['Proxy-Authorization', 'canary'],
      ['Expect', '100-continue'],
      ['Upgrade', 'h2c'],
      ['Sec-Fetch-Site', 'same-origin'],
      ['X-Patchbay-Gateway', 'canary'],
    ];
    expect(requestHeadersOf(sent)).toEqual({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-github-api-version': '2022-11-28',
      'stripe-version': '2026-01-01',
      'idempotency-key': 'k',
    });
  });

  it.each(['a\r\nX-Evil: 1', 'a\nb', 'a\0b', 'ä', 'x'.repeat(2_049)])(
    'of a caller: no value %j',
    (value) => {
      expect(() => requestHeadersOf([['accept', value]])).toThrow(expect.objectContaining(refusal));
    },
  );

  it('of a service: no cookie, nothing that steers a browser', () => {
    const sent: [string, string][] = [
      ['Content-Type', 'text/html'],
      ['ETag', '"1"'],
      ['Link', '<https://api.example.com/?page=2>; rel="next"'],
      ['X-RateLimit-Remaining', '7'],
      ['RateLimit', '"x";r=1'],
      ['Retry-After', '3'],
      ['Set-Cookie', 'patchbay.session=evil'],
      ['Location', 'https://evil.test/'],
      ['Refresh', '0; url=https://evil.test/'],
      ['Clear-Site-Data', '"*"'],
      ['Access-Control-Allow-Origin', '*'],
      ['Content-Security-Policy', 'default-src *'],
      ['Strict-Transport-Security', 'max-age=0'],
      ['Service-Worker-Allowed', '/'],
      ['X-Patchbay-Answer', 'fault'],
      ['Content-Language', 'a\u0080'],
    ];
    expect(answerHeadersOf(sent)).toEqual({
      'content-type': 'text/html',
      etag: '"1"',
      link: '<https://api.example.com/?page=2>; rel="next"',
      'x-ratelimit-remaining': '7',
      ratelimit: '"x";r=1',
      'retry-after': '3',
    });
  });
});
