import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { getConnection, startAuthorization } from '#lib/connections/index';
import { connectionSchema } from '#lib/connections/schema';
import { asUser } from '#lib/db/index';
import { makeWorld, origin, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.provider.tokenRequests.length = 0;
  world.provider.revocations.length = 0;
  world.provider.account = { id: '7', name: 'ada' };
});

const connections = () => world.admin`select count(*)::int as n from public.connections`;

describe('an authorization', () => {
  it('asks for a code with PKCE and its own redirect URI', async () => {
    const page = await world.begin();
    expect(Object.fromEntries(page)).toMatchObject({
      response_type: 'code',
      client_id: 'client-1',
      scope: 'repo user',
      code_challenge_method: 'S256',
      redirect_uri: `${origin}/api/oauth/fake/callback`,
    });
    const state = page.get('state') ?? '';
    expect(Buffer.from(state, 'base64url')).toHaveLength(32);
    const [row] = await world.admin`
      select * from private.oauth_states where state_hash = ${createHash('sha256').update(state).digest()}`;
    expect(row?.['session_id']).toBe(world.owner.sessionId);
    expect(JSON.stringify(row)).not.toContain(state);
  });

  it('becomes a connection whose credential only the worker can open', async () => {
    const page = await world.begin();
    const id = await world.finish({ state: page.get('state') ?? '', code: 'good-code' });
    const [form] = world.provider.tokenRequests;
    expect(Object.fromEntries(form ?? [])).toMatchObject({
      grant_type: 'authorization_code',
      code: 'good-code',
      client_id: 'client-1',
      client_secret: 'canary-client-secret',
      redirect_uri: `${origin}/api/oauth/fake/callback`,
    });
    const verifier = form?.get('code_verifier') ?? '';
    expect(createHash('sha256').update(verifier).digest('base64url')).toBe(
      page.get('code_challenge'),
    );
    const shown = await asUser(world.web.db, world.owner, (tx) =>
      getConnection(tx, { connectionId: id }),
    );
    expect(connectionSchema.parse(shown)).toMatchObject({
      status: 'active',
      account_id: '7',
      account_name: 'ada',
      scopes_asked: ['repo', 'user'],
      scopes_granted: ['repo', 'user'],
    });
    expect(Date.parse(shown.expires_at ?? '')).toBeGreaterThan(Date.now() + 3_000_000);
    const [stored] = await world.admin`
      select encode(envelope, 'escape') as envelope from private.credentials where connection_id = ${id}`;
    expect(stored?.['envelope']).not.toContain('access-');
    await expect(world.web.db`select envelope from private.credentials`).rejects.toMatchObject({
      code: '42501',
    });
    const [command] = await world.admin`
      select sealed, payload, progress from private.commands order by created_at desc limit 1`;
    expect(command?.['sealed']).toBeNull();
    expect(JSON.stringify(command)).not.toMatch(/good-code|access-|refresh-/);
  });

  it('of the same account is the same connection', async () => {
    const first = await world.connect();
    const before = await connections();
    expect(await world.connect()).toBe(first);
    expect(await connections()).toEqual(before);
  });

  it('of another account makes another connection, unless it was to reconnect', async () => {
    const first = await world.connect();
    world.provider.account = { id: '8', name: 'grace' };
    const page = await world.begin(world.owner, first);
    const [before] =
      await world.admin`select version from private.credentials where connection_id = ${first}`;
    await expect(world.finish({ state: page.get('state') ?? '', code: 'c' })).rejects.toMatchObject(
      { code: 'connections.account_mismatch' },
    );
    const [after] =
      await world.admin`select version from private.credentials where connection_id = ${first}`;
    expect(after).toEqual(before);
    expect(world.provider.revocations).toHaveLength(1);
    expect(await world.connect()).not.toBe(first);
  });

  it('reconnects in place', async () => {
    const first = await world.connect();
    await world.admin`update public.connections set status = 'needs_reauth' where id = ${first}`;
    const page = await world.begin(world.owner, first);
    expect(await world.finish({ state: page.get('state') ?? '', code: 'c' })).toBe(first);
    const [row] = await world.admin`select status from public.connections where id = ${first}`;
    expect(row?.['status']).toBe('active');
  });

  it('is refused in a foreign workspace, for a foreign connection and without an app', async () => {
    const request = {
      workspaceId: world.owner.workspaceId,
      connector: 'fake',
      returnTo: '/',
      origin,
    };
    await expect(startAuthorization(world.web, world.stranger, request)).rejects.toMatchObject({
      code: 'identity.forbidden',
    });
    const connectionId = await world.connect();
    await expect(
      startAuthorization(world.web, world.stranger, {
        ...request,
        workspaceId: world.stranger.workspaceId,
        connectionId,
      }),
    ).rejects.toMatchObject({ code: 'resource.not_found' });
    await expect(
      startAuthorization(world.web, world.owner, { ...request, connector: 'other' }),
    ).rejects.toMatchObject({ code: 'connections.app_missing' });
  });
});
