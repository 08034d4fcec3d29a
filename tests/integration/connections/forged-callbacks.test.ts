import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { finishAuthorization } from '#lib/connections/index';
import { makeWorld, origin, type World } from './world.ts';

let world: World;
let state: string;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  state = (await world.begin()).get('state') ?? '';
  world.provider.tokenRequests.length = 0;
});

/** The callback as a browser brings it; the worker runs, so that a leak would be seen. */
const call = (query: string, at: Parameters<World['finish']>[1] = {}) =>
  world.finish(query, at).then(
    () => 'connected',
    (error: { code: string }) => error.code,
  );

const other = 'A'.repeat(43);
const long = 'x'.repeat(3_000);

describe('a callback that is not the answer to this sign-in', () => {
  it.each<[string, () => string, string]>([
    ['no state', () => 'code=c', 'connections.state_missing'],
    ['an empty state', () => 'code=c&state=', 'connections.state_missing'],
    ['an error without state', () => 'error=access_denied', 'connections.state_missing'],
    ['an unknown state', () => `code=c&state=${other}`, 'connections.state_unknown'],
    [
      'a state with a letter changed',
      () => `code=c&state=${flip(state)}`,
      'connections.state_unknown',
    ],
    [
      'a state that was cut',
      () => `code=c&state=${state.slice(0, -1)}`,
      'connections.state_unknown',
    ],
    [
      'a state with something appended',
      () => `code=c&state=${state}x`,
      'connections.state_unknown',
    ],
    ['a state with a blank', () => `code=c&state=${state}%20`, 'connections.state_unknown'],
    ['a state as SQL', () => "code=c&state=' or true --", 'connections.state_unknown'],
    ['two states', () => `code=c&state=${state}&state=${other}`, 'connections.parameter_invalid'],
    [
      'the same state twice',
      () => `code=c&state=${state}&state=${state}`,
      'connections.parameter_invalid',
    ],
    ['two codes', () => `code=c&code=d&state=${state}`, 'connections.parameter_invalid'],
    ['a code and an error', () => `code=c&error=x&state=${state}`, 'connections.parameter_invalid'],
    ['neither code nor error', () => `state=${state}`, 'connections.parameter_invalid'],
    ['an empty code', () => `code=&state=${state}`, 'connections.parameter_invalid'],
    [
      'a code of 3,000 letters',
      () => `code=${long}&state=${state}`,
      'connections.parameter_invalid',
    ],
    [
      'a code with a line end',
      () => `code=a%0d%0ab&state=${state}`,
      'connections.parameter_invalid',
    ],
    [
      'a query of 9,000 letters',
      () => `code=c&state=${state}&x=${long}${long}${long}`,
      'connections.parameter_invalid',
    ],
    ['two issuers', () => `code=c&state=${state}&iss=a&iss=b`, 'connections.parameter_invalid'],
    [
      'another issuer',
      () => `code=c&state=${state}&iss=https://evil.test`,
      'connections.issuer_mismatch',
    ],
    ['an empty issuer', () => `code=c&state=${state}&iss=`, 'connections.issuer_mismatch'],
    [
      'error=access_denied',
      () => `error=access_denied&state=${state}`,
      'connections.access_denied',
    ],
    [
      'another error',
      () => `error=server_error&error_description=%3Cb%3E&state=${state}`,
      'connections.provider_refused',
    ],
    [
      'an error that is markup',
      () => `error=%22%3E%3Cscript%3E&state=${state}`,
      'connections.parameter_invalid',
    ],
  ])('%s', async (_name, query, code) => {
    expect(await call(query())).toBe(code);
    expect(world.provider.tokenRequests).toHaveLength(0);
  });

  it('has the issuer of the provider, and is taken then', async () => {
    const issuer = `${world.provider.url}/oauth`;
    expect(await call(`code=c&state=${state}&iss=${encodeURIComponent(issuer)}`)).toBe('connected');
  });

  it('comes in another session, or from another user', async () => {
    const attacker = { ...world.owner, sessionId: world.stranger.sessionId };
    for (const actor of [attacker, world.stranger]) {
      expect(await call(`code=c&state=${state}`, { actor })).toBe('connections.state_foreign');
    }
    expect(world.provider.tokenRequests).toHaveLength(0);
    // A stranger's attempt does not burn it for the one who began.
    expect(await call(`code=c&state=${state}`)).toBe('connected');
  });

  it('comes to the path of another connector, or to another origin', async () => {
    const query = `code=c&state=${state}`;
    expect(await call(query, { connector: 'other' })).toBe('connections.path_mismatch');
    expect(await call(query, { origin: 'http://localhost:3000' })).toBe(
      'connections.path_mismatch',
    );
    expect(world.provider.tokenRequests).toHaveLength(0);
  });

  it('comes again', async () => {
    expect(await call(`code=c&state=${state}`)).toBe('connected');
    expect(await call(`code=c&state=${state}`)).toBe('connections.state_reused');
    expect(world.provider.tokenRequests).toHaveLength(1);
  });

  it('comes after a refusal used the state', async () => {
    expect(await call(`error=access_denied&state=${state}`)).toBe('connections.access_denied');
    expect(await call(`code=c&state=${state}`)).toBe('connections.state_reused');
    expect(world.provider.tokenRequests).toHaveLength(0);
  });

  it('comes too late', async () => {
    await world.admin`update private.oauth_states set expires_at = now() - interval '1 second'
      where consumed_at is null`;
    expect(await call(`code=c&state=${state}`)).toBe('connections.state_expired');
    expect(world.provider.tokenRequests).toHaveLength(0);
  });

  it('comes from somebody who is no admin any more', async () => {
    await world.admin`insert into public.members (workspace_id, user_id, role)
      values (${world.owner.workspaceId}, ${world.stranger.userId}, 'admin')`;
    const guest = { ...world.stranger, workspaceId: world.owner.workspaceId };
    const page = await world.begin(guest);
    await world.admin`delete from public.members
      where workspace_id = ${guest.workspaceId} and user_id = ${guest.userId}`;
    const query = `code=c&state=${page.get('state')}`;
    expect(await call(query, { actor: guest })).toBe('identity.forbidden');
    expect(world.provider.tokenRequests).toHaveLength(0);
  });
});

describe('a callback that comes many times at once', () => {
  it('is one token request', async () => {
    const request = { connector: 'fake', origin, query: `code=c&state=${state}` };
    const outcomes = await world.during(
      Promise.allSettled(
        Array.from({ length: 20 }, () => finishAuthorization(world.web, world.owner, request)),
      ),
    );
    const refusals = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as { code: string }).code] : [],
    );
    expect(refusals).toEqual(Array.from({ length: 19 }, () => 'connections.state_reused'));
    expect(world.provider.tokenRequests).toHaveLength(1);
  });
});

const flip = (text: string): string => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
