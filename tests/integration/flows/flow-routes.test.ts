import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '#lib/api/index';
import { newId } from '#lib/core/index';
import { flowSchema } from '#lib/flows/schema';
import {
  type Answer,
  ask,
  type Person,
  rows,
  startWeb,
  type WebFixture,
} from '../api/web-fixture.ts';

let web: WebFixture;
let api: Api;
let editor: Person;
let workspaceId: string;
beforeAll(async () => {
  web = await startWeb();
  api = web.api();
  editor = await web.person('editor');
  workspaceId = await web.workspace('flows', [
    [await web.person('owner'), 'owner'],
    [editor, 'editor'],
  ]);
});
afterAll(() => web.close());

async function stream(connector: string, resource = 'issues', kind = 'task'): Promise<string> {
  const [id, connectionId] = [newId(), newId()];
  await web.admin`
    insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
    values (${connectionId}, ${workspaceId}, ${connector}, ${connectionId}, 'acme', 'active')`;
  await web.admin`
    insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, phase)
    values (${id}, ${workspaceId}, ${connectionId}, ${resource}, ${kind}, ${`acme/${connector}`}, '{}', ${id}, 'live')`;
  return id;
}

const call = (path: string, method = 'GET', json?: unknown): Promise<Answer> =>
  ask(api, path, {
    method,
    cookie: editor.cookie,
    ...(path.split('/').length === 2 ? { query: { workspace_id: workspaceId } } : {}),
    ...(json === undefined ? {} : { json }),
  });
const sidesOf = (...ids: string[]) => ids.map((id) => ({ stream_id: id }));

describe('flows over the API', () => {
  it('live from draft to nothing, and each act is on record', async () => {
    const streams = [await stream('github'), await stream('linear'), await stream('redmine')];
    const made = await call('/flows', 'POST', { name: 'Issues', sides: sidesOf(...streams) });
    expect(made.status).toBe(201);
    const flow = flowSchema.parse(made.json);
    // What these connectors can do comes from their manifests.
    expect(flow.sides.map((side) => [side.connector, side.can_create])).toEqual([
      ['github', true],
      ['linear', true],
      ['redmine', true],
    ]);
    expect(rows(await call('/flows'))).toEqual([made.json]);
    const changed = await call(`/flows/${flow.id}`, 'PATCH', { name: 'All issues' });
    expect(changed.json).toMatchObject({ name: 'All issues', version: 1 });
    expect((await call(`/flows/${flow.id}`)).json).toEqual(changed.json);
    expect((await call(`/flows/${flow.id}`, 'DELETE')).status).toBe(204);
    expect((await call(`/flows/${flow.id}`)).status).toBe(404);
    const log = await web.admin`
      select action, actor_id, details from public.audit_log where subject = ${flow.id} order by at, id`;
    expect(log).toMatchObject([
      { action: 'flows.created', actor_id: editor.userId, details: { name: 'Issues' } },
      { action: 'flows.changed', details: { fields: ['name'], status: 'draft' } },
      { action: 'flows.deleted', details: { name: 'All issues' } },
    ]);
  });

  it('say what is wrong with a mapping, where it stands', async () => {
    const [github, linear] = [await stream('github'), await stream('linear')];
    const toPriority = {
      field: 'labels',
      side_field: 'priority',
      direction: 'out',
      policy: null,
      transform: null,
    };
    const inProgress = {
      field: 'state',
      side_field: 'state',
      direction: 'both',
      policy: 'set',
      transform: {
        type: 'values',
        pairs: [{ here: 'open', there: 'in_progress' }],
        otherwise: 'keep',
      },
    };
    const refused = await call('/flows', 'POST', {
      name: 'Bad',
      sides: [{ stream_id: github, rules: [toPriority, inProgress] }, ...sidesOf(linear)],
    });
    expect(refused).toMatchObject({ status: 400, json: { code: 'request.invalid' } });
    const { errors } = refused.json as { errors: { field: string; reason: string }[] };
    expect(errors.map(({ field }) => field)).toEqual([
      'sides.0.rules.0.direction',
      'sides.0.rules.0.transform',
      'sides.0.rules.1.policy',
      'sides.0.rules.1.transform.pairs.0.there',
    ]);
    expect(errors[3]?.reason).toContain('takes open, done, cancelled');
    const [row] = await web.admin`
      select count(*)::int as n from public.flows where name = 'Bad'`;
    expect(row?.['n']).toBe(0);
  });

  it('send a channel to where messages are told', async () => {
    const [github, slack] = [await stream('github'), await stream('slack', 'messages', 'message')];
    const refused = await call('/flows', 'POST', { name: 'Told', sides: sidesOf(github, slack) });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.json)).toContain('make a subscription under Deliveries');
    const told = await call('/subscriptions', 'POST', {
      kind: 'mail',
      name: 'Told',
      config: { to: ['told@example.test'] },
      filter: { stream_ids: [github] },
    });
    expect(told).toMatchObject({ status: 201, json: { filter: { stream_ids: [github] } } });
  });

  it('answer 409 where the state does not allow it', async () => {
    const [one, two] = [await stream('github'), await stream('linear')];
    const flow = await call('/flows', 'POST', { name: 'Draft', sides: sidesOf(one, two) });
    const id = String(flow.json['id']);
    expect(await call(`/flows/${id}`, 'PATCH', { status: 'live' })).toMatchObject({
      status: 409,
      json: { code: 'resource.conflict' },
    });
    const again = await call('/flows', 'POST', { name: 'Again', sides: sidesOf(one, two) });
    expect(again.status).toBe(400);
    expect(JSON.stringify(again.json)).toContain('side of the flow “Draft”');
  });

  it.each([
    ['one side', { name: 'x', sides: sidesOf(newId()) }],
    ['four sides', { name: 'x', sides: sidesOf(newId(), newId(), newId(), newId()) }],
    ['no name', { name: ' ', sides: sidesOf(newId(), newId()) }],
    ['nothing to match by', { name: 'x', sides: sidesOf(newId(), newId()), match_fields: [] }],
    ['a field of its own', { name: 'x', sides: sidesOf(newId(), newId()), colour: 'red' }],
    [
      '61 rules',
      { name: 'x', sides: [{ stream_id: newId(), rules: Array.from({ length: 61 }, () => ({})) }] },
    ],
  ])('refuse a flow with %s', async (_, body) => {
    expect(await call('/flows', 'POST', body)).toMatchObject({
      status: 400,
      json: { code: 'request.invalid' },
    });
  });

  it('are described', async () => {
    const document = await ask(api, '/openapi.json', { cookie: editor.cookie });
    expect(Object.keys(document.json['paths'] as object)).toEqual(
      expect.arrayContaining(['/flows', '/flows/{id}', '/flows/suggestions']),
    );
    expect(web.logged).toEqual([]);
  });
});
