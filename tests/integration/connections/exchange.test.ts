import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FakeProvider } from './fake-provider.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let usual: Pick<FakeProvider, 'onToken' | 'onApi'>;
beforeAll(async () => {
  world = await makeWorld();
  usual = { onToken: world.provider.onToken, onApi: world.provider.onApi };
});
afterAll(() => world.close());
afterEach(() => {
  Object.assign(world.provider, usual);
  world.provider.tokenRequests.length = 0;
  world.provider.revocations.length = 0;
});

async function attempt(): Promise<{ code: string; message: string } | string> {
  const page = await world.begin();
  return world
    .finish({ state: page.get('state') ?? '', code: 'good-code' })
    .catch(({ code, message }: { code: string; message: string }) => ({ code, message }));
}

const failed = 'connections.exchange_failed';

describe('a token endpoint', () => {
  it.each<[string, number, unknown, RegExp]>([
    ['an error with status 200', 200, { error: 'bad_verification_code' }, /bad_verification_code/],
    ['an error with status 400', 400, { error: 'invalid_grant' }, /invalid_grant/],
    ['that the client is wrong', 200, { error: 'incorrect_client_credentials' }, /Settings/],
    [
      'an error that is markup',
      400,
      { error: '<script>' },
      /refused the sign-in \(unnamed_error\)/,
    ],
    ['no access_token', 200, { token_type: 'bearer' }, /without a usable token/],
    ['an empty access_token', 200, { access_token: '', token_type: 'bearer' }, /usable token/],
    ['a token that is no text', 200, { access_token: 7, token_type: 'bearer' }, /usable token/],
    ['another token type', 200, { access_token: 'a', token_type: 'mac' }, /usable token/],
    ['a DPoP token', 200, { access_token: 'a', token_type: 'DPoP' }, /usable token/],
    ['no token type', 200, { access_token: 'a' }, /usable token/],
    ['a list', 200, [], /usable token/],
    ['HTML', 200, '<html>login</html>', /usable token/],
    ['nothing', 200, '', /usable token/],
    ['JSON that breaks off', 200, '{"access_token":"a"', /usable token/],
    ['a redirect', 302, '', /answered 302/],
    ['404 as HTML', 404, '<html>', /answered 404/],
    ['a fault', 503, 'down', /has a fault \(503\)/],
    ['that we ask too much', 429, '', /asks us to wait/],
    ['10 MB', 200, 'x'.repeat(10_000_000), /more than 65536 bytes/],
  ])('that answers %s connects nobody', async (_name, status, body, message) => {
    world.provider.onToken = (_form, answer) => answer(status, body);
    expect(await attempt()).toEqual({ code: failed, message: expect.stringMatching(message) });
    expect(world.provider.tokenRequests).toHaveLength(1);
    expect(await world.admin`select 1 from public.connections`).toHaveLength(0);
  });

  it('that answers nothing at all is given up, and connects nobody', async () => {
    world.provider.onToken = () => undefined;
    expect(await attempt()).toEqual({ code: failed, message: expect.stringMatching(/in time/) });
    expect(world.provider.tokenRequests).toHaveLength(1);
    expect(await world.admin`select 1 from public.connections`).toHaveLength(0);
  });

  it('that says a key twice, or gives fewer scopes than were asked for, is told as it is', async () => {
    world.provider.onToken = (_form, answer) => {
      const { access_token: token } = world.provider.issue();
      answer(
        200,
        `{"access_token":"x","access_token":"${String(token)}","token_type":"Bearer","scope":"user"}`,
      );
    };
    const id = await attempt();
    const [row] = await world.admin`
      select scopes_asked, scopes_granted from public.connections where id = ${typeof id === 'string' ? id : null}`;
    expect(row).toEqual({ scopes_asked: ['repo', 'user'], scopes_granted: ['user'] });
    await world.admin`delete from public.connections`;
  });

  it('that cannot be reached connects nobody', async () => {
    await world.admin`update public.apps set endpoints = endpoints || '{"tokenUrl":"https://127.0.0.1:1/t"}'`;
    expect(await attempt()).toMatchObject({ code: failed });
    await world.admin`update public.apps set endpoints = endpoints || ${world.admin.json({ tokenUrl: `${world.provider.url}/oauth/token` })}`;
  });

  it.each<[string, unknown, boolean]>([
    ['a number', 3600, true],
    ['the text "3600"', '3600', true],
    ['zero', 0, false],
    ['a thousand years', 31_536_000_000, false],
  ])('that says expires_in as %s is understood', async (_name, life, expires) => {
    world.provider.onToken = (_form, answer) =>
      answer(200, world.provider.issue({ expires_in: life }));
    const id = await attempt();
    const [row] =
      await world.admin`select expires_at from public.connections where id = ${typeof id === 'string' ? id : null}`;
    expect(row?.['expires_at'] !== null).toBe(expires);
  });
});

describe('an account that cannot be read', () => {
  it.each<[string, number, unknown, string]>([
    ['the token is refused at once', 401, { message: 'no' }, failed],
    ['it is not allowed', 403, { message: 'no' }, 'provider.forbidden'],
    ['it makes no sense', 200, { login: 'x' }, 'provider.bad_answer'],
  ])('because %s connects nobody and gives the access back', async (_name, status, body, code) => {
    const [before] = await world.admin`select count(*)::int as n from public.connections`;
    world.provider.onApi = (_path, _token, answer) => answer(status, body);
    world.provider.account = { id: `new-${status}`, name: 'x' };
    expect(await attempt()).toMatchObject({ code });
    expect(world.provider.revocations).toHaveLength(1);
    const [after] = await world.admin`select count(*)::int as n from public.connections`;
    expect(after).toEqual(before);
  });
});

describe('a worker that dies', () => {
  it('after the exchange is followed by one that goes on without another', async () => {
    const page = await world.begin();
    const death = new AbortController();
    world.provider.onApi = () => death.abort();
    const finished = world.finishOnly({ state: page.get('state') ?? '', code: 'once' });
    await world.workUntil(() => death.signal.aborted, death.signal);
    world.provider.onApi = usual.onApi;
    expect(await world.during(finished)).toBeTruthy();
    expect(world.provider.tokenRequests).toHaveLength(1);
  });

  it('during the exchange has lost the code, and says so', async () => {
    const page = await world.begin();
    const death = new AbortController();
    world.provider.onToken = () => death.abort();
    const finished = world.finishOnly({ state: page.get('state') ?? '', code: 'once' });
    await world.workUntil(() => death.signal.aborted, death.signal);
    world.provider.onToken = usual.onToken;
    await expect(world.during(finished)).rejects.toMatchObject({
      code: failed,
      message: expect.stringContaining('good only once'),
    });
    expect(world.provider.tokenRequests).toHaveLength(1);
  });
});
