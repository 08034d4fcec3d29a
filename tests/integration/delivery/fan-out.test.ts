import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, systemClock } from '#lib/core/index';
import type { Db, Tx } from '#lib/db/index';
import { fanOut } from '#lib/delivery/index';
import { isLong } from '../../setup/is-long.ts';
import { Killed, Mortal } from '../sagas/mortal.ts';
import { makeMember } from '../sync/world.ts';
import {
  bus,
  commitChanges,
  fanOutAll,
  log,
  makeWorld,
  subscribe,
  type World,
} from './delivery-world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());

const positionsOf = async (id: string): Promise<number[]> => {
  const rows = await world.admin<{ position: string }[]>`
    select position from public.deliveries where subscription_id = ${id} order by position`;
  return rows.map((row) => Number(row.position));
};
const endOf = async (workspaceId: string): Promise<number> => {
  const [row] = await world.admin<{ position: string }[]>`
    select position from private.workspace_clocks where workspace_id = ${workspaceId}`;
  return Number(row?.position);
};
const makeStream = async (workspaceId: string): Promise<{ id: string; connectionId: string }> => {
  const [id, connectionId] = [newId(), newId()];
  await world.admin`
    insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
    values (${connectionId}, ${workspaceId}, 'fake', ${connectionId}, 'fake', 'active')`;
  await world.admin`
    insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, phase)
    values (${id}, ${workspaceId}, ${connectionId}, 'issues', 'task', 'acme', '{}', 'acme', 'live')`;
  return { id, connectionId };
};

const from1 = (to: number): number[] => Array.from({ length: to }, (_, index) => index + 1);

