import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, routes } from '#lib/api/index';
import { findLeaks } from '../../setup/canaries.ts';
import { type Person, request, startWeb, type WebFixture } from '../api/web-fixture.ts';
import { tablePlaces } from './canary-places.ts';

const mark = `cnry${randomBytes(12).toString('hex')}`;
let web: WebFixture;
let api: Api;
let owner: Person;
let workspaceId: string;
const answers: string[] = [];

beforeAll(async () => {
  web = await startWeb();
  api = web.api();
  owner = await web.person('owner');
  workspaceId = await web.workspace('own', [[owner, 'owner']]);
  await web.db`insert into private.instance (owner_id) values (${owner.userId})`;
});
afterAll(() => web.close());

async function ask(path: string, options: Parameters<typeof request>[1] = {}): Promise<number> {
  const answer = await api.fetch(
    request(path, { cookie: owner.cookie, query: { workspace_id: workspaceId }, ...options }),
  );
  const headers = JSON.stringify([...answer.headers]);
  // An event stream would go on.
  const isEndless = answer.headers.get('content-type')?.startsWith('text/event-stream');
  answers.push(`${path} ${answer.status} ${headers} ${isEndless ? '' : await answer.text()}`);
  if (isEndless) await answer.body?.cancel();
  return answer.status;
}

const app = (secret: unknown, more: object = {}) => ({
  connector: 'github',
  client_id: 'client',
  client_secret: secret,
  ...more,
});
const put = (json: unknown) => ask('/apps/github', { method: 'PUT', json });

describe('a client secret that is sent to the API', () => {
  it('is taken, and refused in every way there is, and comes back in no answer', async () => {
    expect(await put(app(`good-${mark}`))).toBe(200);
    const refused: unknown[] = [
      app(`line-${mark}\r\nend`),
      app(`umlaut-${mark}ü`),
      app(`${mark}${'x'.repeat(2_000)}`),
      app([mark]),
      app({ inner: mark }),
      app(mark, { extra: mark }),
      app(mark, { base_url: `https://user:${mark}@ghe.example` }),
      app(mark, { base_url: `javascript:${mark}` }),
      app(mark, { connector: 'linear' }),
      app(mark, { client_id: '' }),
      { client_secret: mark },
      [mark],
      mark,
    ];
    const statuses: number[] = [];
    for (const json of refused) statuses.push(await put(json));
    const raw = [
      `{"client_secret":"${mark}"`,
      `{"a":"${mark}","a":1}`,
      `"${mark}\u0000"`,
      `${mark}`,
    ];
    for (const body of raw) {
      const headers = { 'content-type': 'application/json' };
      statuses.push(await ask('/apps/github', { method: 'PUT', body, headers }));
    }
    for (const status of statuses) expect(status).toBeLessThan(500);
    expect(statuses.filter((status) => status >= 400).length).toBeGreaterThanOrEqual(15);
    expect(findLeaks([mark], [{ name: 'answers', text: answers.join('\n') }])).toEqual([]);
  });

  it('comes out of no route that reads', async () => {
    const reading = routes.filter(({ contract }) => contract.method === 'get');
    expect(reading.length).toBeGreaterThan(15);
    for (const { contract } of reading) {
      // A path that names a row is asked for one that is not there.
      const path = contract.path.replaceAll(/\{\w+\}/g, workspaceId);
      await ask(path, { query: { workspace_id: workspaceId, after: '0', resource: 'issues' } });
    }
    expect(findLeaks([mark], [{ name: 'answers', text: answers.join('\n') }])).toEqual([]);
  });

  it('stands in no table and no logged error', async () => {
    expect(findLeaks([mark], await tablePlaces(web.admin))).toEqual([]);
    expect(findLeaks([mark], [{ name: 'log', text: web.logged.join('\n') }])).toEqual([]);
  });
});
