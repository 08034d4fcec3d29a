import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { ask, type Person, startWeb, type WebFixture } from './web-fixture.ts';

let web: WebFixture;
let owner: Person;
let workspaceId: string;
let github: string;
let linear: string;

async function stream(connector: string, more: { kind?: string; connectionId?: string } = {}) {
  const [id, connectionId] = [newId(), more.connectionId ?? newId()];
  const kind = more.kind ?? 'task';
  await web.admin`
    insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
    values (${connectionId}, ${workspaceId}, ${connector}, ${connectionId}, 'ada', 'active') on conflict do nothing`;
  await web.admin`
    insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, phase)
    values (${id}, ${workspaceId}, ${connectionId}, ${kind === 'task' ? 'issues' : 'customers'}, ${kind},
      ${`${connector} ${id.slice(-4)}`}, '{}', ${id}, 'live')`;
  return id;
}

beforeAll(async () => {
  web = await startWeb();
  owner = await web.person('owner');
  workspaceId = await web.workspace('own', [[owner, 'owner']]);
  [github, linear] = [await stream('github'), await stream('linear')];
});
afterAll(() => web.close());

const api = () => web.api();
const read = (path: string, query: Record<string, string> = {}) =>
  ask(api(), path, { query, cookie: owner.cookie });

const make = (more: object = {}) =>
  ask(api(), '/records', {
    method: 'POST',
    query: { workspace_id: workspaceId },
    cookie: owner.cookie,
    json: {
      mutation_id: newId(),
      kind: 'task',
      stream_ids: [github, linear],
      data: { title: ' Made here ', labels: ['bug', 'bug'], state: 'done' },
      ...more,
    },
  });

describe('making a record', () => {
  it('is there at once, with a saga that makes its objects, and is in the log as the member’s', async () => {
    const { status, json } = await make();
    expect(status).toBe(202);
    const recordId = String(json['record_id']);
    const record = await read(`/records/${recordId}`);
    expect(record.json).toMatchObject({
      version: 1,
      data: { title: 'Made here', labels: ['bug'], state: 'done', body: null },
      links: [],
    });
    const sagas = await read(`/records/${recordId}/sagas`);
    expect(sagas.json['data']).toMatchObject([
      {
        id: json['saga_id'],
        kind: 'create_record',
        subject: recordId,
        steps: [
          { name: 'make_record', state: 'completed' },
          { name: 'create_1', state: 'pending' },
          { name: 'create_2', state: 'pending' },
        ],
      },
    ]);
    const history = await read(`/records/${recordId}/history`);
    expect(history.json['changes']).toMatchObject([
      { op: 'create', origin: 'user', actor: { id: owner.userId } },
    ]);
  });

  it('happens once for one mutation, however often and at once it is asked for', async () => {
    const mutation_id = newId();
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => make({ mutation_id, data: { title: 'Once' } })),
    );
    const ids = answers.map(({ status, json }) => [status, json['record_id'], json['saga_id']]);
    expect(new Set(ids.map(String)).size).toBe(1);
    const rows = await web.admin`select 1 from public.records where title = 'Once'`;
    expect(rows).toHaveLength(1);
  });

  it.each<[string, () => Promise<object> | object, object]>([
    ['no stream', () => ({ stream_ids: [] }), { errors: [{ field: 'stream_ids' }] }],
    [
      'a stream of nobody',
      () => ({ stream_ids: [newId()] }),
      { errors: [{ field: 'stream_ids.0' }] },
    ],
    [
      'another kind',
      async () => ({ stream_ids: [github, await stream('stripe', { kind: 'contact' })] }),
      { errors: [{ field: 'stream_ids.1' }] },
    ],
    [
      'a value GitHub does not take',
      () => ({ data: { title: 'New', state: 'in_progress' } }),
      { fields: { state: 'GitHub takes open, done, cancelled.' } },
    ],
    ['no title', () => ({ data: { body: 'x' } }), { fields: { title: 'GitHub needs it.' } }],
    ['a field of no task', () => ({ data: { title: 'x', company: 'Acme' } }), { fields: {} }],
  ])('is refused for %s, and nothing is left behind', async (_what, more, expected) => {
    const before = await web.admin`select count(*)::int as n from public.records`;
    const { status, json } = await make(await more());
    expect([400, 422]).toContain(status);
    expect(json).toMatchObject(expected);
    expect(await web.admin`select count(*)::int as n from public.records`).toEqual(before);
  });

  it('is not for a stream of another workspace', async () => {
    const stranger = await web.person('stranger');
    const other = await web.workspace('other', [[stranger, 'owner']]);
    const mine = workspaceId;
    workspaceId = other;
    const theirs = await stream('github');
    workspaceId = mine;
    expect(await make({ stream_ids: [theirs] })).toMatchObject({ status: 400 });
  });
});

it('says where a record can be made, what it can have there, and why not', async () => {
  const closed = await stream('redmine');
  await web.admin`
    update public.connections set status = 'needs_reauth' where id in (select connection_id from public.streams where id = ${closed})`;
  const { json } = await read('/record-places', { workspace_id: workspaceId });
  const places = json['data'] as Record<string, unknown>[];
  expect(places.find((place) => place['stream_id'] === github)).toMatchObject({
    provider: 'GitHub',
    kind: 'task',
    takes: ['title', 'body', 'labels', 'assignees', 'state'],
    required: ['title'],
    values: { state: ['open', 'done', 'cancelled'] },
    closed: null,
  });
  expect(places.find((place) => place['stream_id'] === closed)).toMatchObject({
    closed: 'The connection must be authorised again.',
  });
  expect(places.map((place) => place['provider'])).not.toContain('Stripe');
});
