import { NextRequest } from 'next/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { config, middleware } from '../../../middleware.ts';

const ask = (path: string, cookie?: string) =>
  middleware(
    new NextRequest(`http://localhost:3000${path}`, {
      headers: { host: 'localhost:3000', ...(cookie ? { cookie } : {}) },
    }),
  );

afterEach(() => vi.unstubAllEnvs());

describe('the middleware', () => {
  it('leads a guest to the sign-in, and back to where they were going', () => {
    const answer = ask('/w/team/records?state=open&q=a%20b');
    expect(answer.status).toBe(307);
    const to = new URL(answer.headers.get('location') ?? '');
    expect(to.pathname).toBe('/sign-in');
    expect(to.searchParams.get('return_to')).toBe('/w/team/records?state=open&q=a%20b');
    expect(ask('/').headers.get('location')).toBe('http://localhost:3000/sign-in');
  });

  it.each(['/sign-in', '/invitations/abc', '/connect/error'])(
    'leaves %s open to guests',
    (path) => {
      expect(ask(path).headers.get('location')).toBeNull();
    },
  );

  it.each(['patchbay.session', '__Host-patchbay.session'])(
    'lets a bearer of %s on to the page, which checks',
    (name) => {
      expect(ask('/w/team', `${name}=anything`).headers.get('location')).toBeNull();
    },
  );

  it('sends a strict policy with a fresh nonce, and hands the same one to Next', () => {
    const [first, second] = [ask('/sign-in'), ask('/sign-in')];
    const policy = first.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/=]{16,}' 'strict-dynamic';/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    for (const part of [
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "object-src 'none'",
      "form-action 'self'",
      'ws://localhost:3000',
    ]) {
      expect(policy).toContain(part);
    }
    expect(second.headers.get('content-security-policy')).not.toBe(policy);
    expect(first.headers.get('x-middleware-request-content-security-policy')).toBe(policy);
  });

  // A nonce would turn inline styles off.
  it('lets development load the stylesheets of pages, and the inline styles of its tools', () => {
    const stylesIn = (mode: 'development' | 'production') => {
      vi.stubEnv('NODE_ENV', mode);
      const policy = ask('/sign-in').headers.get('content-security-policy') ?? '';
      return /(?:^|; )style-src ([^;]*)/.exec(policy)?.[1];
    };
    expect(stylesIn('development')).toBe("'self' 'unsafe-inline'");
    expect(stylesIn('production')).toMatch(/^'self' 'nonce-[A-Za-z0-9+/=]{16,}'$/);
  });

  it.each([
    ['/api/webhooks/github/x', false],
    ['/api/v1/session', false],
    ['/sandbox/github', false],
    ['/rest/v1/records', false],
    ['/realtime/v1/websocket', false],
    ['/_next/static/x.js', false],
    ['/icon.svg', false],
    ['/', true],
    ['/w/team/inbox', true],
    ['/sign-in', true],
    ['/apiary', true],
  ])('%s is its business: %s', (path, isIts) => {
    const [matcher = ''] = config.matcher;
    expect(new RegExp(`^${matcher}$`).test(path)).toBe(isIts);
  });
});
