import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { GET } from '../../../app/api/oauth/[connector]/[workspace]/[app]/callback/route.ts';
import { ask, type Person, startWeb, type WebFixture } from './web-fixture.ts';

let web: WebFixture;
let admin: Person;
let other: Person;
let workspaceId: string;
let elsewhere: string;
const apps: Record<string, string> = {};
const home = globalThis as { __patchbayWeb?: WebFixture['hub'] };

const putApp = async (slug: string) => {
  const id = newId();
  const base = `https://${slug}.example.test`;
  const definition = {
    issuer: base,
    discovery: null,
    token_auth: 'client_secret_basic',
    scopes: ['read'],
    par_url: null,
  };
  const endpoints = {
    authorizeUrl: `${base}/authorize`,
    tokenUrl: `${base}/token`,
    revokeUrl: null,
    apiBaseUrl: base,
    webBaseUrl: base,
    accountPath: '/me',
  };
  await web.admin`
    insert into public.apps (id, workspace_id, connector, client_id, slug, title, definition, endpoints)
    values (${id}, ${workspaceId}, 'http_oauth', 'client', ${slug}, ${slug},
      ${web.admin.json(definition)}, ${web.admin.json(endpoints)})`;
  apps[slug] = id;
};

beforeAll(async () => {
  web = await startWeb();
  home.__patchbayWeb = web.hub;
  [admin, other] = await Promise.all([web.person('admin'), web.person('other')]);
  workspaceId = await web.workspace('own', [[admin, 'admin']]);
  elsewhere = await web.workspace('elsewhere', [[other, 'owner']]);
  await putApp('acme');
  await putApp('zeta');
});
afterAll(async () => {
  delete home.__patchbayWeb;
  await web.close();
});

const begin = async (slug: string): Promise<URLSearchParams> => {
  const answer = await ask(web.api(), '/connections/authorize', {
    method: 'POST',
    cookie: admin.cookie,
    query: { workspace_id: workspaceId },
    json: { connector: 'http_oauth', app_id: apps[slug], return_to: '/w/own/connections' },
  });
  return new URL(String(answer.json['authorize_url'])).searchParams;
};

interface Path {
  connector: string;
  workspace: string;
  app: string;
}
const comeBack = async (
  query: string,
  { cookie = admin.cookie, ...path }: Partial<Path> & { cookie?: string } = {},
) => {
  const params = { connector: 'http_oauth', workspace: workspaceId, app: 'acme', ...path };
  const url = `http://localhost:3000/api/oauth/x/y/z/callback?${query}`;
  const request = new Request(url, { headers: { host: 'localhost:3000', cookie } });
  const answer = await GET(request, { params: Promise.resolve(params) });
  const page = new URL(answer.headers.get('location') ?? '', 'http://hub.test');
  expect(page.pathname).toBe('/connect/error');
  return page.searchParams.get('code');
};

it('each app has a redirect URI of its own', async () => {
  const base = `http://localhost:3000/api/oauth/http_oauth/${workspaceId}`;
  expect((await begin('acme')).get('redirect_uri')).toBe(`${base}/acme/callback`);
  expect((await begin('zeta')).get('redirect_uri')).toBe(`${base}/zeta/callback`);
});

it('every wrong answer ends on a page with its own reason, and asks for no token', async () => {
  const state = (await begin('acme')).get('state') ?? '';
  const right = `state=${state}&code=c`;
  const seen = [
    await comeBack('code=c'),
    await comeBack(`state=${'x'.repeat(43)}&code=c`),
    await comeBack(right, { cookie: other.cookie }),
    await comeBack(right, { cookie: 'patchbay.session=nobody' }),
    await comeBack(right, { app: 'zeta' }),
    await comeBack(right, { app: 'ACME' }),
    await comeBack(right, { app: '../acme' }),
    await comeBack(right, { workspace: elsewhere }),
    await comeBack(right, { workspace: 'own' }),
    await comeBack(right, { connector: 'github' }),
    await comeBack(`${right}&state=${state}`),
    await comeBack(`state=${state}&code=${'c'.repeat(8_000)}`),
    await comeBack(`${right}&error=access_denied`),
    await comeBack(`state=${state}`),
    // These use the state up.
    await comeBack(`${right}&iss=https%3A%2F%2Fzeta.example.test`),
    await comeBack(right),
  ];
  expect(seen).toEqual([
    'connections.state_missing',
    'connections.state_unknown',
    'connections.state_foreign',
    'identity.unauthenticated',
    ...Array.from({ length: 6 }, () => 'connections.path_mismatch'),
    ...Array.from({ length: 4 }, () => 'connections.parameter_invalid'),
    'connections.issuer_mismatch',
    'connections.state_reused',
  ]);
  const commands = await web.admin`
    select 1 from private.commands where kind = 'connections.exchange'`;
  expect(commands).toHaveLength(0);
});

it('a look ahead by HEAD uses nothing up', async () => {
  const state = (await begin('acme')).get('state') ?? '';
  const url = `http://localhost:3000/api/oauth/x/y/z/callback?state=${state}&code=c`;
  const params = { connector: 'http_oauth', workspace: workspaceId, app: 'acme' };
  const request = new Request(url, { method: 'HEAD', headers: { cookie: admin.cookie } });
  const answer = await GET(request, { params: Promise.resolve(params) });
  expect(answer.status).toBe(405);
  const [row] = await web.admin`
    select consumed_at from private.oauth_states where state_hash = sha256(${state}::text::bytea)`;
  expect(row).toEqual({ consumed_at: null });
});

it('an app of another workspace, or none, begins nothing', async () => {
  const start = (app_id: string | undefined, person: Person, workspace: string) =>
    ask(web.api(), '/connections/authorize', {
      method: 'POST',
      cookie: person.cookie,
      query: { workspace_id: workspace },
      json: { connector: 'http_oauth', app_id, return_to: '/' },
    });
  expect((await start(apps['acme'], other, elsewhere)).json['code']).toBe(
    'connections.app_missing',
  );
  expect((await start(undefined, admin, workspaceId)).json['code']).toBe('request.invalid');
});
