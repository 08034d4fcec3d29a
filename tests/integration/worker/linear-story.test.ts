import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkConnection,
  disconnect,
  getConnection,
  listScopes,
  putPresetApp,
} from '#lib/connections/index';
import type { JsonObject } from '#lib/core/index';
import { connectorRules } from '#lib/hub/connector-rules';
import { beginDisconnect } from '#lib/hub/sagas/start-sagas';
import { patchRecord } from '#lib/records/index';
import { createStream } from '#lib/sync/index';
import { patience } from '../../setup/patience.ts';
import { linearApp, linearSandbox, signInAtLinear } from './linear-steps.ts';
import { openSandboxWorld, type SandboxWorld } from './sandbox-world.ts';

interface TrueIssue {
  id: string;
  identifier: string;
  title: string;
  state: string;
  priority: number;
  labels: string[];
}

let world: SandboxWorld;
let connectionId: string;
let teamId: string;

beforeAll(async () => {
  world = await openSandboxWorld(linearSandbox);
  const { workspaceId, web } = world;
  await world.asMember((tx) =>
    putPresetApp(tx, web, { workspaceId, connector: 'linear', ...linearApp }),
  );
});
afterAll(() => world.close());

const place = () => ({ workspaceId: world.workspaceId, connectionId });
const linear = () => world.sandbox.at('linear').control;
const truth = () => linear().call<TrueIssue[]>('GET', '/issues?team=ENG');
const issueOf = async (identifier: string) =>
  (await truth()).find((issue) => issue.identifier === identifier);

async function act(query: string, variables: JsonObject): Promise<void> {
  const answer = await linear().call<{ errors?: unknown }>('POST', '/act', {
    as: 'tobias',
    query,
    variables,
  });
  expect(answer.errors).toBeUndefined();
}
const updateIssue = `mutation ($id: String!, $input: IssueUpdateInput!) {
  issueUpdate(id: $id, input: $input) { success } }`;

const signIn = (connection?: string) => signInAtLinear(world, connection);
const connectionNow = () => world.asMember((tx) => getConnection(tx, place()));

async function recordOf(identifier: string) {
  const [row] = await world.admin<
    { id: string; version: number; data: JsonObject; gone: boolean }[]
  >`
    select r.id, r.version::int, r.data, r.deleted_at is not null as gone
    from public.records r join public.links l on l.record_id = r.id
    where l.external_key = ${identifier}`;
  if (!row) throw new Error(`There is no record of issue ${identifier}`);
  return row;
}

async function edit(identifier: string, data: JsonObject): Promise<void> {
  const { id, version } = await recordOf(identifier);
  const patch = { mutation_id: randomUUID(), version, data };
  await world.asMember((tx) => patchRecord(tx, connectorRules, { recordId: id, patch }));
}

/** The id of a team that is offered. */
async function teamOf(title: string): Promise<string> {
  const options = await listScopes(world.web, world.member, { ...place(), resource: 'issues' });
  const chosen = options.data.find((option) => option.title === title);
  if (!chosen) throw new Error('The team is not offered');
  return chosen.key;
}

async function follow(name: string, scopeKey: string): Promise<string> {
  const { workspaceId, member } = world;
  const { id } = await world.asMember((tx) =>
    createStream(tx, {
      workspaceId,
      connectionId,
      resource: 'issues',
      kind: 'task',
      name,
      scopeKey,
      scope: { team_id: scopeKey },
      requestedBy: member.userId,
    }),
  );
  return id;
}

/** By the object's id, or by the identifier it had when it was last seen. */
async function linkOf(id: string, key = '') {
  const [row] = await world.admin<
    { id: string; key: string; stream_id: string; state: string; code: string | null }[]
  >`select external_id as id, external_key as key, stream_id, state, error ->> 'code' as code from public.links
    where external_id = ${id} or external_key = ${key}`;
  return row;
}

