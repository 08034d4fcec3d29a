import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAuthorization } from '#lib/connections/index';
import type { ConnectorManifest, OAuthMode } from '#lib/connectors/protocol/index';
import { newId } from '#lib/core/index';
import { sealTo } from '#lib/security/index';
import { manifest as fake } from './fake-provider.ts';
import { makeWorld, origin, type World } from './world.ts';

const mode = fake.auth[0] as OAuthMode;
const manifest: ConnectorManifest = { ...fake, name: 'openid', auth: [{ ...mode, nonce: true }] };
let world: World;

beforeAll(async () => {
  world = await makeWorld([manifest]);
  const id = newId();
  const { workspaceId } = world.owner;
  const { url } = world.provider;
  const endpoints = {
    authorizeUrl: `${url}/oauth/authorize`,
    tokenUrl: `${url}/oauth/token`,
    apiBaseUrl: `${url}/api`,
  };
  await world.admin`
    insert into public.apps (id, workspace_id, connector, client_id, endpoints)
    values (${id}, ${workspaceId}, 'openid', 'client-1', ${world.admin.json(endpoints)})`;
  const sealed = sealTo(world.web.sealKey, 's', {
    workspaceId,
    ownerId: id,
    field: 'client_secret',
  });
  await world.admin`
    insert into private.app_secrets (app_id, workspace_id, envelope, key_id)
    values (${id}, ${workspaceId}, ${sealed.envelope}, ${sealed.keyId})`;
});
afterAll(() => world.close());

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = (): number => Math.floor(Date.now() / 1000);
/** The signature is not looked at: the token comes from its issuer's own endpoint (OIDC Core §3.1.3.7). */
const idToken = (claims: object): string =>
  `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;

async function attempt(change: (claims: Record<string, unknown>) => string | null) {
  const started = await startAuthorization(world.web, world.owner, {
    workspaceId: world.owner.workspaceId,
    connector: 'openid',
    returnTo: '/',
    origin,
  });
  const page = new URL(started.authorize_url).searchParams;
  const claims = {
    iss: world.provider.url,
    aud: 'client-1',
    sub: '7',
    iat: seconds(),
    exp: seconds() + 60,
    nonce: page.get('nonce'),
  };
  const token = change(claims);
  world.provider.onToken = (_form, answer) =>
    answer(200, world.provider.issue(token === null ? {} : { id_token: token }));
  return world
    .finish({ state: page.get('state') ?? '', code: 'good-code' }, { connector: 'openid' })
    .then(
      () => 'connected',
      (error: { code: string }) => error.code,
    );
}

describe('an id token', () => {
  it('of this very sign-in is taken', async () => {
    expect(await attempt((claims) => idToken(claims))).toBe('connected');
  });

  it.each<[string, (claims: Record<string, unknown>) => string | null]>([
    ['is missing', () => null],
    ['is no token', () => 'abc'],
    ['has no nonce', (claims) => idToken({ ...claims, nonce: undefined })],
    ['has the nonce of another sign-in', (claims) => idToken({ ...claims, nonce: 'A'.repeat(43) })],
    ['is for another client', (claims) => idToken({ ...claims, aud: 'client-2' })],
    ['is from another issuer', (claims) => idToken({ ...claims, iss: 'https://evil.test' })],
    ['has ended', (claims) => idToken({ ...claims, exp: seconds() - 3_600 })],
    ['has no subject', (claims) => idToken({ ...claims, sub: undefined })],
  ])('that %s connects nobody', async (_name, change) => {
    const [before] = await world.admin`select count(*)::int as n from public.connections`;
    expect(await attempt(change)).toBe('connections.exchange_failed');
    const [after] = await world.admin`select count(*)::int as n from public.connections`;
    expect(after).toEqual(before);
  });
});
