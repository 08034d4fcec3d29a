import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finishAuthorization, startAuthorization } from '#lib/connections/index';
import { type IssuerWorld, issuerHome, makeIssuerWorld } from './issuer-world.ts';
import { walk } from './oidc-issuer.ts';
import { origin } from './world.ts';

let place: IssuerWorld;
beforeAll(async () => {
  place = await makeIssuerWorld({ accessTokenSeconds: 3_600, requiresPush: true });
});
afterAll(() => place.close());

const codeOf = (error: unknown): string => (error as { code: string }).code;
const finish = (answer: URLSearchParams) =>
  place.world.finish(answer.toString(), { connector: 'oidc' });
const tokenRequests = () => place.issuer.asked.filter((path) => path === '/token').length;

describe('an issuer that describes itself', () => {
  it('takes the request by the back door: the browser carries nothing but its name', async () => {
    const page = await place.begin();
    expect(page.origin).toBe(place.issuer.url);
    expect([...page.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    expect(place.issuer.asked).toContain('/request');
    // The request held the state: neither its command nor its reply shows it.
    const rows = await place.world.admin`
      select payload, sealed, reply from private.commands where kind = 'connections.authorize'`;
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row['sealed']).toBeNull();
    expect(JSON.stringify(rows)).not.toMatch(/state|verifier|challenge/);
  });

  it('connects with code, PKCE, nonce and issuer, and says what was granted', async () => {
    const page = await place.begin();
    const answer = await walk(page.href, 'ida', issuerHome);
    expect(answer.get('iss')).toBe(place.issuer.url);
    const id = await finish(answer);
    const [row] = await place.world.admin`
      select account_id, scopes_asked, scopes_granted, expires_at from public.connections where id = ${id}`;
    expect(row).toMatchObject({
      scopes_asked: ['openid', 'offline_access', 'tasks', 'tasks:write'],
    });
    expect(row?.['expires_at']).not.toBeNull();
  });

  it.each<[string, (iss: string) => string | null]>([
    ['without the iss it promises', () => null],
    ['with another', () => 'https://evil.test'],
    ['with a slash behind', (iss) => `${iss}/`],
    ['in capitals', (iss) => iss.toUpperCase()],
    ['with its path', (iss) => `${iss}/auth`],
    ['as an empty text', () => ''],
  ])('is not believed %s, and its token endpoint is not asked', async (_name, change) => {
    const answer = await walk((await place.begin()).href, 'eve', issuerHome);
    const iss = change(answer.get('iss') ?? '');
    if (iss === null) answer.delete('iss');
    else answer.set('iss', iss);
    const before = tokenRequests();
    expect(await finish(answer).catch(codeOf)).toBe('connections.issuer_mismatch');
    expect(tokenRequests()).toBe(before);
  });

  it('is asked for one thing more in place, and for nothing it was not asked for', async () => {
    const id = await place.connect('uma', ['read']);
    const scopes = async () => {
      const [row] = await place.world.admin<{ asked: string[]; granted: string[] }[]>`
        select scopes_asked as asked, scopes_granted as granted from public.connections where id = ${id}`;
      return row;
    };
    const few = ['openid', 'offline_access', 'tasks'];
    expect((await scopes())?.asked).toEqual(few);
    expect((await scopes())?.granted.toSorted()).toEqual(few.toSorted());
    const page = await place.begin(['write'], id);
    expect(await finish(await walk(page.href, 'uma', issuerHome))).toBe(id);
    const more = [...few, 'tasks:write'];
    expect((await scopes())?.asked.toSorted()).toEqual(more.toSorted());
    expect((await scopes())?.granted.toSorted()).toEqual(more.toSorted());
  });

  it('refuses another account in place, and gives its access back', async () => {
    const id = await place.connect('vera');
    const page = await place.begin(undefined, id);
    const answer = await walk(page.href, 'mallory', issuerHome);
    const before = place.issuer.asked.filter((path) => path === '/token/revocation').length;
    expect(await finish(answer).catch(codeOf)).toBe('connections.account_mismatch');
    // Refresh token and access token.
    expect(place.issuer.asked.filter((path) => path === '/token/revocation').length).toBe(
      before + 2,
    );
  });

  it('cannot be finished with the verifier of another sign-in', async () => {
    const [mine, theirs] = [await place.begin(), await place.begin()];
    const answer = await walk(mine.href, 'nora', issuerHome);
    await walk(theirs.href, 'nora', issuerHome);
    // The verifier of another sign-in, sealed for this one by whoever could write the row.
    await place.world.admin`
      update private.oauth_states set verifier = (
        select verifier from private.oauth_states where consumed_at is null order by created_at desc limit 1)
      where consumed_at is null`;
    expect(await finish(answer).catch(codeOf)).toBe('security.sealed_value_invalid');
    const told = await place.world.admin`
      select details from public.audit_log where action = 'security.sealed_value_refused'`;
    expect(told.map((row) => row['details'])).toContainEqual({
      field: 'pkce_verifier',
      reason: 'changed',
    });
  });
});

describe('a reply that comes late', () => {
  it('still completes the connection, and the callback said that it would', async () => {
    const page = await place.world.begin();
    const gaveUp = finishAuthorization(place.world.web, place.world.owner, {
      connector: 'fake',
      origin,
      query: `code=good-code&state=${page.get('state') ?? ''}`,
      waitMs: 50,
    });
    // Nobody works meanwhile.
    await expect(gaveUp).rejects.toMatchObject({ code: 'commands.timeout', retry: 'later' });
    const [waiting] = await place.world.admin`
      select status, sealed is not null as is_sealed, payload from private.commands where status = 'pending'`;
    expect(waiting).toMatchObject({ is_sealed: true });
    expect(JSON.stringify(waiting)).not.toContain('good-code');
    await place.world.work();
    const [made] = await place.world.admin`
      select status from public.connections where connector = 'fake'`;
    expect(made?.['status']).toBe('active');
  });

  it('and a page that cannot be asked for says so in time', async () => {
    const asked = startAuthorization(place.world.web, place.world.owner, {
      workspaceId: place.world.owner.workspaceId,
      connector: 'oidc',
      returnTo: '/',
      origin,
    });
    place.world.kinds['connections.authorize'] = {
      isForWaiting: true,
      run: () => Promise.reject(new Error('gone')),
    };
    await expect(place.world.during(asked)).rejects.toMatchObject({ code: 'internal.unexpected' });
  });
});
