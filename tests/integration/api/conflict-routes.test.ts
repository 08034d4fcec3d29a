import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '#lib/api/index';
import { newId } from '#lib/core/index';
import {
  type Conflict,
  conflictCountsSchema,
  conflictSchema,
  resolveAnswerSchema,
  resolvedAllSchema,
  undoneSchema,
} from '#lib/records/schema';
import { type Person, request, startWeb, type WebFixture } from './web-fixture.ts';

let web: WebFixture;
let api: Api;
let editor: Person;
let viewer: Person;
let workspaceId: string;
let streamId: string;
let connectionId: string;
beforeAll(async () => {
  web = await startWeb();
  api = web.api();
  editor = await web.person('editor');
  viewer = await web.person('viewer');
  workspaceId = await web.workspace('ops', [
    [editor, 'editor'],
    [viewer, 'viewer'],
  ]);
  connectionId = newId();
  streamId = newId();
  await web.admin`
    insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
    values (${connectionId}, ${workspaceId}, 'github', '1', 'northwind', 'active')`;
  await web.admin`
    insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, phase)
    values (${streamId}, ${workspaceId}, ${connectionId}, 'issues', 'task', 'northwind/web', '{}', 'northwind/web', 'live')`;
});
afterAll(() => web.close());

/** A record with a field held, as the engine leaves it. */
async function hold(field = 'title'): Promise<string> {
  const [recordId, linkId, id] = [newId(), newId(), newId()];
  await web.admin`
    insert into public.records (id, workspace_id, kind, data)
    values (${recordId}, ${workspaceId}, 'task', '{"title": "Ours", "body": "Ours", "state": "open"}')`;
  await web.admin`
    insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind, external_id, base,
      held, state)
    values (${linkId}, ${workspaceId}, ${recordId}, ${connectionId}, ${streamId}, 'task', ${id},
      '{"title": "Theirs", "body": "Theirs", "state": "open"}', array[${field}], 'conflict')`;
  await web.admin`
    insert into public.conflicts (id, workspace_id, record_id, link_id, field, base, local, remote, policy, status)
    values (${id}, ${workspaceId}, ${recordId}, ${linkId}, ${field}, '"Before"', '"Ours"', '"Theirs"', 'manual', 'open')`;
  return id;
}

const ask = async (path: string, json?: unknown, person = editor) => {
  const answer = await api.fetch(
    request(path, {
      cookie: person.cookie,
      query: path.endsWith('/undo') ? {} : { workspace_id: workspaceId },
      ...(json === undefined ? {} : { method: 'POST', json }),
    }),
  );
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const open = async (id: string): Promise<Conflict> => {
  const { body } = await ask('/conflicts');
  const rows = conflictSchema.array().parse(body['data']);
  const found = rows.find((row) => row.id === id);
  if (!found) throw new Error('It is not listed.');
  return found;
};
const choice = ({ id, sides }: Conflict, more: object = {}) => ({
  mutation_id: newId(),
  items: [{ id, seen: sides, choice: 'remote', ...more }],
});

describe('the routes of conflicts', () => {
  it('keep a choice for always as the policy of the stream and field, and count what it would settle', async () => {
    const [one] = [await hold(), await hold(), await hold('body')];
    const { status, body } = await ask(
      '/conflicts/resolve',
      choice(await open(one), { always: true }),
    );
    expect(status).toBe(200);
    expect(resolveAnswerSchema.parse(body)).toMatchObject({
      data: [{ outcome: 'resolved', conflict: { resolved_by: { id: editor.userId } } }],
      always: [{ stream_id: streamId, field: 'title', choice: 'remote', open: 1 }],
    });
    const [rules] = await web.admin`select rules, updated_by from public.stream_rules`;
    expect(rules).toMatchObject({
      rules: [{ field: 'title', policy: 'remote_wins', direction: 'both' }],
      updated_by: editor.userId,
    });
    const filter = { stream_id: streamId, field: 'title' };
    const preview = await ask('/conflicts/resolve-all', {
      mutation_id: newId(),
      choice: 'remote',
      preview: true,
      filter,
    });
    const found = resolvedAllSchema.parse(preview.body);
    expect(found).toMatchObject({ left: 1, resolved: 0 });
    const done = await ask('/conflicts/resolve-all', {
      mutation_id: newId(),
      choice: 'remote',
      filter,
      upto: found.upto,
    });
    expect(resolvedAllSchema.parse(done.body)).toMatchObject({ left: 0, resolved: 1, next: null });
    const counts = await ask('/conflicts/counts', undefined, viewer);
    expect(conflictCountsSchema.parse(counts.body)).toMatchObject({ open: 1, resolved: 2 });
  });

  it('keep no policy of a choice that did not count', async () => {
    const id = await hold('body');
    const conflict = await open(id);
    const late = choice({ ...conflict, sides: 'others' }, { always: true });
    const { body } = await ask('/conflicts/resolve', late);
    expect(resolveAnswerSchema.parse(body)).toMatchObject({
      data: [{ outcome: 'changed', conflict: { id, status: 'open' } }],
      always: [],
    });
    const [rules] = await web.admin`select rules from public.stream_rules`;
    expect(rules?.['rules']).toHaveLength(1);
  });

  it('undo, and say with the present record why they cannot', async () => {
    const id = await hold();
    await ask('/conflicts/resolve', choice(await open(id)));
    const path = `/conflicts/${id}/undo`;
    const undone = await ask(path, { mutation_id: newId() });
    expect(undoneSchema.parse(undone.body)).toMatchObject({
      outcome: 'reopened',
      conflict: { local: 'Ours', status: 'open' },
    });
    expect(await ask(path, { mutation_id: newId() })).toMatchObject({
      status: 409,
      body: { code: 'resource.conflict', detail: 'It is not settled yet.' },
    });
    const { record_id, ...conflict } = await open(id);
    await ask('/conflicts/resolve', choice({ record_id, ...conflict }));
    await web.admin`
      update public.records set data = data || '{"title": "Later"}', version = version + 1 where id = ${record_id}`;
    expect(await ask(path, { mutation_id: newId() })).toMatchObject({
      status: 409,
      body: {
        code: 'records.version_conflict',
        fields: ['title'],
        present: 'Later',
        record: { id: record_id, data: { title: 'Later' } },
      },
    });
  });

  it('refuse what is no choice, with the field', async () => {
    const conflict = await open(await hold());
    const bad = [
      { items: [] },
      { items: [{ id: conflict.id, choice: 'both', seen: conflict.sides }] },
      { items: [{ id: conflict.id, choice: 'local' }] },
      { items: Array.from({ length: 201 }, () => choice(conflict).items[0]) },
    ];
    for (const part of bad) {
      const { status, body } = await ask('/conflicts/resolve', { mutation_id: newId(), ...part });
      expect([status, body['code']]).toEqual([400, 'request.invalid']);
    }
    expect((await ask('/conflicts/resolve', choice(conflict), viewer)).status).toBe(403);
    expect(web.logged).toEqual([]);
  });

  it('list with the old parameters as before', async () => {
    const id = await hold();
    const { record_id } = await open(id);
    const answer = await api.fetch(
      request('/conflicts', {
        cookie: viewer.cookie,
        query: { workspace_id: workspaceId, record_id, status: 'open', limit: '5' },
      }),
    );
    const body = (await answer.json()) as { data: unknown[]; next_cursor: string | null };
    expect(body).toMatchObject({
      data: [{ id, base: 'Before', remote: 'Theirs' }],
      next_cursor: null,
    });
  });
});
