import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Api } from '#lib/api/index';
import {
  type Ask,
  type Person,
  request,
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

describe('the session', () => {
  it('tells who is asking and where they belong', async () => {
    const answer = await ask(editor, '/session');
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      session_id: editor.sessionId,
      user: { id: editor.userId, email: editor.email },
      is_instance_owner: false,
      workspaces: [{ id: workspaceId, role: 'editor' }],
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-request-id')).toBeTruthy();
  });

  it('ends at once when it is revoked from another one', async () => {
    const other = await web.session(editor.userId);
    const list = await ask(editor, '/sessions');
    expect(rows(list).map((row) => [row['id'], row['is_current']])).toEqual(
      expect.arrayContaining([
        [editor.sessionId, true],
        [other.id, false],
      ]),
    );
    const gone = await ask(editor, `/sessions/${other.id}`, { method: 'DELETE' });
    expect(gone.status).toBe(204);
    const answer = await api.fetch(request('/session', { cookie: other.cookie }));
    expect(answer.status).toBe(401);
  });

  it('of somebody else is as absent as none', async () => {
    const foreign = await ask(editor, `/sessions/${viewer.sessionId}`, { method: 'DELETE' });
    expect(foreign.status).toBe(404);
    expect((await ask(viewer, '/session')).status).toBe(200);
  });

  it('is seen at most once a minute', async () => {
    await web.admin`
      update private.sessions set last_seen_at = now() - interval '5 minutes' where id = ${editor.sessionId}`;
    const seen = () => web.admin`
      select last_seen_at::text as at, now() - last_seen_at < interval '10 seconds' as fresh
      from private.sessions where id = ${editor.sessionId}`;
    await ask(editor, '/session');
    const [first] = await seen();
    expect(first?.['fresh']).toBe(true);
    await ask(editor, '/session');
    const [second] = await seen();
    expect(second?.['at']).toBe(first?.['at']);
  });
});

describe('members', () => {
  it('are raised by an admin, and the act is in the audit log', async () => {
    const answer = await ask(admin, `/members/${viewer.userId}`, {
      method: 'PATCH',
      query: { workspace_id: workspaceId },
      json: { role: 'editor' },
    });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ user: { id: viewer.userId }, role: 'editor' });
    const log = await ask(admin, '/audit-log', { query: { workspace_id: workspaceId } });
    expect(rows(log)[0]).toMatchObject({
      action: 'members.role_changed',
      subject: viewer.userId,
      actor: { id: admin.userId },
      details: { from: 'viewer', to: 'editor' },
    });
  });

  it('are raised in a workspace with more members than a list shows', async () => {
    await web.admin`
      with many as (
        insert into public.users (id, email)
        select gen_random_uuid(), n || '@many.test' from generate_series(1, 200) n returning id)
      insert into public.members (workspace_id, user_id, role, created_at)
      select ${workspaceId}, id, 'viewer', now() - interval '1 day' from many`;
    const answer = await ask(admin, `/members/${viewer.userId}`, {
      method: 'PATCH',
      query: { workspace_id: workspaceId },
      json: { role: 'editor' },
    });
    expect([answer.status, answer.json['role']]).toEqual([200, 'editor']);
  });

  it.each([
    ['make an owner', () => viewer, 'owner'],
    ['lower an owner', () => owner, 'viewer'],
  ])('an admin may not %s', async (_, target, role) => {
    const answer = await ask(admin, `/members/${target().userId}`, {
      method: 'PATCH',
      query: { workspace_id: workspaceId },
      json: { role },
    });
    expect(answer.status).toBe(403);
    expect(answer.json['code']).toBe('identity.forbidden');
  });

  it('keep a last owner, who can neither step down nor leave', async () => {
    const lowered = await ask(owner, `/members/${owner.userId}`, {
      method: 'PATCH',
      query: { workspace_id: workspaceId },
      json: { role: 'viewer' },
    });
    expect([lowered.status, lowered.json['code']]).toEqual([409, 'identity.last_owner']);
    const left = await ask(owner, `/members/${owner.userId}`, {
      method: 'DELETE',
      query: { workspace_id: workspaceId },
    });
    expect([left.status, left.json['code']]).toEqual([409, 'identity.last_owner']);
    const log = await ask(owner, '/audit-log', { query: { workspace_id: workspaceId } });
    expect(rows(log)).toEqual([]);
  });

  it('two owners who leave at the same moment leave one behind', async () => {
    await web.admin`
      update public.members set role = 'owner' where workspace_id = ${workspaceId} and user_id = ${admin.userId}`;
    const answers = await Promise.all(
      [owner, admin].map((person) =>
        ask(person, `/members/${person.userId}`, {
          method: 'DELETE',
          query: { workspace_id: workspaceId },
        }),
      ),
    );
    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([204, 409]);
  });

  it('leave by themselves and see nothing from then on', async () => {
    const left = await ask(viewer, `/members/${viewer.userId}`, {
      method: 'DELETE',
      query: { workspace_id: workspaceId },
    });
    expect(left.status).toBe(204);
    const after = await ask(viewer, '/members', { query: { workspace_id: workspaceId } });
    expect(after.status).toBe(404);
    const list = await ask(admin, '/members', { query: { workspace_id: workspaceId } });
    expect(rows(list)).toHaveLength(3);
  });

  it('may not be removed by an editor', async () => {
    const answer = await ask(editor, `/members/${viewer.userId}`, {
      method: 'DELETE',
      query: { workspace_id: workspaceId },
    });
    expect(answer.status).toBe(403);
  });
});