describe('the story of a team, in order', () => {
  it('connects by the real flow', async () => {
    connectionId = await signIn();
    const shown = await connectionNow();
    expect(shown).toMatchObject({ status: 'active', account_name: 'mara · Northwind' });
    expect([...shown.scopes_granted].sort()).toEqual(['admin', 'read', 'write']);
    const lifeMs = Date.parse(shown.expires_at ?? '') - Date.now();
    expect(Math.round(lifeMs / 3_600_000)).toBe(24);
  });

  it('reads every issue of a chosen team, archived ones too', async () => {
    const { admin } = world;
    teamId = await teamOf('Engineering');
    await follow('Engineering', teamId);
    const phase = async () => (await admin`select phase from public.streams`)[0]?.['phase'];
    await expect.poll(phase, { timeout: 40_000, interval: 100 }).toBe('live');
    const rows = await admin<{ key: string; title: string }[]>`
      select l.external_key as key, r.data ->> 'title' as title
      from public.links l join public.records r on r.id = l.record_id`;
    const copy = new Map(rows.map((row) => [row.key, row.title]));
    expect(copy).toEqual(new Map((await truth()).map((one) => [one.identifier, one.title])));
    expect(await connectionNow()).toMatchObject({
      delivery: 'webhook',
      webhooks: [{ status: 'active', scope_key: teamId }],
    });
  });

  it('takes in a change made there, the assignee by a second look', async () => {
    const people = await linear().call<{ data: { users: { nodes: { id: string }[] } } }>(
      'POST',
      '/act',
      {
        as: 'tobias',
        query: '{ users(filter: { displayName: { eq: "noor" } }) { nodes { id } } }',
      },
    );
    const assigneeId = people.data.users.nodes[0]?.id ?? '';
    await act(updateIssue, { id: 'ENG-3', input: { title: 'Changed at Linear', assigneeId } });
    await expect
      .poll(async () => (await recordOf('ENG-3')).data, patience)
      .toMatchObject({ title: 'Changed at Linear', assignees: ['noor'] });
  });

  it('sends out an edit made here: state, priority and labels by their names', async () => {
    await edit('ENG-4', {
      title: 'Changed in the hub',
      state: 'in_progress',
      priority: 'urgent',
      labels: ['API', 'Bug'],
    });
    await expect
      .poll(async () => (await issueOf('ENG-4'))?.title, patience)
      .toBe('Changed in the hub');
    const after = await issueOf('ENG-4');
    expect(after).toMatchObject({ priority: 1 });
    expect(['In Progress', 'In Review']).toContain(after?.state);
    expect([...(after?.labels ?? [])].sort()).toEqual(['API', 'Bug']);
  });

  it('takes back an edit Linear refuses, with its reason', async () => {
    const before = (await recordOf('ENG-5')).data['title'];
    await edit('ENG-5', { title: 'x'.repeat(600) });
    await expect.poll(async () => (await recordOf('ENG-5')).data['title'], patience).toBe(before);
    const [intent] = await world.admin<{ error: { message: string } }[]>`
      select error from public.push_intents where error is not null order by id desc limit 1`;
    expect(JSON.stringify(intent?.error)).toContain('512 characters');
  });

  it('an issue in the trash is gone here', async () => {
    await act('mutation ($id: String!) { issueDelete(id: $id) { success } }', { id: 'ENG-6' });
    await expect.poll(async () => (await recordOf('ENG-6')).gone, patience).toBe(true);
  });

  it('an issue moved to a team nobody follows keeps its record, and is not written to', async () => {
    const { id } = (await issueOf('ENG-7')) ?? { id: '' };
    await act(updateIssue, { id, input: { teamId: await teamOf('Operations') } });
    const before = await recordOf('ENG-7');
    await edit('ENG-7', { title: 'Not for this team' });
    await expect.poll(() => linkOf(id), patience).toMatchObject({ code: 'sync.left_scope' });
    await expect
      .poll(async () => (await recordOf('ENG-7')).data['title'], patience)
      .toBe(before.data['title']);
    expect(await recordOf('ENG-7')).toMatchObject({ gone: false });
    expect(await linkOf(id)).toMatchObject({ state: 'inaccessible', code: 'sync.left_scope' });
  });

  it('goes on with it once that team is followed, and follows it back', async () => {
    const { id } = (await linkOf('', 'ENG-7')) ?? { id: '' };
    const other = await follow('Operations', await teamOf('Operations'));
    await expect
      .poll(() => linkOf(id), { timeout: 40_000, interval: 100 })
      .toMatchObject({ stream_id: other, state: 'synced', code: null });
    await act(updateIssue, { id, input: { teamId } });
    await expect.poll(() => linkOf(id), patience).not.toMatchObject({ stream_id: other });
    const { key } = (await linkOf(id)) ?? { key: '' };
    await edit(key, { title: 'At home again' });
    await expect.poll(async () => (await issueOf(key))?.title, patience).toBe('At home again');
    expect((await recordOf(key)).gone).toBe(false);
  });

  it('renews an access that has ended, rotates it, and goes on', async () => {
    await linear().call('POST', '/tokens/expire', { login: 'mara' });
    const { web, member } = world;
    expect(await checkConnection(web, member, place())).toMatchObject({ status: 'active' });
    await linear().call('POST', '/tokens/expire', { login: 'mara' });
    expect(await checkConnection(web, member, place())).toMatchObject({ status: 'active' });
    expect((await linear().call<{ grants: number }>('GET', '/status')).grants).toBe(1);
  });

  it('asks for authorisation when the access was taken away there, and comes back in place', async () => {
    const { web, member } = world;
    await linear().call('POST', '/tokens/revoke', { login: 'mara' });
    await expect(checkConnection(web, member, place())).rejects.toMatchObject({
      code: 'connections.needs_reauth',
    });
    expect(await signIn(connectionId)).toBe(connectionId);
    expect(await checkConnection(web, member, place())).toMatchObject({ status: 'active' });
  });

  it('disconnects: webhook removed, access revoked, records kept', async () => {
    const { web, member } = world;
    await disconnect(web, member, place(), (tx) =>
      beginDisconnect(tx, { ...place(), requestedBy: member.userId }),
    );
    await expect.poll(async () => (await connectionNow()).status, patience).toBe('disconnected');
    expect(await connectionNow()).toMatchObject({
      receipt: { revocation: 'revoked', webhooks: { removed: 2 } },
    });
    const left = await linear().call<{ grants: number }>('GET', '/status');
    expect(left.grants).toBe(0);
    expect(await linear().call<unknown[]>('GET', '/webhooks')).toEqual([]);
  });
});
