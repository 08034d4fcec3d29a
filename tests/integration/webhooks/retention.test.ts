import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { cleanRows } from '#lib/hub/clean-rows';
import { type InboxFixture, inboxFixture } from './inbox-fixture.ts';

const dayMs = 86_400_000;
let inbox: InboxFixture;
beforeAll(async () => {
  inbox = await inboxFixture();
});
afterAll(() => inbox.close());

const daysAgo = (days: number): string => new Date(Date.now() - days * dayMs).toISOString();
const idOf = (days: number): string => {
  const hex = (Date.now() - days * dayMs).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}${newId().slice(13)}`;
};
const clean = () => cleanRows(inbox.worker, { eventDays: 30, dedupeDays: 45 });
const left = async (table: string): Promise<string[]> => {
  const rows = await inbox.admin<{ id: string }[]>`
    select id from ${inbox.admin(`public.${table}`)} order by id`;
  return rows.map(({ id }) => id);
};

describe('old rows', () => {
  it('of a connection’s log go after 90 days', async () => {
    const [old, kept] = [idOf(91), idOf(89)];
    for (const id of [old, kept]) {
      await inbox.admin`
        insert into public.connection_log (id, workspace_id, connection_id, level, code, message)
        values (${id}, ${inbox.workspaceId}, ${inbox.connectionId}, 'info', 'tests.said', 'x')`;
    }
    await clean();
    expect(await left('connection_log')).toEqual([kept]);
  });

  it('of runs go after 90 days, but for the last of each stream and those that have not ended', async () => {
    const streamId = newId();
    await inbox.admin`
      insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, phase)
      values (${streamId}, ${inbox.workspaceId}, ${inbox.connectionId}, 'issues', 'task', 'x', '{}', 'x', 'live')`;
    const [paused, old, last] = [idOf(300), idOf(200), idOf(100)];
    const runs = [
      [paused, 'paused'] as const,
      [old, 'failed'] as const,
      [last, 'completed'] as const,
    ];
    for (const [id, status] of runs) {
      await inbox.admin`
        insert into public.runs (id, workspace_id, connection_id, stream_id, kind, status)
        values (${id}, ${inbox.workspaceId}, ${inbox.connectionId}, ${streamId}, 'backfill', ${status})`;
    }
    await clean();
    expect(await left('runs')).toEqual([paused, last]);
  });

  it('of sagas go with their events 90 days after their end', async () => {
    const [old, recent, open] = [idOf(400), idOf(399), idOf(398)];
    const sagas = [
      [old, 'compensated', daysAgo(91)] as const,
      [recent, 'completed', daysAgo(89)] as const,
      [open, 'running', null] as const,
    ];
    for (const [id, state, finishedAt] of sagas) {
      await inbox.admin`
        insert into public.sagas (id, workspace_id, kind, subject, state, finished_at)
        values (${id}, ${inbox.workspaceId}, 'tests', ${randomUUID()}, ${state}, ${finishedAt})`;
      await inbox.admin`
        insert into public.saga_events (saga_id, position, workspace_id, type)
        values (${id}, 1, ${inbox.workspaceId}, 'begun')`;
    }
    await clean();
    expect(await left('sagas')).toEqual([recent, open]);
    expect(await inbox.admin`select 1 from public.saga_events`).toHaveLength(2);
  });

  it('of incidents go a year after their end, once somebody was told', async () => {
    const [old, unsaid, open] = [idOf(900), idOf(899), idOf(898)];
    const incidents = [
      [old, daysAgo(366), daysAgo(800)] as const,
      [unsaid, daysAgo(366), null] as const,
      [open, null, daysAgo(800)] as const,
    ];
    for (const [id, closedAt, alertedAt] of incidents) {
      await inbox.admin`
        insert into public.connection_incidents (id, workspace_id, connection_id, closed_at, alerted_at)
        values (${id}, ${inbox.workspaceId}, ${inbox.connectionId}, ${closedAt}, ${alertedAt})`;
    }
    await clean();
    expect(await left('connection_incidents')).toEqual([unsaid, open]);
  });

  it('of what was refused go after 30 days, their counts after 90', async () => {
    const [old, kept] = [idOf(31), idOf(29)];
    for (const id of [old, kept]) {
      await inbox.admin`
        insert into public.webhook_quarantine (id, workspace_id, endpoint_id, method, reason, headers, address_class)
        values (${id}, ${inbox.workspaceId}, ${inbox.endpointId}, 'POST', 'x', '{}', 'public')`;
    }
    await inbox.admin`
      insert into public.webhook_refusals (workspace_id, endpoint_id, reason, day, count)
      select ${inbox.workspaceId}, ${inbox.endpointId}, 'x', (now() at time zone 'utc')::date - n, 1
      from unnest(array[89, 91]) n`;
    await clean();
    expect(await left('webhook_quarantine')).toEqual([kept]);
    expect(await inbox.admin`select 1 from public.webhook_refusals`).toHaveLength(1);
  });

  it('of replays go 90 days after their end', async () => {
    const [old, kept, open] = [idOf(100), idOf(99), idOf(98)];
    const replays = [
      [old, 'completed', daysAgo(91)] as const,
      [kept, 'cancelled', daysAgo(89)] as const,
      [open, 'running', null] as const,
    ];
    for (const [id, status, finishedAt] of replays) {
      await inbox.admin`
        insert into public.replays (id, workspace_id, selection, expected, is_exact, until_id, status, finished_at)
        values (${id}, ${inbox.workspaceId}, '{"filter": {}}', 1, true, ${id}, ${status}, ${finishedAt})`;
    }
    await clean();
    expect(await left('replays')).toEqual([kept, open]);
  });

  it('of plans go after 90 days with their rows, but for the last of each flow and those not over', async () => {
    const [flowId, otherId] = [newId(), newId()];
    for (const id of [flowId, otherId]) {
      await inbox.admin`
        insert into public.flows (id, workspace_id, name, kind)
        values (${id}, ${inbox.workspaceId}, ${id}, 'task')`;
    }
    const [old, last, lone, waiting] = [idOf(200), idOf(100), idOf(150), idOf(120)];
    const plans = [
      [old, flowId, 'done', daysAgo(199)] as const,
      [waiting, flowId, 'ready', null] as const,
      [last, flowId, 'cancelled', daysAgo(0)] as const,
      [lone, otherId, 'done', daysAgo(149)] as const,
    ];
    for (const [id, flow, status, finishedAt] of plans) {
      await inbox.admin`
        insert into public.flow_plans (id, workspace_id, flow_id, flow_version, status, finished_at)
        values (${id}, ${inbox.workspaceId}, ${flow}, 1, ${status}, ${finishedAt})`;
      await inbox.admin`
        insert into public.flow_plan_rows (plan_id, ordinal, workspace_id, action, record_id, title)
        select ${id}, n, ${inbox.workspaceId}, 'create', gen_random_uuid(), 'x' from generate_series(1, 6000) n`;
      await inbox.admin`
        insert into private.flow_plan_members (plan_id, record_id, workspace_id, match_key, lives, taken, version)
        values (${id}, ${newId()}, ${inbox.workspaceId}, '', 1, 1, 1)`;
    }
    await clean();
    expect(await left('flow_plans')).toEqual([lone, waiting, last]);
    expect(await inbox.admin`select 1 from public.flow_plan_rows`).toHaveLength(18_000);
    const members = await inbox.admin`select plan_id from private.flow_plan_members`;
    expect(members.map((row) => String(row['plan_id'])).sort()).toEqual([waiting, last]);
  });

  it('of objects that were let be go after 90 days; of those that were made they stay', async () => {
    const [streamId, made, letBe, recent] = [newId(), idOf(400), idOf(399), idOf(398)];
    const { workspaceId, connectionId } = inbox;
    await inbox.admin`
      insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key)
      values (${streamId}, ${workspaceId}, ${connectionId}, 'issues', 'task', 's', '{}', ${streamId})`;
    const rows = [
      [made, 'done', 400],
      [letBe, 'cancelled', 91],
      [recent, 'cancelled', 89],
    ] as const;
    for (const [id, state, days] of rows) {
      const recordId = newId();
      await inbox.admin`insert into public.records (id, workspace_id, kind, data)
        values (${recordId}, ${workspaceId}, 'task', '{}')`;
      await inbox.admin`
        insert into public.creations (id, workspace_id, record_id, connection_id, stream_id, state, finished_at, next_attempt_at)
        values (${id}, ${workspaceId}, ${recordId}, ${connectionId}, ${streamId}, ${state}, ${daysAgo(days)}, null)`;
    }
    await clean();
    expect(await left('creations')).toEqual([made, recent]);
  });

  it('are let go in steps, however many there are', async () => {
    await inbox.admin`
      insert into private.dedupe_keys (endpoint_id, key, event_id, seen_at)
      select ${inbox.endpointId}, n::text, gen_random_uuid(), now() - n * interval '1 day'
      from generate_series(1, 12000) n`;
    await clean();
    const [row] = await inbox.admin<{ count: number }[]>`
      select count(*)::int from private.dedupe_keys`;
    expect(row?.count).toBe(44);
  });

  it('the audit log stays', async () => {
    await inbox.admin`
      insert into public.audit_log (id, workspace_id, action, at)
      values (${idOf(4_000)}, ${inbox.workspaceId}, 'tests.acted', ${daysAgo(4_000)})`;
    await clean();
    expect(await left('audit_log')).toHaveLength(1);
  });
});
