import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  draftOf,
  isComplete,
  placeOf,
  slugOf,
  toInput,
} from '@/components/settings/form-app-draft';
import { formAppInputSchema, slugPattern } from '@/lib/connections/schema';

describe('the short name', () => {
  it.each([
    ['Acme CRM (EU)', 'acme-crm-eu'],
    ['  Ürgüp & Söhne ', 'urgup-sohne'],
    ['42 things', 'things'],
    ['日本', ''],
  ])('of %s is %s', (title, slug) => expect(slugOf(title)).toBe(slug));

  it('is one the hub takes, or none at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (title) => {
        const slug = slugOf(title);
        expect(slug === '' || slugPattern.test(slug)).toBe(true);
      }),
    );
  });
});

describe('the draft of an app', () => {
  const full = {
    ...draftOf(null),
    title: 'Acme',
    slug: 'acme',
    issuer: ' https://id.test ',
    token_url: 'https://elsewhere.test/token',
    api_base_url: 'https://api.test',
    account_path: '/me',
    scopes: ' openid  read ',
    client_id: 'id',
    client_secret: 'secret',
  };

  it('asks about a service once there is enough to ask about', () => {
    expect(placeOf(draftOf(null))).toBeNull();
    expect(placeOf({ ...full, api_base_url: '' })).toBeNull();
    expect(placeOf(full)).toEqual({ issuer: 'https://id.test', api_base_url: 'https://api.test' });
  });

  it('says nothing of the way that was not chosen', () => {
    expect(placeOf({ ...full, way: 'hand' })).toEqual({
      token_url: 'https://elsewhere.test/token',
      api_base_url: 'https://api.test',
    });
  });

  it('becomes what the hub takes', () => {
    const place = placeOf(full);
    expect(isComplete(full)).toBe(true);
    expect(isComplete({ ...full, client_secret: '' })).toBe(false);
    const input = place && formAppInputSchema.parse(toInput(full, place));
    expect(input?.scopes).toEqual(['openid', 'read']);
  });

  it('is the app as it stands, without its secret', () => {
    const draft = draftOf({
      id: '0198c1f0-0000-7000-8000-000000000000',
      connector: 'http_oauth',
      slug: 'acme',
      title: 'Acme',
      client_id: 'id',
      is_preset: false,
      updated_at: '2026-11-21T10:00:00.000Z',
      endpoints: { tokenUrl: 'https://id.test/token', apiBaseUrl: 'https://api.test' },
      definition: {
        issuer: 'https://id.test',
        discovery: 'oidc',
        token_auth: 'client_secret_post',
        scopes: ['read'],
        par_url: null,
      },
    });
    expect(draft).toMatchObject({ way: 'issuer', issuer: 'https://id.test', client_secret: '' });
    expect(isComplete(draft)).toBe(false);
  });
});
