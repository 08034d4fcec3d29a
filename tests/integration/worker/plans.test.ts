import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { patience } from '../../setup/patience.ts';
import {
  newKeys,
  type OwnPostgres,
  startOwnPostgres,
  startWorkerProcess,
  type WorkerProcess,
} from './worker-process.ts';

let postgres: OwnPostgres;
let worker: WorkerProcess;
const workspaceId = newId();

beforeAll(async () => {
  postgres = await startOwnPostgres();
  await postgres.admin`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'W', 'w')`;
  worker = await startWorkerProcess(postgres.urls, newKeys());
});
afterAll(async () => {
  worker.kill('SIGKILL');
  await worker.exited;
  await postgres.close();
});

async function side(connector: string, titles: readonly string[]): Promise<string> {
  const [connectionId, streamId] = [newId(), newId()];
  const { admin } = postgres;
  await admin`
    insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
    values (${connectionId}, ${workspaceId}, ${connector}, ${connectionId}, 'acme', 'active')`;
  await admin`
    insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, phase)
    values (${streamId}, ${workspaceId}, ${connectionId}, 'issues', 'task', ${connector}, '{}', ${connector}, 'live')`;
  for (const title of titles) {
    const [recordId, linkId] = [newId(), newId()];
    const data = admin.json({ title });
    await admin`
      insert into public.records (id, workspace_id, kind, data) values (${recordId}, ${workspaceId}, 'task', ${data})`;
    await admin`
      insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind, external_id, base)
      values (${linkId}, ${workspaceId}, ${recordId}, ${connectionId}, ${streamId}, 'task', ${linkId}, ${data})`;
  }
  return streamId;
}

it('a plan that was ordered is made, and carried out once it is enabled, by the worker as it runs', async () => {
  const { admin } = postgres;
  const [flowId, planId] = [newId(), newId()];
  await admin`
    insert into public.flows (id, workspace_id, name, kind) values (${flowId}, ${workspaceId}, 'Both', 'task')`;
  const streams = [await side('github', ['Same', 'Left']), await side('linear', ['same'])];
  for (const [position, streamId] of streams.entries()) {
    await admin`
      insert into public.flow_sides (stream_id, workspace_id, flow_id, position)
      values (${streamId}, ${workspaceId}, ${flowId}, ${position})`;
  }
  const plan = async () => {
    const [row] = await admin`
      select status, joins, creates, estimate, error, done, skipped, failed from public.flow_plans where id = ${planId}`;
    return { ...row };
  };
  await admin`
    insert into public.flow_plans (id, workspace_id, flow_id, flow_version) values (${planId}, ${workspaceId}, ${flowId}, 1)`;
  await admin`select pg_notify('patchbay_work', 'plans')`;
  await expect.poll(plan, patience).toMatchObject({ status: 'ready' });
  expect(await plan()).toMatchObject({ joins: 1, creates: 1, estimate: { calls: 1 }, error: null });
  await admin`
    update public.flow_plans set status = 'enabling', epoch = epoch + 1, next_attempt_at = now(), done = 0
    where id = ${planId}`;
  await admin`select pg_notify('patchbay_work', 'plans')`;
  await expect.poll(plan, patience).toMatchObject({ status: 'done' });
  expect(await plan()).toMatchObject({ done: 2, skipped: 0, failed: 0 });
  const [flow] = await admin`
    select status, (select count(*)::int from public.records where deleted_at is null) as living,
      (select count(*)::int from public.creations) as owed
    from public.flows where id = ${flowId}`;
  expect({ ...flow }).toEqual({ status: 'live', living: 2, owed: 1 });
});
