import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connectByKey, listScopes } from '#lib/connections/index';
import type { JsonObject } from '#lib/core/index';
import { connectorRules } from '#lib/hub/connector-rules';
import { patchRecord } from '#lib/records/index';
import { createStream } from '#lib/sync/index';
import { openSandboxWorld, type SandboxWorld } from '../integration/worker/sandbox-world.ts';
import { patience } from '../setup/patience.ts';
import { type SeededProject, seedProject } from './redmine-world.ts';

const at = inject('redmine');
const { host } = new URL(at.url);
let world: SandboxWorld;
let seeded: SeededProject;
let connectionId: string;

beforeAll(async () => {
  seeded = await seedProject(at, 'hub', 5);
  world = await openSandboxWorld({ apps: [], seed: { issues: 1, webIssues: 1 } }, [host]);
});
afterAll(() => world?.close());

async function recordOf(id: number) {
  const [row] = await world.admin<{ id: string; version: number; data: JsonObject }[]>`
    select r.id, r.version::int, r.data
    from public.records r join public.links l on l.record_id = r.id
    where l.external_key = ${String(id)}`;
  if (!row) throw new Error(`There is no record of issue ${id}`);
  return row;
}

const connect = (fields: Record<string, string>, base_url = at.url) =>
  connectByKey(
    world.web,
    world.member,
    { workspaceId: world.workspaceId },
    { connector: 'redmine', auth_kind: 'api_key', fields, base_url, is_sandbox: false },
  );

/** The hub as it runs, its worker and its guard of outgoing calls, and the service itself. */
describe('the whole hub and a Redmine, in order', () => {
  it('connects by key, at an allowed address only', async () => {
    await expect(connect({ key: 'f'.repeat(40) })).rejects.toMatchObject({
      code: 'connections.key_refused',
    });
    const elsewhere = at.url.replace('127.0.0.1', '127.0.0.2');
    await expect(connect({ key: seeded.ada.key }, elsewhere)).rejects.toMatchObject({
      code: 'request.invalid',
    });
    const made = await connect({ key: seeded.ada.key });
    expect(made).toMatchObject({ status: 'active', account_name: `Ada Lovelace hub at ${host}` });
    connectionId = made.id;
  });

  it('reads the issues of a chosen project', async () => {
    const { web, member, workspaceId, admin } = world;
    const options = await listScopes(web, member, {
      workspaceId,
      connectionId,
      resource: 'issues',
    });
    const chosen = options.data.find(({ key }) => key === String(seeded.projectId));
    if (!chosen) throw new Error('The project is not offered');
    await world.asMember((tx) =>
      createStream(tx, {
        workspaceId,
        connectionId,
        resource: 'issues',
        kind: 'task',
        name: chosen.title,
        scopeKey: chosen.key,
        scope: { project_id: seeded.projectId },
        requestedBy: member.userId,
      }),
    );
    const phase = async () => (await admin`select phase from public.streams`)[0]?.['phase'];
    await expect.poll(phase, patience).toBe('live');
    const keys = await admin<{ key: string }[]>`select external_key as key from public.links`;
    expect(new Set(keys.map(({ key }) => Number(key)))).toEqual(new Set(await seeded.ids()));
  });

  it('sends out an edit made here', async () => {
    const [id = 0] = await seeded.ids();
    const { id: recordId, version } = await recordOf(id);
    const data: JsonObject = { title: 'Changed in the hub', state: 'done', priority: 'High' };
    const patch = { mutation_id: randomUUID(), version, data };
    await world.asMember((tx) => patchRecord(tx, connectorRules, { recordId, patch }));
    await expect
      .poll(() => seeded.show(id), patience)
      .toMatchObject({ subject: 'Changed in the hub', status: { name: 'Closed' } });
    expect(await seeded.show(id)).toMatchObject({ priority: { name: 'High' } });
  });

  it('takes in a change made there', async () => {
    const id = (await seeded.ids()).at(-1) ?? 0;
    await seeded.change(id, { subject: 'Changed at Redmine' });
    await expect
      .poll(async () => (await recordOf(id)).data, patience)
      .toMatchObject({ title: 'Changed at Redmine' });
  });
});
