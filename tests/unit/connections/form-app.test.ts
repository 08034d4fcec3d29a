import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filledIn, judgeAddresses, takenPlace } from '#lib/connections/form-app';
import type { CheckedAddress } from '#lib/connections/form-app-shape';
import { httpApiKey, httpOauth } from '#lib/connectors/generic/index';
import { authOf } from '#lib/connectors/protocol/index';

const address = (name: CheckedAddress['name'], url: string): CheckedAddress => ({
  name,
  url,
  fault: null,
});
const form = (page: string, token: string, api = 'https://api.own.test') => [
  address('authorize_url', `${page}/authorize`),
  address('token_url', `${token}/token`),
  address('api_base_url', api),
];
const app = (name: string, page: string, token: string) =>
  takenPlace(name, false, {
    authorizeUrl: `${page}/authorize`,
    tokenUrl: `${token}/token`,
    revokeUrl: null,
    apiBaseUrl: page,
    webBaseUrl: page,
  });
const faulty = (addresses: CheckedAddress[]) =>
  addresses.filter(({ fault }) => fault !== null).map(({ name }) => name);

describe('the addresses of a form beside those of others', () => {
  it('are free where nobody else is', () => {
    expect(faulty(judgeAddresses(form('https://a.test', 'https://t.a.test'), []))).toEqual([]);
  });

  it('never reach a service that has a connector', () => {
    const github = takenPlace(
      'GitHub',
      true,
      { authorizeUrl: 'https://github.com/login/oauth/authorize' },
      ['api.github.com'],
    );
    const own = 'https://a.test';
    expect(faulty(judgeAddresses(form('https://github.com', own), [github]))).toEqual([
      'authorize_url',
    ]);
    expect(faulty(judgeAddresses(form(own, 'https://github.com'), [github]))).toEqual([
      'token_url',
    ]);
    expect(faulty(judgeAddresses(form(own, own, 'https://api.github.com'), [github]))).toEqual([
      'api_base_url',
    ]);
    // The same host as the resolver sees it, and as capitals and ports write it.
    for (const page of [
      'https://github.com.',
      'https://GitHub.com:443',
      'https://github.com.:443',
    ]) {
      expect(faulty(judgeAddresses(form(page, own), [github]))).toEqual(['authorize_url']);
    }
  });

  it('share a service with another app as a whole, and in no other way', () => {
    const hosts = ['https://a.test', 'https://b.test', 'https://c.test', 'https://d.test'];
    const host = fc.constantFrom(...hosts);
    fc.assert(
      fc.property(host, host, host, host, (page, token, ownPage, ownToken) => {
        const other = app('Other', page, token);
        const isFree = faulty(judgeAddresses(form(ownPage, ownToken), [other])).length === 0;
        const theirs = new Set([page, token]);
        const isSame = ownPage === page && theirs.has(ownToken);
        const isApart = !theirs.has(ownPage) && !theirs.has(ownToken);
        expect(isFree).toBe(isSame || isApart);
      }),
    );
  });

  it('keep what was wrong with them before', () => {
    const broken = { ...address('token_url', 'no address'), fault: 'no' };
    expect(judgeAddresses([broken], [])).toEqual([broken]);
  });
});

describe('a manifest that an app fills in', () => {
  const definition = {
    issuer: 'https://id.test',
    discovery: 'oidc' as const,
    token_auth: 'client_secret_post' as const,
    scopes: ['openid', 'read'],
    par_url: null,
  };

  it('is that of its service, with PKCE and the nonce of OpenID Connect', () => {
    const filled = filledIn(httpOauth.manifest, { title: 'Acme', definition });
    expect(filled.provider).toBe('Acme');
    expect(authOf(filled, 'oauth2')).toMatchObject({
      pkce: 'S256',
      nonce: true,
      par: false,
      issuer: 'https://id.test',
      tokenAuth: 'client_secret_post',
      scopes: { read: ['openid', 'read'], write: [], webhooks: [] },
    });
  });

  it('asks for no id token where openid is not among the scopes', () => {
    const plain = { ...definition, scopes: ['read'], issuer: null, discovery: null };
    const mode = authOf(
      filledIn(httpOauth.manifest, { title: 'Acme', definition: plain }),
      'oauth2',
    );
    expect(mode?.nonce).toBe(false);
    expect(mode).not.toHaveProperty('issuer');
    expect(mode).not.toHaveProperty('discovery');
  });

  it('stays as it is for a provider we know', () => {
    expect(filledIn(httpApiKey.manifest, { title: 'Acme', definition })).toBe(httpApiKey.manifest);
    expect(filledIn(httpOauth.manifest, { title: null, definition: null })).toBe(
      httpOauth.manifest,
    );
  });
});
