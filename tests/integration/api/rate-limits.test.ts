import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Api, createApi } from '#lib/api/index';
import { newId } from '#lib/core/index';
import { connect } from '#lib/db/index';
import type { WebEnv } from '#lib/env/index';
import { createWebHub, type WebHub } from '#lib/hub/web';
import { logger } from '#lib/observability/index';
import { POST as signIn } from '../../../app/api/auth/[...nextauth]/route.ts';
import { GET as callback } from '../../../app/api/oauth/[connector]/callback/route.ts';
import { type Person, request, startWeb, type WebFixture } from './web-fixture.ts';

const home = globalThis as { __patchbayWeb?: WebHub };
let web: WebFixture;
let api: Api;
let admin: Person;
let viewer: Person;
let workspaceId: string;
let connectionId: string;

beforeAll(async () => {
  web = await startWeb();
  home.__patchbayWeb = web.hub;
  api = web.api();
  [admin, viewer] = await Promise.all([web.person('admin'), web.person('viewer')]);
  workspaceId = await web.workspace('own', [
    [admin, 'admin'],
    [viewer, 'viewer'],
  ]);
  connectionId = newId();
  await web.admin`
    insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
    values (${connectionId}, ${workspaceId}, 'github', '1', 'ada', 'active')`;
});
afterAll(async () => {
  delete home.__patchbayWeb;
  await web.close();
});

const ask = (path: string, cookie?: string, options: Parameters<typeof request>[1] = {}) =>
  api.fetch(request(path, { cookie, ...options }));
const policyOf = (answer: Response) => answer.headers.get('ratelimit-policy');
const names = (answer: Response): string[] =>
  [...(policyOf(answer) ?? '').matchAll(/"([a-z-]+)"/g)].map(([, name]) => name ?? '');

/** As the gateway hands it on. */
const from = (address: string): Record<string, string> => ({
  host: 'localhost:3000',
  'x-patchbay-gateway': web.env.GATEWAY_TOKEN ?? '',
  'x-forwarded-host': 'localhost:3000',
  'x-forwarded-for': address,
});
const comeBack = (address: string) =>
  callback(
    new Request('http://localhost:3000/api/oauth/github/callback?state=x', {
      headers: from(address),
    }),
    {
      params: Promise.resolve({ connector: 'github' }),
    },
  );
const askToSignIn = (address: string) =>
  signIn(
    new Request('http://localhost:3000/api/auth/signin/github', {
      method: 'POST',
      headers: { ...from(address), origin: 'http://localhost:3000' },
    }),
    { params: Promise.resolve({ nextauth: ['signin', 'github'] }) },
  );

describe('every answer tells its limits', () => {
  it.each<[string, number, string[], () => Promise<Response>]>([
    ['a read', 200, ['api-session', 'api-user'], () => ask('/session', viewer.cookie)],
    [
      'a read about a workspace',
      200,
      ['api-session', 'api-user', 'workspace'],
      () => ask('/board', viewer.cookie, { query: { workspace_id: workspaceId } }),
    ],
    ['a guest’s', 401, ['api-address'], () => ask('/session')],
    ['a stale cookie’s', 401, ['api-address'], () => ask('/session', 'patchbay.session=x')],
    ['a public read', 200, ['api-address'], () => ask('/openapi.json')],
    ['an unknown address', 404, ['api-address'], () => ask('/nothing', viewer.cookie)],
    [
      'a wrong method',
      405,
      ['api-address'],
      () => ask('/session', viewer.cookie, { method: 'PUT' }),
    ],
    ['OPTIONS', 204, ['api-address'], () => ask('/session', viewer.cookie, { method: 'OPTIONS' })],
    [
      'a foreign page',
      403,
      ['api-address'],
      () =>
        ask('/sessions/x', viewer.cookie, {
          method: 'DELETE',
          headers: { origin: 'https://evil.test' },
        }),
    ],
    ['a wrong query', 400, ['api-session', 'api-user'], () => ask('/session?a=1', viewer.cookie)],
    [
      'somebody else’s row',
      404,
      ['api-session', 'api-user'],
      () => ask(`/records/${newId()}`, viewer.cookie),
    ],
    [
      'a call passed on',
      409,
      ['api-session', 'api-user', 'workspace', 'proxy'],
      async () => {
        await web.admin`update public.connections set status = 'disconnected' where id = ${connectionId}`;
        return ask(`/connections/${connectionId}/proxy/user`, admin.cookie, {
          headers: { origin: 'http://localhost:3000' },
        });
      },
    ],
    ['sign-in', 404, ['sign-in'], () => askToSignIn('192.0.2.1')],
    ['a callback', 303, ['oauth-callback'], () => comeBack('192.0.2.1')],
  ])('%s', async (_, status, wanted, send) => {
    const answer = await send();
    expect([answer.status, names(answer)]).toEqual([status, wanted]);
    const state = answer.headers.get('ratelimit') ?? '';
    for (const name of wanted) expect(state).toMatch(new RegExp(`"${name}";r=\\d+;t=\\d+`));
  });
});

