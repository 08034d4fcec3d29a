import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isHubError, newId } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { type DisabledNews, readAnalytics, retain } from '#lib/delivery/index';
import { readChanges } from '#lib/records/index';
import { patience } from '../../setup/patience.ts';
import { type Member, makeMember } from '../sync/world.ts';
import { commitChanges, fanOutAll, makeWorld, subscribe, type World } from './delivery-world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
const read = (member: Member, after: number, compact = false, limit = 200) =>
  asUser(world.web, member, (tx) =>
    readChanges(tx, { workspaceId: member.workspaceId, after, compact, limit }),
  );
const positions = async (workspaceId: string): Promise<number[]> => {
  const rows = await world.admin<{ position: number }[]>`
    select position::int from public.change_log where workspace_id = ${workspaceId} order by position`;
  return rows.map((row) => row.position);
};
const retainAll = async (news: DisabledNews[] = []): Promise<void> => {
  const deps = {
    db: world.worker,
    changeDays: 90,
    onDisabled: async (_: unknown, told: DisabledNews) => void news.push(told),
  };
  while ((await retain(deps)) > 0);
};

describe('the log', () => {
  it('loses what is old, and tells those who come from before it', async () => {
    const member = await makeMember(world.admin, 'old');
    await commitChanges(
      world.admin,
      member.workspaceId,
      [200, 150, 100, 50, 10].map((days) => ({ recordId: newId(), at: daysAgo(days) })),
    );
    await fanOutAll(world.worker);
    await retainAll();
    expect(await positions(member.workspaceId)).toEqual([4, 5]);
    const refused = await read(member, 2).then(
      () => null,
      (error: unknown) => (isHubError(error) ? error : null),
    );
    expect(refused).toMatchObject({ code: 'records.position_gone', status: 410 });
    expect(refused?.details).toMatchObject({ oldest_position: 3 });
    expect((await read(member, 3)).changes.map((change) => change.position)).toEqual([4, 5]);
  });

  it('counts what went by somebody who was paused for longer than it is kept', async () => {
    const { workspaceId } = await makeMember(world.admin, 'paused');
    const id = await subscribe(world, { workspaceId });
    await world.admin`update public.subscriptions set status = 'paused' where id = ${id}`;
    await commitChanges(
      world.admin,
      workspaceId,
      [200, 150, 10].map((days) => ({ recordId: newId(), at: daysAgo(days) })),
    );
    // The hub's own counting holds the log back until it has read it.
    await fanOutAll(world.worker);
    await retainAll();
    await world.admin`update public.subscriptions set status = 'active' where id = ${id}`;
    await fanOutAll(world.worker);
    const [row] = await world.admin`
      select missed::int, cursor::int from public.subscriptions where id = ${id}`;
    expect(row).toEqual({ missed: 2, cursor: 3 });
    const made = await world.admin`
      select position::int from public.deliveries where subscription_id = ${id}`;
    expect(made.map(({ position }) => position as number)).toEqual([3]);
  });

  it('keeps what somebody active has still to read, until they are too far behind', async () => {
    const { workspaceId } = await makeMember(world.admin, 'slow');
    const ages = [100, 100, 95, 10];
    await commitChanges(
      world.admin,
      workspaceId,
      ages.map((days) => ({ recordId: newId(), at: daysAgo(days) })),
    );
    await fanOutAll(world.worker);
    const slow = await subscribe(world, { workspaceId, from: 1, name: 'Slow' });
    const paused = await subscribe(world, { workspaceId, from: 0 });
    await world.admin`update public.subscriptions set status = 'paused' where id = ${paused}`;
    const news: DisabledNews[] = [];
    await retainAll(news);
    expect(await positions(workspaceId)).toEqual([2, 3, 4]);
    expect(news).toEqual([]);
    await world.admin`
      update public.change_log set at = ${daysAgo(120)} where workspace_id = ${workspaceId} and position = 2`;
    await retainAll(news);
    expect(news).toMatchObject([
      { subscriptionId: slow, name: 'Slow', code: 'delivery.too_far_behind' },
    ]);
    expect(await positions(workspaceId)).toEqual([4]);
    const [row] = await world.admin`
      select status, status_code from public.subscriptions where id = ${slow}`;
    expect(row).toEqual({ status: 'disabled', status_code: 'delivery.too_far_behind' });
  });

  it('gives the latest change of each record, however it is cut into pages', async () => {
    const member = await makeMember(world.admin, 'compact');
    const records = Array.from({ length: 5 }, () => newId());
    const version = new Map<string, number>();
    const last = new Map<string, number>();
    for (let position = 1; position <= 60; position += 1) {
      const recordId = records[Math.floor(Math.random() * records.length)] ?? '';
      version.set(recordId, (version.get(recordId) ?? 0) + 1);
      last.set(recordId, position);
      await commitChanges(world.admin, member.workspaceId, [
        { recordId, version: version.get(recordId) ?? 1 },
      ]);
    }
    for (const limit of [1, 2, 200]) {
      const seen: number[] = [];
      for (let after = 0, hasMore = true; hasMore; ) {
        const page = await read(member, after, true, limit);
        seen.push(...page.changes.map((change) => change.position));
        after = page.position;
        hasMore = page.has_more;
      }
      expect(seen).toEqual([...last.values()].toSorted((a, b) => a - b));
    }
  });
});

