import { jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Api } from '#lib/api/index';
import {
  type Ask,
  type Person,
  rows,
  ask as send,
  startWeb,
  type WebFixture,
} from './web-fixture.ts';

let web: WebFixture;
let api: Api;
let owner: Person;
let admin: Person;
let editor: Person;
let viewer: Person;
let workspaceId: string;

beforeAll(async () => {
  web = await startWeb();
  api = web.api();
});
afterAll(() => web.close());
beforeEach(async () => {
  [owner, admin, editor, viewer] = (await Promise.all(
    ['owner', 'admin', 'editor', 'viewer'].map((name) => web.person(name)),
  )) as [Person, Person, Person, Person];
  workspaceId = await web.workspace('team', [
    [owner, 'owner'],
    [admin, 'admin'],
    [editor, 'editor'],
    [viewer, 'viewer'],
  ]);
});

const ask = (person: Person, path: string, options: Ask = {}) =>
  send(api, path, { ...options, cookie: person.cookie });

describe('workspaces', () => {
  it('are made by the instance’s owner alone', async () => {
    const refused = await ask(owner, '/workspaces', { method: 'POST', json: { name: 'Second' } });
    expect(refused.status).toBe(403);
    await web.db`insert into private.instance (owner_id) values (${owner.userId})`;
    const names = ['Second Team', 'Second  team'];
    const made = await Promise.all(
      names.map((name) => ask(owner, '/workspaces', { method: 'POST', json: { name } })),
    );
    expect(made.map((answer) => answer.status)).toEqual([201, 201]);
    const slugs = made.map((answer) => String(answer.json['slug']));
    expect(new Set(slugs).size).toBe(2);
    expect(slugs).toContain('second-team');
  });

  it('are renamed by an admin and keep their address', async () => {
    const before = (await ask(admin, '/session')).json as { workspaces: { slug: string }[] };
    const answer = await ask(admin, `/workspaces/${workspaceId}`, {
      method: 'PATCH',
      json: { name: 'Other name' },
    });
    expect(answer.json).toMatchObject({ name: 'Other name', slug: before.workspaces[0]?.slug });
  });

  it('must be named by people who have several', async () => {
    expect((await ask(viewer, '/members')).status).toBe(200);
    await web.workspace('another', [[viewer, 'viewer']]);
    const answer = await ask(viewer, '/members');
    expect(answer.status).toBe(400);
    expect(answer.json['errors']).toMatchObject([{ field: 'workspace_id' }]);
  });
});

describe('the realtime token', () => {
  it('carries the claims row security reads, for five minutes', async () => {
    const answer = await ask(viewer, '/realtime-token', {
      method: 'POST',
      query: { workspace_id: workspaceId },
    });
    expect(answer.json).toMatchObject({
      url: 'http://localhost:3000',
      topic: `workspace:${workspaceId}:1`,
      position: 0,
    });
    const { payload } = await jwtVerify(
      String(answer.json['token']),
      new TextEncoder().encode(web.env.SUPABASE_JWT_SECRET),
      { audience: 'authenticated', algorithms: ['HS256'] },
    );
    expect(payload).toMatchObject({
      sub: viewer.userId,
      session_id: viewer.sessionId,
      role: 'authenticated',
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
  });

  it('moves to another topic when somebody loses access', async () => {
    await ask(admin, `/members/${editor.userId}`, {
      method: 'DELETE',
      query: { workspace_id: workspaceId },
    });
    const answer = await ask(viewer, '/realtime-token', {
      method: 'POST',
      query: { workspace_id: workspaceId },
    });
    expect(answer.json['topic']).toBe(`workspace:${workspaceId}:2`);
  });
});

describe('the audit log', () => {
  it('is read page by page', async () => {
    for (const role of ['editor', 'viewer', 'editor']) {
      await ask(admin, `/members/${viewer.userId}`, {
        method: 'PATCH',
        query: { workspace_id: workspaceId },
        json: { role },
      });
    }
    const first = await ask(admin, '/audit-log', {
      query: { workspace_id: workspaceId, limit: '2' },
    });
    expect(rows(first)).toHaveLength(2);
    const cursor = String(first.json['next_cursor']);
    const second = await ask(admin, '/audit-log', {
      query: { workspace_id: workspaceId, limit: '2', cursor },
    });
    expect(rows(second)).toHaveLength(1);
    expect(second.json['next_cursor']).toBeNull();
    const bad = await ask(admin, '/audit-log', {
      query: { workspace_id: workspaceId, cursor: 'bm9wZQ' },
    });
    expect(bad.status).toBe(400);
  });
});
