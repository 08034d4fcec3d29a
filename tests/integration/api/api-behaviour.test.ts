import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, routes } from '#lib/api/index';
import { newId } from '#lib/core/index';
import { type Ask, type Person, request, startWeb, type WebFixture } from './web-fixture.ts';

let web: WebFixture;
let api: Api;
let owner: Person;
let recordId: string;
let workspaceId: string;

beforeAll(async () => {
  web = await startWeb();
  api = web.api();
  owner = await web.person('owner');
  workspaceId = await web.workspace('own', [[owner, 'owner']]);
  recordId = newId();
  await web.admin`
    insert into public.records (id, workspace_id, kind, data)
    values (${recordId}, ${workspaceId}, 'task', '{"title": "A task", "state": "open"}')`;
});
afterAll(() => web.close());

async function ask(path: string, options: Ask = {}) {
  const answer = await api.fetch(request(path, { cookie: owner.cookie, ...options }));
  const text = await answer.text();
  const json = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
  return { status: answer.status, code: json['code'], headers: answer.headers, json };
}

describe('a record', () => {
  it('has its version as ETag, and If-None-Match spares the body', async () => {
    const first = await ask(`/records/${recordId}`);
    expect(first.headers.get('etag')).toBe('"v1"');
    const again = await api.fetch(
      request(`/records/${recordId}`, {
        cookie: owner.cookie,
        headers: { 'if-none-match': 'W/"v1"' },
      }),
    );
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([
      304,
      '',
      '"v1"',
    ]);
  });

  it('is not edited against another ETag', async () => {
    const edit = (ifMatch: string) =>
      ask(`/records/${recordId}`, {
        method: 'PATCH',
        json: { mutation_id: newId(), version: 1, data: { title: 'Edited' } },
        headers: { 'if-match': ifMatch },
      });
    expect((await edit('"v7"')).code).toBe('request.precondition_failed');
    expect((await edit('nonsense')).code).toBe('request.invalid');
    const done = await edit('"v1"');
    expect([done.status, done.headers.get('etag')]).toEqual([200, '"v2"']);
  });

  it('that somebody else changed meanwhile answers 409 with the present row', async () => {
    const other = await web.person('other');
    await web.db`
      insert into public.members (workspace_id, user_id, role) values (${workspaceId}, ${other.userId}, 'editor')`;
    const answer = await ask(`/records/${recordId}`, {
      method: 'PATCH',
      cookie: other.cookie,
      json: { mutation_id: newId(), version: 1, data: { title: 'Late' } },
    });
    expect([answer.status, answer.code]).toEqual([409, 'records.version_conflict']);
    expect(answer.json['record']).toMatchObject({ id: recordId, version: 2 });
  });
});

describe('a part that fails', () => {
  it('an unexpected error is 500 with its id in the log, and tells nothing', async () => {
    const [session] = routes;
    if (!session) throw new Error('there are routes');
    const broken = web.api({
      routes: [{ ...session, handle: () => Promise.reject(new Error('password=hunter2')) }],
    });
    const answer = await broken.fetch(request('/session', { cookie: owner.cookie }));
    const json = (await answer.json()) as Record<string, unknown>;
    expect([answer.status, json['code']]).toEqual([500, 'internal.unexpected']);
    expect(JSON.stringify(json)).not.toContain('hunter2');
    expect(web.logged.at(-1)).toContain('hunter2');
  });

  it('a database that is away is 503 with Retry-After, and comes back by itself', async () => {
    const [name] = await web.admin`select current_database() as name`;
    const cutOff = web.admin.unsafe(`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = '${String(name?.['name'])}' and usename = 'patchbay_web'`);
    await cutOff;
    await web.admin`alter role patchbay_web connection limit 0`;
    try {
      const answer = await ask('/session');
      expect([answer.status, answer.code]).toEqual([503, 'internal.unavailable']);
      expect(answer.headers.get('retry-after')).toBe('2');
    } finally {
      await web.admin`alter role patchbay_web connection limit -1`;
    }
    expect((await ask('/session')).status).toBe(200);
  });
});

describe('the event stream', () => {
  it('tells the log’s end as it grows, and ends with the session', async () => {
    const person = await web.person('listener');
    const place = await web.workspace('listening', [[person, 'editor']]);
    const id = newId();
    await web.admin`
      insert into public.records (id, workspace_id, kind, data)
      values (${id}, ${place}, 'task', '{"title": "Heard", "state": "open"}')`;
    const answer = await api.fetch(request('/changes/stream', { cookie: person.cookie }));
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    const hearUntil = async (isEnough: () => boolean): Promise<boolean> => {
      while (!isEnough()) {
        const chunk = await reader?.read();
        if (!chunk || chunk.done) return false;
        heard += chunk.value;
      }
      return true;
    };
    const edited = await ask(`/records/${id}`, {
      method: 'PATCH',
      cookie: person.cookie,
      json: { mutation_id: newId(), version: 1, data: { title: 'Changed' } },
    });
    expect(edited.status).toBe(200);
    expect(await hearUntil(() => heard.includes('event: changes'))).toBe(true);
    expect(heard).toContain('data: {"to":1}');
    await web.db`delete from private.sessions where id = ${person.sessionId}`;
    expect(await hearUntil(() => false)).toBe(false);
  });
});