describe('too many', () => {
  beforeEach(() => web.admin`truncate private.rate_limits`);

  it.each([
    ['sign-ins', askToSignIn],
    ['callbacks', comeBack],
  ])('%s of one address are 429 with the time to wait; another address is not', async (_, send) => {
    const statuses = new Set<number>();
    for (let n = 0; n < 120; n += 1) statuses.add((await send('198.51.100.7')).status);
    expect(statuses.has(429)).toBe(false);
    const refused = await send('198.51.100.7');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await refused.json()).toMatchObject({ 'violated-policies': [expect.any(String)] });
    expect((await send('198.51.100.8')).status).not.toBe(429);
    expect((await send('2001:db8::1')).status).not.toBe(429);
  });

  it('sign-ins are refused when nobody can count them, and the API is not', async () => {
    const db = connect({ url: 'postgres://nobody@127.0.0.1:1/x', name: 'none', max: 1 });
    const log = logger('test', 'silent');
    const env: WebEnv = { ...web.env, RATE_LIMITS: 'postgres' };
    const hub = createWebHub({ env, db, log });
    home.__patchbayWeb = hub;
    try {
      expect((await askToSignIn('192.0.2.2')).status).toBe(429);
      expect((await comeBack('192.0.2.2')).status).toBe(429);
      const open = await createApi(hub).fetch(request('/openapi.json'));
      expect([open.status, names(open)]).toEqual([200, ['api-address']]);
    } finally {
      home.__patchbayWeb = web.hub;
      await db.end({ timeout: 1 });
    }
  });

  it('of guests never keep somebody out who is signed in, at the same address', async () => {
    const send = (cookie?: string) => ask('/session', cookie, { headers: from('203.0.113.5') });
    let last = await send();
    for (let n = 0; n < 4_000 && last.status === 401; n += 1) last = await send();
    expect(last.status).toBe(429);
    expect((await send(viewer.cookie)).status).toBe(200);
  });
});

describe('the limits of a workspace', () => {
  const put = (name: string, limit: unknown, cookie = admin.cookie) =>
    ask(`/inbound-limits/${name}`, cookie, {
      method: 'PUT',
      query: { workspace_id: workspaceId },
      json: { limit },
    });

  it('are all shown, with what holds here', async () => {
    const answer = await ask('/inbound-limits', viewer.cookie, {
      query: { workspace_id: workspaceId },
    });
    const shown = (await answer.json()) as { counted_in: string; data: { name: string }[] };
    expect(shown.counted_in).toBe('postgres');
    expect(shown.data.map(({ name }) => name)).toEqual([
      'sign-in',
      'oauth-callback',
      'gateway-address',
      'api-address',
      'api-session',
      'api-user',
      'workspace',
      'proxy',
      'proxy-queue',
      'webhook-address',
      'webhook-source',
    ]);
  });

  it('an admin changes one: it holds at once, stands in the audit log, and can be undone', async () => {
    expect(await (await put('workspace', 5_000)).json()).toMatchObject({
      limit: 5_000,
      usual: 30_000,
    });
    const seen = await ask('/board', viewer.cookie, { query: { workspace_id: workspaceId } });
    expect(policyOf(seen)).toContain('"workspace";q=5000;w=60');
    expect(await (await put('workspace', null)).json()).toMatchObject({ limit: 30_000 });
    const audit = await web.admin`
      select subject, details from public.audit_log where action = 'limits.changed' order by id`;
    expect(audit).toMatchObject([
      { subject: 'workspace', details: { limit: 5_000 } },
      { subject: 'workspace', details: { limit: null } },
    ]);
  });

  it.each<[string, string, unknown, number]>([
    ['one that is the same for all', 'sign-in', 5, 400],
    ['below what lets its admins undo it', 'workspace', 10, 400],
    ['above what others share', 'webhook-source', 9_000_000, 400],
    ['that does not exist', 'nothing', 5, 404],
    ['with half a request', 'proxy', 1.5, 400],
    ['in words', 'proxy', '5', 400],
    ['below nothing', 'proxy', -1, 400],
  ])('a limit %s is refused', async (_, name, limit, status) => {
    expect((await put(name, limit)).status).toBe(status);
  });
});