describe('fanning out', () => {
  it('finds every position exactly once while others commit', async () => {
    const { workspaceId } = await makeMember(world.admin, 'concurrent');
    const ids = await Promise.all([
      subscribe(world, { workspaceId }),
      subscribe(world, { workspaceId, filter: { kinds: ['task'] } }),
    ]);
    const writers = 4;
    const commits = isLong ? 200 : 25;
    let isWriting = true;
    const write = async (): Promise<void> => {
      for (let n = 0; n < commits; n += 1) {
        const size = 1 + Math.floor(Math.random() * 4);
        const changes = Array.from({ length: size }, () => ({ recordId: newId() }));
        await commitChanges(world.admin, workspaceId, changes);
      }
    };
    const read = async (): Promise<void> => {
      while (isWriting) await fanOut({ db: world.worker, clock: systemClock, log, bus });
    };
    const reading = [read(), read(), read()];
    await Promise.all(Array.from({ length: writers }, write));
    isWriting = false;
    await Promise.all(reading);
    await fanOutAll(world.worker);
    const end = await endOf(workspaceId);
    expect(end).toBeGreaterThanOrEqual(writers * commits);
    for (const id of ids) expect(await positionsOf(id)).toEqual(from1(end));
  });

  it('loses nothing and makes nothing twice when its process dies at any line', async () => {
    const { workspaceId } = await makeMember(world.admin, 'killed');
    const id = await subscribe(world, { workspaceId });
    let survived = false;
    for (let breath = 1; !survived; breath += 1) {
      await commitChanges(world.admin, workspaceId, [{ recordId: newId() }, { recordId: newId() }]);
      const mortal = new Mortal(breath);
      const deps = { db: mortal.db(world.worker), clock: systemClock, log, bus };
      survived = await fanOut(deps).then(
        () => !mortal.isDead,
        (error: unknown) => {
          if (!(error instanceof Killed)) throw error;
          return false;
        },
      );
      await world.admin`update public.subscriptions set lease_until = null`;
    }
    await fanOutAll(world.worker);
    expect(await positionsOf(id)).toEqual(from1(await endOf(workspaceId)));
    const [counted] = await world.admin<{ n: number }[]>`
      select sum(changes)::int as n from public.analytics_hourly where workspace_id = ${workspaceId}`;
    expect(counted?.n).toBe(await endOf(workspaceId));
  });

  it('counts nothing twice when a frozen worker goes on after another one did its part', async () => {
    const { workspaceId } = await makeMember(world.admin, 'frozen');
    await commitChanges(world.admin, workspaceId, [{ recordId: newId() }, { recordId: newId() }]);
    const thaw = Promise.withResolvers<undefined>();
    const frozen = Promise.withResolvers<undefined>();
    const slow: Db = new Proxy(world.worker, {
      get: (target, name) => {
        if (name !== 'begin') return Reflect.get(target, name);
        return async (work: (tx: Tx) => Promise<unknown>) => {
          frozen.resolve(undefined);
          await thaw.promise;
          return target.begin(work);
        };
      },
    });
    const first = fanOut({ db: slow, clock: systemClock, log, bus });
    await frozen.promise;
    await world.admin`update public.subscriptions set lease_until = null where workspace_id = ${workspaceId}`;
    await fanOutAll(world.worker);
    thaw.resolve(undefined);
    expect(await first).toBe(0);
    const [counted] = await world.admin`
      select sum(changes)::int as n from public.analytics_hourly where workspace_id = ${workspaceId}`;
    expect(counted?.['n']).toBe(2);
  });

  it('lets the first delivery of a record go and keeps the others behind it', async () => {
    const { workspaceId } = await makeMember(world.admin, 'keys');
    const [a, b] = [newId(), newId()];
    await commitChanges(world.admin, workspaceId, [
      { recordId: a, version: 1 },
      { recordId: b, version: 1 },
      { recordId: a, version: 2 },
    ]);
    const id = await subscribe(world, { workspaceId });
    await fanOutAll(world.worker);
    await commitChanges(world.admin, workspaceId, [{ recordId: b, version: 2 }]);
    await fanOutAll(world.worker);
    const rows = await world.admin`
      select record_id, version::int, next_attempt_at is not null as armed from public.deliveries
      where subscription_id = ${id} order by position`;
    expect(rows).toEqual([
      { record_id: a, version: 1, armed: true },
      { record_id: b, version: 1, armed: true },
      { record_id: a, version: 2, armed: false },
      { record_id: b, version: 2, armed: false },
    ]);
  });

  it('does not wait for a subscription whose filter cannot be read', async () => {
    const { workspaceId } = await makeMember(world.admin, 'broken');
    const broken = await subscribe(world, { workspaceId });
    const whole = await subscribe(world, { workspaceId });
    await world.admin`update public.subscriptions set filter = '{"kinds": 7}' where id = ${broken}`;
    await commitChanges(world.admin, workspaceId, [{ recordId: newId() }]);
    await fanOutAll(world.worker);
    expect(await positionsOf(whole)).toEqual([1]);
    expect(await positionsOf(broken)).toEqual([]);
    await world.admin`delete from public.subscriptions where id = ${broken}`;
  });

  it('decides by kind, field and path', async () => {
    const { workspaceId } = await makeMember(world.admin, 'filters');
    const filter = { fields: ['state'], where: { 'after.state': { $eq: 'done' } } };
    const id = await subscribe(world, { workspaceId, filter });
    await commitChanges(world.admin, workspaceId, [
      { recordId: newId(), diff: { state: ['open', 'done'] } },
      { recordId: newId(), diff: { state: ['open', 'cancelled'] } },
      { recordId: newId(), diff: { title: ['a', 'done'] } },
      { recordId: newId(), diff: { state: [null, 'done'], title: [null, 'x'] } },
    ]);
    await fanOutAll(world.worker);
    expect(await positionsOf(id)).toEqual([1, 4]);
  });

  it('decides by the streams a record lives in, whoever changed it', async () => {
    const { workspaceId } = await makeMember(world.admin, 'streams');
    const [told, other] = [await makeStream(workspaceId), await makeStream(workspaceId)];
    const both = await subscribe(world, {
      workspaceId,
      filter: { stream_ids: [told.id, other.id] },
    });
    const one = await subscribe(world, { workspaceId, filter: { stream_ids: [told.id] } });
    const fromThere = { stream_ids: [told.id], connection_ids: [told.connectionId] };
    const narrow = await subscribe(world, { workspaceId, filter: fromThere });
    const [here, elsewhere, deleted, homeless] = [newId(), newId(), newId(), newId()];
    await commitChanges(world.admin, workspaceId, [
      { recordId: here },
      { recordId: elsewhere },
      { recordId: deleted, op: 'delete' },
      { recordId: homeless },
      { recordId: here, version: 2, connectionId: told.connectionId },
    ]);
    const link = (recordId: string, stream: typeof told, state = 'synced') => world.admin`
      insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind, external_id, state)
      values (${newId()}, ${workspaceId}, ${recordId}, ${stream.connectionId}, ${stream.id}, 'task', ${recordId}, ${state})`;
    await Promise.all([link(here, told), link(here, other), link(elsewhere, other)]);
    await link(deleted, told, 'tombstone');
    await fanOutAll(world.worker);
    expect(await positionsOf(both)).toEqual([1, 2, 3, 5]);
    expect(await positionsOf(one)).toEqual([1, 3, 5]);
    expect(await positionsOf(narrow)).toEqual([5]);
  });

  it('leaves the rest in the log when a subscription owes enough', async () => {
    const { workspaceId } = await makeMember(world.admin, 'owing');
    const id = await subscribe(world, { workspaceId });
    await commitChanges(world.admin, workspaceId, [{ recordId: newId() }]);
    await fanOutAll(world.worker);
    await world.admin`
      insert into public.deliveries (id, workspace_id, subscription_id, position, record_id, kind, op, version,
        origin, changed_at)
      select gen_random_uuid(), ${workspaceId}, ${id}, 1000000 + n, gen_random_uuid(), 'task', 'update', 1, 'hub', now()
      from generate_series(1, 10000) n`;
    await commitChanges(world.admin, workspaceId, [{ recordId: newId() }]);
    await fanOutAll(world.worker);
    const [row] = await world.admin`select cursor::int from public.subscriptions where id = ${id}`;
    expect(row?.['cursor']).toBe(1);
    await world.admin`delete from public.deliveries where subscription_id = ${id} and position > 1`;
    await fanOutAll(world.worker);
    expect(await positionsOf(id)).toEqual([1, 2]);
  });
});
