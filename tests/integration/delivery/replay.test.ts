import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId, systemClock } from '#lib/core/index';
import { cancelReplay, listReplays, startReplay, workReplays } from '#lib/delivery/index';
import { Mortal } from '../sagas/mortal.ts';
import {
  bus,
  commitChanges,
  drain,
  fanOutAll,
  log,
  Receiver,
  startWorker,
} from './delivery-world.ts';
import { fault, Manager, versions } from './manager.ts';

let manager: Manager;
beforeAll(async () => {
  manager = await Manager.make();
});
afterAll(() => manager.world.close());
beforeEach(() => manager.begin());

const replayAll = async (): Promise<void> => {
  const deps = { db: manager.world.worker, clock: systemClock, log, bus };
  while ((await workReplays(deps)) > 0);
};

describe('a replay', () => {
  const start = (subscriptionId: string, input: object) =>
    manager.as((tx) =>
      startReplay(tx, {
        subscriptionId,
        userId: manager.member.userId,
        input: { from: 'beginning', preview: false, ...input },
      }),
    );

  it('says how much it would be, and makes each position once although workers die over it', async () => {
    const { id } = await manager.create({ from: 'now', filter: { fields: ['title'] } });
    await commitChanges(manager.world.admin, manager.member.workspaceId, [
      ...versions(600),
      { recordId: newId(), diff: { state: ['open', 'done'] } },
    ]);
    await manager.world.admin`update public.subscriptions set cursor = 601 where id = ${id}`;
    expect(await start(id, { from: { position: 11 }, preview: true })).toMatchObject({
      id: null,
      status: 'preview',
      changes: 591,
      // The filter lets the titles through, and not the one change of a state.
      matching: { count: 590, is_exact: true },
    });
    const replay = await start(id, { from: { position: 11 } });
    for (let breath = 1; breath < 40; breath += 3) {
      const mortal = new Mortal(breath);
      await workReplays({
        db: mortal.db(manager.world.worker),
        clock: systemClock,
        log,
        bus,
      }).catch(() => 0);
    }
    await replayAll();
    const [row] = await manager.world.admin`
      select array_agg(position::int order by position) as positions from public.deliveries
      where replay_id = ${replay.id}`;
    expect(row?.['positions']).toEqual(Array.from({ length: 590 }, (_, n) => n + 11));
    const [told] = await manager.as((tx) => listReplays(tx, id));
    expect(told).toMatchObject({ status: 'done', created_count: 590, cursor: 601 });
  });

  it('comes in the order of each record, and again under other ids', async () => {
    const { id } = await manager.create({ from: 'beginning' });
    await commitChanges(manager.world.admin, manager.member.workspaceId, versions(3));
    await fanOutAll(manager.world.worker);
    const receiver = new Receiver();
    const worker = startWorker(manager.world.worker, receiver);
    await drain(worker);
    await start(id, {});
    await replayAll();
    await drain(worker);
    expect(receiver.heard.map((one) => one.version)).toEqual([1, 2, 3, 1, 2, 3]);
    expect(new Set(receiver.heard.map((one) => one.id)).size).toBe(6);
  });

  it('is cancelled without holding back what comes after it', async () => {
    const { id } = await manager.create({ from: 'beginning' });
    const recordId = newId();
    await commitChanges(manager.world.admin, manager.member.workspaceId, versions(3, recordId));
    await fanOutAll(manager.world.worker);
    const receiver = new Receiver();
    const worker = startWorker(manager.world.worker, receiver);
    await drain(worker);
    const replay = await start(id, {});
    await replayAll();
    await commitChanges(manager.world.admin, manager.member.workspaceId, [
      { recordId, version: 4 },
    ]);
    await fanOutAll(manager.world.worker);
    const cancelled = await manager.as((tx) =>
      cancelReplay(tx, {
        subscriptionId: id,
        replayId: replay.id ?? '',
        userId: manager.member.userId,
      }),
    );
    expect(cancelled.created_count).toBe(3);
    receiver.heard = [];
    await drain(worker);
    expect(receiver.heard.map((one) => one.version)).toEqual([4]);
    expect((await manager.list({ status: 'cancelled' })).length).toBe(3);
  });

  it('goes by time, and refuses what is not there', async () => {
    const { id } = await manager.create({ from: 'now' });
    await commitChanges(
      manager.world.admin,
      manager.member.workspaceId,
      [1, 2, 3].map((hour) => ({ recordId: newId(), at: `2026-05-01T0${hour}:00:00.000Z` })),
    );
    const from = { at: '2026-05-01T01:30:00.000Z' };
    expect(await start(id, { from, preview: true })).toMatchObject({
      after_position: 1,
      changes: 2,
    });
    const to = { at: '2026-05-01T02:30:00.000Z' };
    expect(await start(id, { from, to, preview: true })).toMatchObject({ upto_position: 2 });
    expect(await fault(start(id, { from: { position: 9 } }))).toBe('request.invalid');
    await manager.world.admin`
      update private.workspace_clocks set pruned_to = 2 where workspace_id = ${manager.member.workspaceId}`;
    expect(await fault(start(id, { from: { position: 2 } }))).toBe('records.position_gone');
  });
});
