import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  admitProxyCall,
  dropPassedCalls,
  type ProxyCall,
  proxyByCommand,
  proxyCall,
  proxyCommand,
  readProxyCall,
} from '#lib/connections/index';
import { patience } from '../../setup/patience.ts';
import type { FakeProvider } from './fake-provider.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let connectionId: string;
let usual: FakeProvider['onApi'];
const { signal } = new AbortController();
const maxBytes = 1_048_576;

beforeAll(async () => {
  world = await makeWorld();
  usual = world.provider.onApi;
  connectionId = await world.connect();
  world.kinds['connections.proxy'] = proxyCommand(world.worker);
});
afterAll(() => world.close());
beforeEach(() => {
  world.provider.apiCalls.length = 0;
});
afterEach(() => {
  world.provider.onApi = usual;
});

const place = () => ({ workspaceId: world.owner.workspaceId, connectionId });
const get = (target: string): ProxyCall => ({ method: 'GET', target, headers: {} });
const post: ProxyCall = {
  method: 'POST',
  target: '/issues?draft=1',
  headers: { 'content-type': 'application/json' },
};

/** By the worker itself, as its listener does it. */
async function direct(call: ProxyCall, body: Uint8Array | null = null) {
  const answer = await proxyCall(world.worker, place(), { ...call, body }, { signal, maxBytes });
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return { ...answer, body: Buffer.concat(chunks).toString() };
}
/** By a command, as where no listener can be reached. */
const queued = (call: ProxyCall, body: Uint8Array | null = null) =>
  world.during(proxyByCommand(world.web, world.owner, place(), { ...call, body }));

describe('a call that is passed on', () => {
  it('goes to the API of the connection with its credential, and comes back whole', async () => {
    world.provider.onApi = (_path, _token, answer) =>
      answer(201, { id: 1 }, { etag: '"x"', 'set-cookie': 'a=b', 'x-ratelimit-remaining': '5' });
    for (const way of [direct, queued]) {
      world.provider.apiCalls.length = 0;
      const answer = await way(post, Buffer.from('{"a":1}'));
      expect(answer.status).toBe(201);
      expect(JSON.parse(answer.body.toString())).toEqual({ id: 1 });
      expect(answer.headers).toEqual({
        'content-type': 'application/json',
        etag: '"x"',
        'x-ratelimit-remaining': '5',
      });
      expect(world.provider.apiCalls).toEqual([
        {
          path: '/api/issues?draft=1',
          authorization: expect.stringMatching(/^Bearer access-/) as string,
        },
      ]);
    }
  });

  it('a wait that a good answer speaks of is not one for the whole connection', async () => {
    world.provider.onApi = (_path, _token, answer) => answer(202, {}, { 'retry-after': '3600' });
    expect((await direct(get('/exports/1'))).status).toBe(202);
    await world.worker.guards.close();
    const [book] = await world.admin`
      select paused_until from public.connection_budgets where connection_id = ${connectionId}`;
    expect(book).toEqual({ paused_until: null });
  });

  it('answers whatever the service says, and asks only once', async () => {
    for (const status of [204, 304, 400, 401, 403, 404, 429, 500, 503]) {
      world.provider.apiCalls.length = 0;
      world.provider.onApi = (_path, _token, answer) => answer(status, { message: 'as it is' });
      expect((await direct(get('/x'))).status).toBe(status);
      expect(world.provider.apiCalls.length).toBe(1);
    }
    const [row] =
      await world.admin`select status from public.connections where id = ${connectionId}`;
    expect(row?.['status']).toBe('active');
  });
});