describe('invitations', () => {
  const invite = (email: string, role = 'editor') =>
    ask(admin, '/invitations', {
      method: 'POST',
      query: { workspace_id: workspaceId },
      json: { email, role },
    });
  const tokenOf = (answer: { json: Record<string, unknown> }) =>
    String(answer.json['accept_url']).split('/').at(-1) ?? '';

  it('are accepted once, by the person whose e-mail it is', async () => {
    const guest = await web.person('guest');
    const made = await invite(guest.email.toUpperCase());
    expect(made.status).toBe(201);
    const token = tokenOf(made);
    const stranger = await web.person('stranger');
    const foreign = await ask(stranger, '/invitations/accept', { method: 'POST', json: { token } });
    expect([foreign.status, foreign.json['code']]).toEqual([404, 'identity.invitation_invalid']);
    const accepted = await ask(guest, '/invitations/accept', { method: 'POST', json: { token } });
    expect(accepted.json).toMatchObject({ id: workspaceId, role: 'editor' });
    const again = await ask(guest, '/invitations/accept', { method: 'POST', json: { token } });
    expect(again.status).toBe(404);
  });

  it('keep only the hash of their token', async () => {
    const token = tokenOf(await invite('hash@example.test'));
    const [row] = await web.admin`
      select token_hash = sha256(${token}::text::bytea) as hashed, i::text as whole
      from public.invitations i where email = 'hash@example.test'`;
    expect(row?.['hashed']).toBe(true);
    expect(String(row?.['whole'])).not.toContain(token);
  });

  it('end after seven days, when revoked, and when a newer one is made', async () => {
    const guest = await web.person('late');
    const first = await invite(guest.email);
    const second = await invite(guest.email, 'viewer');
    const accept = (token: string) =>
      ask(guest, '/invitations/accept', { method: 'POST', json: { token } });
    expect((await accept(tokenOf(first))).status).toBe(404);
    await web.admin`update public.invitations set expires_at = now() where id = ${String(second.json['id'])}`;
    expect((await accept(tokenOf(second))).status).toBe(404);
    const third = await invite(guest.email);
    const revoked = await ask(admin, `/invitations/${String(third.json['id'])}`, {
      method: 'DELETE',
    });
    expect(revoked.status).toBe(204);
    expect((await accept(tokenOf(third))).status).toBe(404);
  });

  it('are refused for a member', async () => {
    expect((await invite(viewer.email)).json['code']).toBe('resource.conflict');
  });
});
