import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  getDelivery,
  listDeliveries,
  redriveDeliveries,
  redriveDelivery,
  skipDelivery,
} from '#lib/delivery/index';
import {
  commitChanges,
  drain,
  fanOutAll,
  Receiver,
  startWorker,
  subscribe,
} from './delivery-world.ts';
import { fault, Manager, versions } from './manager.ts';

let manager: Manager;
beforeAll(async () => {
  manager = await Manager.make();
});
afterAll(() => manager.world.close());
beforeEach(() => manager.begin());

describe('deliveries in hand', () => {
  const refuse = () => ({ type: 'refused', code: 'http.400', reason: 'It answered 400.' }) as const;

  it('need not wait for the next try when somebody asks', async () => {
    await manager.create({ from: 'beginning' });
    await commitChanges(manager.world.admin, manager.member.workspaceId, versions(1));
    await fanOutAll(manager.world.worker);
    const receiver = new Receiver();
    receiver.answer = () => ({
      type: 'retry',
      code: 'http.500',
      reason: 'It answered 500.',
      afterMs: 3_600_000,
    });
    const worker = startWorker(manager.world.worker, receiver);
    await drain(worker);
    const [waiting] = await manager.list({ status: 'failed' });
    receiver.answer = () => ({ type: 'delivered' });
    await drain(worker);
    expect(receiver.heard).toHaveLength(1);
    await manager.as((tx) =>
      redriveDelivery(tx, { id: waiting?.id ?? '', userId: manager.member.userId }),
    );
    await drain(worker);
    expect(receiver.heard.map(({ id }) => id)).toEqual([waiting?.id, waiting?.id]);
    expect((await manager.list()).map(({ status }) => status)).toEqual(['delivered']);
  });

  it('are sent again, one or many, under the same id', async () => {
    await manager.create({ from: 'beginning' });
    await commitChanges(manager.world.admin, manager.member.workspaceId, [
      ...versions(2),
      ...versions(1),
    ]);
    await fanOutAll(manager.world.worker);
    const receiver = new Receiver();
    receiver.answer = refuse;
    const worker = startWorker(manager.world.worker, receiver);
    await drain(worker);
    const dead = await manager.list({ status: 'dead' });
    expect(dead).toHaveLength(3);
    receiver.answer = () => ({ type: 'delivered' });
    receiver.heard = [];
    const [one] = dead;
    await manager.as((tx) =>
      redriveDelivery(tx, { id: one?.id ?? '', userId: manager.member.userId }),
    );
    await drain(worker);
    expect(receiver.heard.map(({ id, attempt }) => [id, attempt])).toEqual([[one?.id, 1]]);
    const want = {
      subscription_id: one?.subscription_id ?? '',
      status: 'dead',
      preview: true,
    } as const;
    const many = (preview: boolean) =>
      manager.as((tx) =>
        redriveDeliveries(tx, {
          workspaceId: manager.member.workspaceId,
          userId: manager.member.userId,
          want: { ...want, preview },
        }),
      );
    expect(await many(true)).toEqual({ redriven: 0, left: 2 });
    expect(await many(false)).toEqual({ redriven: 2, left: 0 });
    await drain(worker);
    expect((await manager.list()).map((row) => row.status)).toEqual([
      'delivered',
      'delivered',
      'delivered',
    ]);
    const detail = await manager.as((tx) => getDelivery(tx, one?.id ?? ''));
    expect(detail.attempt_log.map((entry) => entry.outcome)).toEqual(['delivered', 'refused']);
    expect(detail.diff).toEqual({ title: [null, 'A title'] });
  });

  it('are passed over, so that the record goes on', async () => {
    await manager.create({ from: 'beginning' });
    await commitChanges(manager.world.admin, manager.member.workspaceId, versions(2));
    await fanOutAll(manager.world.worker);
    const receiver = new Receiver();
    receiver.answer = ({ version }) =>
      version === 1 ? { type: 'retry', code: 'x', reason: 'y' } : { type: 'delivered' };
    const worker = startWorker(manager.world.worker, receiver);
    await drain(worker);
    const [first] = await manager.list();
    await manager.as((tx) =>
      skipDelivery(tx, { id: first?.id ?? '', userId: manager.member.userId }),
    );
    await drain(worker);
    expect((await manager.list()).map((row) => row.status)).toEqual(['skipped', 'delivered']);
    expect(
      await fault(
        manager.as((tx) =>
          skipDelivery(tx, { id: first?.id ?? '', userId: manager.member.userId }),
        ),
      ),
    ).toBe('resource.conflict');
  });

  it('are listed page by page', async () => {
    await manager.create({ from: 'beginning' });
    await commitChanges(manager.world.admin, manager.member.workspaceId, versions(5));
    await fanOutAll(manager.world.worker);
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const from = cursor;
      const page = await manager.as((tx) =>
        listDeliveries(tx, {
          workspaceId: manager.member.workspaceId,
          filter: {},
          cursor: from,
          limit: 2,
        }),
      );
      seen.push(...page.data.map((row) => row.position));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual([5, 4, 3, 2, 1]);
  });
});

it('makes the same deliveries by hand and by the API', async () => {
  const byHand = await subscribe(manager.world, { workspaceId: manager.member.workspaceId });
  const { id } = await manager.create({ from: 'beginning' });
  await commitChanges(manager.world.admin, manager.member.workspaceId, versions(3));
  await fanOutAll(manager.world.worker);
  const rows = await manager.list();
  const of = (which: string) => rows.filter((row) => row.subscription_id === which).length;
  expect([of(byHand), of(id)]).toEqual([3, 3]);
});