describe('what is not passed on', () => {
  it.each([
    '//evil.test/',
    '/../oauth/token',
    '/%2e%2e/oauth/token',
    '/a/%252e%252e/%252e%252e/oauth/token',
    '/a\r\nHost: evil.test',
    'https://evil.test/',
  ])('%j', async (target) => {
    const refused = { code: 'request.invalid' };
    expect(() => readProxyCall({ method: 'GET', target, headers: [] })).toThrow(
      expect.objectContaining(refused),
    );
    // Also by the worker, whoever put it into a row.
    await expect(direct(get(target))).rejects.toMatchObject(refused);
    await expect(queued(get(target))).rejects.toMatchObject(refused);
    expect(world.provider.apiCalls).toEqual([]);
  });

  it('a method that is none of the five', () => {
    for (const method of ['CONNECT', 'TRACE', 'OPTIONS', 'GET /evil HTTP/1.1\r\nX: y', '']) {
      expect(() => readProxyCall({ method, target: '/', headers: [] })).toThrow(
        expect.objectContaining({ code: 'request.invalid' }),
      );
    }
  });

  it('a header that would be another one', async () => {
    const call = { ...get('/'), headers: { accept: 'x\r\nAuthorization: Bearer evil' } };
    await expect(direct(call)).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('the caller’s idea of who asks', async () => {
    world.provider.onApi = (_path, _token, answer) => answer(200, {});
    await direct({ ...get('/'), headers: { authorization: 'Bearer evil', host: 'evil.test' } });
    expect(world.provider.apiCalls[0]?.authorization).toMatch(/^Bearer access-/);
  });
});

describe('an answer that is not handed on', () => {
  it.each([
    ['http://169.254.169.254/latest/meta-data/', null],
    ['http://127.0.0.1:1/', null],
    ['//evil.test/', null],
    ['/api/elsewhere?token=1', '/api/elsewhere'],
  ])('a redirect to %s is not followed', async (location, told) => {
    world.provider.onApi = (_path, _token, answer) => answer(307, '', { location });
    for (const way of [direct, queued]) {
      await expect(way(get('/moved'))).rejects.toMatchObject({
        code: 'provider.redirected',
        details: { status: 307, location: told },
      });
    }
    expect(world.provider.apiCalls.map(({ path }) => path)).toEqual(['/api/moved', '/api/moved']);
  });

  it('one that repeats the credential', async () => {
    world.provider.onApi = (_path, token, answer) => answer(200, { headers: { token } });
    for (const way of [direct, queued]) {
      await expect(way(get('/echo'))).rejects.toMatchObject({ code: 'provider.bad_answer' });
    }
    world.provider.onApi = (_path, token, answer) => answer(200, {}, { etag: `"${token}"` });
    await expect(direct(get('/echo'))).rejects.toMatchObject({ code: 'provider.bad_answer' });
  });

  it('ten megabytes', async () => {
    world.provider.onApi = (_path, _token, answer) => answer(200, 'x'.repeat(10 * 1_048_576));
    for (const way of [direct, queued]) {
      await expect(way(get('/large'))).rejects.toMatchObject({
        code: 'provider.answer_too_large',
      });
    }
  });
});

describe('a call by command', () => {
  it('leaves nothing readable in its row', async () => {
    world.provider.onApi = (_path, _token, answer) => answer(200, { secret: 'canary-of-answer' });
    await queued({ ...post, target: '/canary-of-path' }, Buffer.from('canary-of-body'));
    const rows = await world.admin`select * from private.commands where kind = 'connections.proxy'`;
    const text = JSON.stringify(rows.map((row) => ({ ...row, sealed: String(row['sealed']) })));
    expect(text).not.toContain('canary');
    expect(text).not.toContain(Buffer.from('canary-of').toString('base64').slice(0, 10));
  });

  it('does not stay in its row once it has been read', async () => {
    await queued(get('/x'));
    const left = async () => {
      const [row] = await world.admin<{ n: number }[]>`
        select count(*)::int as n from private.commands where kind = 'connections.proxy'`;
      return row?.n;
    };
    const before = await left();
    await dropPassedCalls(world.worker.db);
    expect(await left()).toBe(before);
    await world.admin`update private.commands set finished_at = finished_at - interval '2 minutes'`;
    await dropPassedCalls(world.worker.db);
    expect(await left()).toBe(0);
  });

  it('is not sent again by the worker that follows one which died in the middle', async () => {
    world.provider.onApi = () => undefined;
    const dying = new AbortController();
    const asked = proxyByCommand(world.web, world.owner, place(), { ...post, body: null });
    asked.catch(() => undefined);
    const worked = world.workUntil(() => dying.signal.aborted, dying.signal);
    await expect.poll(() => world.provider.apiCalls.length, patience).toBe(1);
    dying.abort(new Error('killed'));
    world.provider.hangUp();
    await worked;
    world.provider.onApi = (_path, _token, answer) => answer(200, {});
    await expect(world.during(asked)).rejects.toMatchObject({
      code: 'provider.unreachable',
      details: { sent: true },
    });
    expect(world.provider.apiCalls.length).toBe(1);
  });
});

describe('who may', () => {
  const audit = () =>
    world.admin`select action, details from public.audit_log where action = 'connections.proxy_called'`;

  it('editors of the workspace; a write leaves its mark before it is made, without the query', async () => {
    await admitProxyCall(world.web, world.owner, place(), get('/issues'));
    expect(await audit()).toHaveLength(0);
    await admitProxyCall(world.web, world.owner, place(), post);
    expect([...(await audit())]).toEqual([
      {
        action: 'connections.proxy_called',
        details: { connector: 'fake', method: 'POST', path: '/issues' },
      },
    ]);
  });

  it('nobody else: not a stranger, not a viewer', async () => {
    const hidden = { code: 'resource.not_found' };
    const theirs = { ...place(), workspaceId: world.stranger.workspaceId };
    for (const at of [place(), theirs]) {
      await expect(admitProxyCall(world.web, world.stranger, at, get('/'))).rejects.toMatchObject(
        hidden,
      );
    }
    const member = { workspace_id: world.owner.workspaceId, user_id: world.owner.userId };
    await world.admin`
      insert into public.members (workspace_id, user_id, role)
      values (${member.workspace_id}, ${world.stranger.userId}, 'viewer')`;
    await expect(
      admitProxyCall(world.web, world.stranger, place(), get('/')),
    ).rejects.toMatchObject(hidden);
    await world.admin`
      delete from public.members
      where workspace_id = ${member.workspace_id} and user_id = ${world.stranger.userId}`;
  });
});
