import { afterAll, beforeAll, expect, it } from 'vitest';
import { GET } from '../../../app/api/oauth/[connector]/callback/route.ts';
import { problemOf } from '../../../app/connect/error/words.ts';
import { ask, type Person, startWeb, type WebFixture } from './web-fixture.ts';

let web: WebFixture;
let admin: Person;
let other: Person;
const home = globalThis as { __patchbayWeb?: WebFixture['hub'] };

beforeAll(async () => {
  web = await startWeb({ SANDBOX_URL: 'http://127.0.0.1:1' });
  home.__patchbayWeb = web.hub;
  [admin, other] = await Promise.all([web.person('admin'), web.person('other')]);
  const workspaceId = await web.workspace('own', [
    [admin, 'admin'],
    [other, 'admin'],
  ]);
  await web.admin`
    insert into public.apps (id, workspace_id, connector, client_id)
    values (gen_random_uuid(), ${workspaceId}, 'github', 'client')`;
});
afterAll(async () => {
  delete home.__patchbayWeb;
  await web.close();
});

async function begin(): Promise<string> {
  const answer = await ask(web.api(), '/connections/authorize', {
    method: 'POST',
    cookie: admin.cookie,
    json: { connector: 'github', return_to: '/w/own/connections' },
  });
  return new URL(String(answer.json['authorize_url'])).searchParams.get('state') ?? '';
}

async function comeBack(
  query: Record<string, string> | string,
  cookie = admin.cookie,
  connector = 'github',
) {
  const search = typeof query === 'string' ? query : new URLSearchParams(query).toString();
  const request = new Request(`http://localhost:3000/api/oauth/${connector}/callback?${search}`, {
    headers: { host: 'localhost:3000', cookie },
  });
  const answer = await GET(request, { params: Promise.resolve({ connector }) });
  expect(answer.status).toBe(303);
  return new URL(answer.headers.get('location') ?? '', 'http://hub.test');
}

it('every wrong answer ends on a page with its own reason, and asks for no token', async () => {
  const state = await begin();
  const expired = await begin();
  await web.admin`
    update private.oauth_states set expires_at = now() - interval '1 minute'
    where state_hash = sha256(${expired}::text::bytea)`;
  const code = 'code';
  const seen: string[] = [];
  const reason = async (...call: Parameters<typeof comeBack>) => {
    const page = await comeBack(...call);
    expect(page.pathname).toBe('/connect/error');
    seen.push(page.searchParams.get('code') ?? '');
  };
  await reason({ code });
  await reason({ state: 'x'.repeat(43), code });
  await reason({ state, code }, other.cookie);
  await reason({ state, code }, 'patchbay.session=nobody');
  await reason({ state, code }, admin.cookie, 'gitlab');
  await reason(`state=${state}&state=${state}&code=${code}`);
  await reason({ state: expired, code });
  await reason({ state, error: 'access_denied' });
  await reason({ state, code });
  expect(seen).toEqual([
    'connections.state_missing',
    'connections.state_unknown',
    'connections.state_foreign',
    'identity.unauthenticated',
    'connections.path_mismatch',
    'connections.parameter_invalid',
    'connections.state_expired',
    'connections.access_denied',
    'connections.state_reused',
  ]);
  const commands = await web.admin`select 1 from private.commands`;
  expect(commands).toHaveLength(0);
  // Each has words of its own; the last resort is for what nobody foresaw.
  const faces = new Set(seen.map((one) => problemOf(one).title));
  expect(faces.size).toBe(seen.length);
  expect(faces.has(problemOf('internal.unexpected').title)).toBe(false);
});

it('leads back to where it began, when that is known', async () => {
  const page = await comeBack({ state: await begin(), error: 'access_denied' });
  expect(page.searchParams.get('return_to')).toBe('/w/own/connections');
});

it('a look ahead uses nothing up', async () => {
  const state = await begin();
  const query = new URLSearchParams({ state, error: 'access_denied' });
  const ahead = await GET(
    new Request(`http://localhost:3000/api/oauth/github/callback?${query}`, {
      method: 'HEAD',
      headers: { host: 'localhost:3000', cookie: admin.cookie },
    }),
    { params: Promise.resolve({ connector: 'github' }) },
  );
  expect([ahead.status, ahead.headers.get('allow')]).toEqual([405, 'GET']);
  const page = await comeBack({ state, error: 'access_denied' });
  expect(page.searchParams.get('code')).toBe('connections.access_denied');
});
