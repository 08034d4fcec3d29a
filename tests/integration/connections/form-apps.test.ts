import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  alertIncidents,
  type ConnectionAlert,
  getConnection,
  openConnection,
  startAuthorization,
} from '#lib/connections/index';
import { asUser } from '#lib/db/index';
import { connector, type FormAppWorld, makeFormAppWorld } from './form-app-world.ts';
import { walk } from './oidc-issuer.ts';
import { origin } from './world.ts';

let place: FormAppWorld;
let acme: { id: string };
let zeta: { id: string };
beforeAll(async () => {
  place = await makeFormAppWorld();
  acme = await place.put('acme', place.filled('acme'));
  zeta = await place.put('zeta', place.filled('zeta'));
});
afterAll(() => place.close());

const codeOf = (error: unknown): string => (error as { code: string }).code;
const faultsOf = (error: unknown): { field: string; reason: string }[] =>
  (error as { details?: { errors?: { field: string; reason: string }[] } }).details?.errors ?? [];
const asked = (slug: 'acme' | 'zeta', path: string) =>
  place.issuers[slug].asked.filter((one) => one === path).length;

describe('an app that a form describes', () => {
  it('is found by the service’s own description, every address shown and checked', async () => {
    const { url } = place.issuers.acme;
    const check = await place.check({ issuer: url, api_base_url: `${url}/` }, 'acme');
    expect(check).toMatchObject({
      issuer: url,
      discovery: 'oidc',
      names_itself: true,
      is_usable: true,
    });
    expect(check.scopes).toContain('offline_access');
    expect(Object.fromEntries(check.addresses.map(({ name, fault }) => [name, fault]))).toEqual({
      issuer: null,
      authorize_url: null,
      token_url: null,
      revoke_url: null,
      par_url: null,
      api_base_url: null,
    });
  });

  it('keeps its addresses, its own redirect URI and no secret in the clear', async () => {
    const rows = await place.world.admin`
      select slug, title, definition, endpoints, client_id from public.apps
      where connector = ${connector} order by slug`;
    expect(rows.map(({ slug }) => slug)).toEqual(['acme', 'zeta']);
    expect(rows[0]?.['endpoints']).toMatchObject({
      tokenUrl: `${place.issuers.acme.url}/token`,
      revokeUrl: `${place.issuers.acme.url}/token/revocation`,
      accountPath: '/user',
    });
    expect(JSON.stringify(rows)).not.toContain('client-secret-of-the-issuer');
  });

  it('connects by PKCE, a pushed request, nonce and issuer, and the connection names it', async () => {
    const page = await place.begin(acme.id);
    expect([...page.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    const answer = await walk(page.href, 'ida', place.home('acme'));
    const id = await place.finish('acme', answer);
    const { owner, web } = place.world;
    const connection = await asUser(web.db, owner, (tx) => getConnection(tx, { connectionId: id }));
    expect(connection).toMatchObject({
      connector,
      app_title: 'ACME',
      auth_kind: 'oauth2',
      account_id: `${place.issuers.acme.hostPort}/ida`,
      status: 'active',
      scopes_asked: ['openid', 'offline_access', 'tasks'],
    });
    expect(asked('zeta', '/token')).toBe(0);
  });

  it('renews its access, calls the API with it, and gives it back', async () => {
    const id = await place.connect('zeta', zeta.id, 'rita');
    const { owner, worker, admin } = place.world;
    const at = { workspaceId: owner.workspaceId, connectionId: id };
    const usual = worker.clock;
    worker.clock = { ...usual, now: () => usual.now() + 3_595_000 };
    const opened = await openConnection(worker, at, {
      lane: 'edit',
      signal: new AbortController().signal,
    });
    expect(await opened.api.account(opened.ctx)).toMatchObject({
      id: `${place.issuers.zeta.hostPort}/rita`,
    });
    worker.clock = usual;
    expect(place.issuers.zeta.refreshes.get('rita')).toBe(1);
    expect(place.issuers.zeta.revoked).toBe(0);
    const before = asked('zeta', '/token/revocation');
    await place.world.end(owner, at);
    await place.world.work();
    expect(asked('zeta', '/token/revocation')).toBeGreaterThan(before);
    const [row] = await admin`select status, receipt from public.connections where id = ${id}`;
    expect(row?.['status']).toBe('disconnected');
  });

  it('renews in place by its own app alone, and with the same account alone', async () => {
    const id = await place.connect('acme', acme.id, 'uma');
    expect(faultsOf(await place.begin(zeta.id, id).catch((error: unknown) => error))).toEqual([
      { field: 'app_id', reason: 'is another' },
    ]);
    const page = await place.begin(acme.id, id);
    const wrong = await walk(page.href, 'mallory', place.home('acme'));
    expect(await place.finish('acme', wrong).catch(codeOf)).toBe('connections.account_mismatch');
    const again = await walk((await place.begin(acme.id, id)).href, 'uma', place.home('acme'));
    expect(await place.finish('acme', again)).toBe(id);
  });

  it('does not take over what another app has connected at the same API', async () => {
    const second = await place.put('acme-two', place.filled('acme', { title: 'Second' }));
    const id = await place.connect('acme', acme.id, 'tom');
    const page = await place.begin(second.id);
    const answer = await walk(page.href, 'tom', place.home('acme-two'));
    expect(await place.finish('acme-two', answer).catch(codeOf)).toBe(
      'connections.account_mismatch',
    );
    const rows = await place.world.admin`
      select id, app_id from public.connections where account_name like 'tom%'`;
    expect(rows.map((row) => ({ ...row }))).toEqual([{ id, app_id: acme.id }]);
  });

  it('is what its people are told of when a connection of it has to be made again', async () => {
    const id = await place.connect('zeta', zeta.id, 'nora');
    const { admin, worker } = place.world;
    await admin`update public.connections set status = 'needs_reauth' where id = ${id}`;
    const told: string[] = [];
    const tell = async (_tx: unknown, { provider }: ConnectionAlert) => void told.push(provider);
    await alertIncidents({ db: worker.db, registry: worker.registry, tell });
    expect(told).toEqual(['ZETA']);
  });

  it('must be named, and be one of this workspace', async () => {
    const start = (appId: string | undefined, member = place.world.owner) =>
      startAuthorization(place.world.web, member, {
        workspaceId: member.workspaceId,
        connector,
        appId,
        returnTo: '/',
        origin,
      }).catch((error: unknown) => error);
    expect(faultsOf(await start(undefined))).toEqual([{ field: 'app_id', reason: 'is missing' }]);
    expect(codeOf(await start(acme.id, place.world.stranger))).toBe('connections.app_missing');
    expect(codeOf(await start(crypto.randomUUID()))).toBe('connections.app_missing');
  });
});

describe('the redirect URI of an app', () => {
  it.each([
    [
      'another app of the connector',
      (): [string, string] => [place.world.owner.workspaceId, 'zeta'],
    ],
    ['the same name in another workspace', () => [place.world.stranger.workspaceId, 'acme']],
    ['its name in capitals', () => [place.world.owner.workspaceId, 'ACME']],
  ] satisfies [string, () => [string, string]][])(
    'is not %s: no code reaches a token endpoint',
    async (_name, path) => {
      const answer = await walk((await place.begin(acme.id)).href, 'eve', place.home('acme'));
      const tokens = asked('acme', '/token') + asked('zeta', '/token');
      const [workspaceId, slug] = path();
      const refused = await place.world
        .finish(answer.toString(), { connector, app: { workspaceId, slug } })
        .catch(codeOf);
      expect(refused).toBe('connections.path_mismatch');
      const bare = await place.world.finish(answer.toString(), { connector }).catch(codeOf);
      expect(bare).toBe('connections.path_mismatch');
      expect(asked('acme', '/token') + asked('zeta', '/token')).toBe(tokens);
    },
  );

  it('takes no answer of the other issuer', async () => {
    const page = await place.begin(acme.id);
    const other = await walk((await place.begin(zeta.id)).href, 'eve', place.home('zeta'));
    const mine = await walk(page.href, 'eve', place.home('acme'));
    const tokens = asked('acme', '/token') + asked('zeta', '/token');
    other.set('state', mine.get('state') ?? '');
    const refused: unknown = await place.finish('acme', other).catch((error: unknown) => error);
    expect(codeOf(refused)).toBe('connections.issuer_mismatch');
    expect(String(refused)).toContain('another issuer than ACME');
    expect(asked('acme', '/token') + asked('zeta', '/token')).toBe(tokens);
  });

  it('says of which app it speaks when the service refuses', async () => {
    const answer = await walk((await place.begin(zeta.id)).href, 'eve', place.home('zeta'));
    answer.delete('code');
    answer.set('error', 'access_denied');
    const refused: unknown = await place.finish('zeta', answer).catch((error: unknown) => error);
    expect(codeOf(refused)).toBe('connections.access_denied');
    expect(String(refused)).toContain('not granted at ZETA');
  });
});