describe('hourly counts', () => {
  it('are what the log says, each change once', async () => {
    const member = await makeMember(world.admin, 'counted');
    const { workspaceId } = member;
    const connectionId = newId();
    const atMs = Date.parse('2026-06-01T10:30:00.000Z');
    const waits = [0, 10, 40, 500, 90_000];
    const came = waits.map((ms) => ({
      recordId: newId(),
      connectionId,
      inboxEventId: idAt(atMs - ms),
      at: new Date(atMs).toISOString(),
    }));
    const byHand = [1, 2, 3].map(() => ({ recordId: newId(), at: '2026-06-01T11:10:00.000Z' }));
    await commitChanges(world.admin, workspaceId, [...came.slice(0, 3), ...byHand]);
    await fanOutAll(world.worker);
    await commitChanges(world.admin, workspaceId, came.slice(3));
    await fanOutAll(world.worker);
    const query = { from: '2026-06-01T00:00:00.000Z', to: '2026-06-02T00:00:00.000Z' };
    const clock = { now: () => atMs, random: () => 0 };
    const answer = await asUser(world.web, member, (tx) =>
      readAnalytics(tx, clock, { workspaceId, query: { ...query, by: 'connection' } }),
    );
    expect(answer.position).toBe(8);
    expect(answer.data).toMatchObject([
      { hour: '2026-06-01T10:00:00.000Z', connection_id: connectionId, changes: 5 },
      { hour: '2026-06-01T11:00:00.000Z', connection_id: null, changes: 3 },
    ]);
    expect(answer.total).toMatchObject({
      changes: 8,
      freshness: { count: 5, mean: 18_110, p50: 64, p95: 90_000, max: 90_000 },
    });
    // Connections of one hour are one row by kind.
    const byHandOfOther = byHand.map((change) => ({ ...change, connectionId: newId() }));
    await commitChanges(world.admin, workspaceId, byHandOfOther);
    await fanOutAll(world.worker);
    const summed = await asUser(world.web, member, (tx) =>
      readAnalytics(tx, clock, { workspaceId, query: { ...query, by: 'kind' } }),
    );
    expect(summed.data.map(({ hour, op, changes }) => [hour, op, changes])).toEqual(
      [...Map.groupBy(summed.data, ({ hour, op }) => `${hour} ${op}`).values()].map(([row]) => [
        row?.hour,
        row?.op,
        row?.changes,
      ]),
    );
    expect(summed.total.changes).toBe(11);
  });
});

/** A UUIDv7 of that moment. */
const idAt = (ms: number): string => {
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${newId().slice(15)}`;
};

describe('deliveries', () => {
  it('that somebody sends again at that moment are not taken away', async () => {
    const { workspaceId } = await makeMember(world.admin, 'again');
    const subscription = await subscribe(world, { workspaceId });
    const id = newId();
    await world.admin`
      insert into public.deliveries (id, workspace_id, subscription_id, position, record_id, kind, op, version,
        origin, changed_at, status, ended_at)
      values (${id}, ${workspaceId}, ${subscription}, 0, ${newId()}, 'task', 'update', 1, 'hub', now(), 'dead',
        ${daysAgo(31)})`;
    const retaining = await world.admin.begin(async (tx) => {
      await tx`update public.deliveries set status = 'pending', ended_at = null where id = ${id}`;
      const under = { way: retainAll() };
      await expect
        .poll(
          () => world.admin`select 1 from pg_stat_activity where datname = current_database()
            and wait_event_type = 'Lock' and query like '%delete from public.deliveries%'`,
          patience,
        )
        .toHaveLength(1);
      return under;
    });
    await retaining.way;
    expect(await world.admin`select status from public.deliveries where id = ${id}`).toEqual([
      { status: 'pending' },
    ]);
  });
});
