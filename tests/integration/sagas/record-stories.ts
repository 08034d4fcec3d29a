import { expect } from 'vitest';
import { logConnection, openConnection } from '#lib/connections/index';
import { newId } from '#lib/core/index';
import { type Db, transaction } from '#lib/db/index';
import { beginRecord } from '#lib/hub/sagas/start-sagas';
import { enqueueDueSagas, workSaga } from '#lib/sagas/index';
import {
  type CreateJob,
  createObject,
  enqueueDueCreations,
  observeObjects,
  type SyncDeps,
} from '#lib/sync/index';
import type { KillWorld } from './kill-world.ts';
import type { Kept, RecordService } from './record-service.ts';
import { handing } from './run-sagas.ts';

export interface RecordPlaces {
  workspaceId: string;
  recordId: string;
  title: string;
  streams: { streamId: string; connectionId: string }[];
}

let titles = 0;

/** A record that is to have an object at each of so many services. */
export async function begin(world: KillWorld, count: number): Promise<RecordPlaces> {
  titles += 1;
  const title = `Record ${titles}`;
  const recordId = newId();
  const streams: RecordPlaces['streams'] = [];
  let [workspaceId, userId] = ['', ''];
  for (let n = 0; n < count; n += 1) {
    const place = await world.arrange('live');
    // Each stream is a service of its own.
    await world.admin`
      update public.streams set scope = ${world.admin.json({ owner: place.streamId })} where id = ${place.streamId}`;
    streams.push(place);
    ({ workspaceId, userId } = place);
  }
  await world.admin`
    insert into public.records (id, workspace_id, kind, data)
    values (${recordId}, ${workspaceId}, 'task', ${world.admin.json({ title, state: 'open' })})`;
  const streamIds = streams.map(({ streamId }) => streamId);
  await transaction(world.db, (tx) =>
    beginRecord(tx, { workspaceId, recordId, streamIds, requestedBy: userId }),
  );
  return { workspaceId, recordId, title, streams };
}

/** A worker's life: sagas and the making of objects, until it dies or nothing is left to do. */
async function live(
  world: KillWorld,
  worker: ReturnType<KillWorld['workerThatDiesAt']>,
): Promise<void> {
  const { deps, mortal, steps } = worker;
  const sync = syncOf(steps.connections);
  const signal = new AbortController().signal;
  for (let rounds = 0; rounds < 80 && !mortal.isDead; rounds += 1) {
    await pass(world);
    const sagas = handing();
    await enqueueDueSagas({ db: world.db, queue: sagas.queue });
    const making = handing();
    await enqueueDueCreations({ db: world.db, queue: making.queue });
    if (sagas.jobs.length + making.jobs.length === 0) return;
    for (const job of making.jobs) {
      await unlessDead(mortal, createObject(sync, job as unknown as CreateJob, signal));
    }
    for (const job of sagas.jobs) await unlessDead(mortal, workSaga(deps, job, signal));
  }
  if (!mortal.isDead) throw new Error('The record never came to an end');
}

const unlessDead = (mortal: { isDead: boolean }, work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => {
    if (!mortal.isDead) throw error;
  });

/** Time passes: leases end, rests are over, and a call that was made has had its effect. */
async function pass(world: KillWorld): Promise<void> {
  await world.pass();
  await world.admin`
    update public.creations set lease_until = null, called_at = called_at - interval '1 minute',
      next_attempt_at = now() where next_attempt_at is not null`;
}

const notHere = (): Promise<never> => Promise.reject(new Error('Not part of these stories'));

const syncOf = (connections: { db: Db } & Parameters<typeof openConnection>[0]): SyncDeps => ({
  db: connections.db,
  queue: { send: notHere },
  connect: (at, options) => openConnection(connections, at, options),
  prepareStream: notHere,
  logConnection,
  clock: connections.clock,
  log: connections.log,
  pollMs: 30_000,
});

/** Workers that die one after the other, then one that lives. Answers how long the last one lived. */
export async function tellRecord(
  world: KillWorld,
  service: RecordService,
  story: { places: RecordPlaces; check: () => Promise<void> },
  deaths: readonly number[],
): Promise<number> {
  for (const diesAt of deaths) await live(world, world.workerThatDiesAt(diesAt, service.api));
  const last = world.workerThatDiesAt(undefined, service.api);
  await live(world, last);
  await story.check();
  return last.mortal.breaths;
}

/** The record lives at every service, and each has one object for it. */
export async function isWhole(
  world: KillWorld,
  service: RecordService,
  places: RecordPlaces,
): Promise<void> {
  expect(await sagaOf(world, places)).toBe('completed');
  const [record] = await world.admin`
    select deleted_at, (select count(*)::int from public.links l where l.record_id = r.id and l.state <> 'tombstone') as links
    from public.records r where id = ${places.recordId}`;
  expect(record).toEqual({ deleted_at: null, links: places.streams.length });
  for (const { streamId } of places.streams) {
    expect(service.at(streamId)).toMatchObject([{ title: places.title, state: 'open' }]);
  }
}

/** Nothing of it is left open anywhere, and what services still tell of it brings nothing back. */
export async function isTakenBack(
  world: KillWorld,
  service: RecordService,
  places: RecordPlaces,
): Promise<void> {
  expect(await sagaOf(world, places)).toBe('compensated');
  const left = places.streams.flatMap(({ streamId }) => service.at(streamId));
  expect(left.filter(({ state }) => state === 'open')).toEqual([]);
  expect(left.length).toBeLessThan(places.streams.length);
  for (const kept of left) await tells(world, service, places, kept);
  const rows = await world.admin`
    select r.id, r.deleted_at is not null as is_over,
      (select count(*)::int from public.change_log c where c.record_id = r.id and c.op = 'delete') as deletions
    from public.records r where r.workspace_id = ${places.workspaceId} and r.title = ${places.title}`;
  expect(rows).toEqual([{ id: places.recordId, is_over: true, deletions: 1 }]);
  const creations = await world.admin`
    select distinct state from public.creations where record_id = ${places.recordId}`;
  expect(creations).toEqual([{ state: 'cancelled' }]);
}

/** A late webhook of its making, one of its end, a comment after that, and a list that shows it. */
async function tells(
  world: KillWorld,
  service: RecordService,
  { workspaceId, streams }: RecordPlaces,
  kept: Kept,
): Promise<void> {
  const place = streams.find(({ streamId }) => streamId === kept.place);
  if (!place) throw new Error('An object of no stream');
  const shown = service.show(kept);
  const states = [
    { ...shown, rank: shown.rank - 1_000, fields: { ...shown.fields, state: 'open' } },
    shown,
    { ...shown, rank: shown.rank + 5_000 },
  ];
  for (const object of states) {
    for (const type of ['webhook', 'poll'] as const) {
      await transaction(world.db, (tx) =>
        observeObjects(tx, {
          workspaceId,
          ...place,
          kind: 'task',
          objects: [object],
          source: { type },
          writable: ['title'],
        }),
      );
    }
  }
}

async function sagaOf({ admin }: KillWorld, { recordId }: RecordPlaces): Promise<unknown> {
  const [row] = await admin`select state from public.sagas where subject = ${recordId}`;
  return row?.['state'];
}
