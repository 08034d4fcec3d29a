import { describe, expect, it } from 'vitest';
import { isFromGateway, isSameOrigin, requestAddress, requestOrigin } from '#lib/identity/index';

const gatewayToken = 'a-gateway-token-of-tests';
const local = { publicUrl: null, gatewayToken };
const hosted = { publicUrl: 'https://hub.example', gatewayToken };
const of = (headers: Record<string, string>) => new Headers(headers);
const gateway = (headers: Record<string, string>) =>
  of({ 'x-patchbay-gateway': gatewayToken, ...headers });

describe('the origin of a request', () => {
  it.each([
    'localhost:3000',
    '127.0.0.1:3000',
    '[::1]:3000',
    'localhost',
    'a.localhost:80',
    '127.9.9.9:1',
  ])('is any loopback name: %s', (host) => {
    expect(requestOrigin(of({ host }), local)).toBe(`http://${host}`);
  });

  it.each([
    'evil.test',
    'localhost.evil.test',
    '127.0.0.1.evil.test',
    '',
    'localhost:3000@evil.test',
    '10.0.0.1',
    'localhost:',
    'a b',
  ])('is refused elsewhere: "%s"', (host) => {
    expect(() => requestOrigin(of({ host }), local)).toThrow(
      expect.objectContaining({ code: 'request.host_refused' }),
    );
  });

  it('believes forwarded headers beside the gateway’s token alone', () => {
    const forwarded = {
      host: '127.0.0.1:9',
      'x-forwarded-host': 'localhost:3000',
      'x-forwarded-proto': 'https',
    };
    expect(requestOrigin(of(forwarded), local)).toBe('http://127.0.0.1:9');
    expect(requestOrigin(gateway(forwarded), local)).toBe('https://localhost:3000');
    const wrong = of({ ...forwarded, 'x-patchbay-gateway': 'another-token' });
    expect(requestOrigin(wrong, local)).toBe('http://127.0.0.1:9');
    expect(requestOrigin(gateway(forwarded), { ...local, gatewayToken: null })).toBe(
      'http://127.0.0.1:9',
    );
    expect(isFromGateway(gateway({}), local)).toBe(true);
  });

  it('is PUBLIC_URL where there is one, and no other name', () => {
    expect(requestOrigin(of({ host: 'hub.example' }), hosted)).toBe('https://hub.example');
    expect(
      requestOrigin(gateway({ host: '127.0.0.1:9', 'x-forwarded-host': 'hub.example' }), hosted),
    ).toBe('https://hub.example');
    expect(() => requestOrigin(of({ host: 'other.example' }), hosted)).toThrow(
      expect.objectContaining({ code: 'request.host_refused' }),
    );
  });
});

describe('a write', () => {
  it.each([
    [{ origin: 'http://localhost:3000' }, true],
    [{ origin: 'http://127.0.0.1:3000' }, false],
    [{ origin: 'https://localhost:3000' }, false],
    [{ origin: 'http://localhost' }, false],
    [{ origin: 'null' }, false],
    [{ origin: '' }, false],
    [{}, false],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{ 'sec-fetch-site': 'none' }, false],
    [{ origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' }, false],
  ])('with %j comes from this hub: %s', (headers, verdict) => {
    expect(isSameOrigin(of({ host: 'localhost:3000', ...headers }), local)).toBe(verdict);
  });
});

describe('the address', () => {
  it('is the one the gateway saw, the last it names', () => {
    expect(requestAddress(gateway({ 'x-forwarded-for': '1.1.1.1, 2.2.2.2' }), local)).toBe(
      '2.2.2.2',
    );
    expect(requestAddress(of({ 'x-forwarded-for': '1.1.1.1' }), local)).toBeNull();
    expect(requestAddress(gateway({}), local)).toBeNull();
  });
});
