import { expect } from 'vitest';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { type KillWorld, live, type Place } from './kill-world.ts';

export interface Story {
  begin(): Promise<Place>;
  /** What happens elsewhere between two looks at a saga. */
  between?(place: Place): Promise<void>;
  /** What must hold in the end, wherever workers died. */
  check(place: Place): Promise<void>;
}

/** Workers that die one after the other, then one that lives. Answers how long the last one lived. */
export async function tell(
  world: KillWorld,
  story: Story,
  deaths: readonly number[],
  change: Partial<ConnectorApi> = {},
): Promise<number> {
  const place = await story.begin();
  const between = () => story.between?.(place) ?? Promise.resolve();
  for (const diesAt of deaths) {
    await live(world, world.workerThatDiesAt(diesAt, change), between);
  }
  const last = world.workerThatDiesAt(undefined, change);
  await live(world, last, between);
  await everySagaIsItsEvents(world, place);
  await story.check(place);
  return last.mortal.breaths;
}

/** The rows say what the events add up to, and nothing is left running. */
async function everySagaIsItsEvents(world: KillWorld, place: Place): Promise<void> {
  const rows = await world.admin`
    select s.id, s.state, s.version,
      (select count(*)::int from public.saga_events e where e.saga_id = s.id) as events
    from public.sagas s where s.connection_id = ${place.connectionId}`;
  const told = await world.sagasOf(place);
  for (const row of rows) {
    expect(told.find(({ id }) => id === row['id'])?.state).toBe(row['state']);
    expect(row['version']).toBe(row['events']);
    expect(['completed', 'compensated', 'failed']).toContain(row['state']);
  }
}

/** A stream is begun by a worker that dies, and its connection is ended then. */
export async function endInTheMiddle(
  world: KillWorld,
  diesAt: number,
  change: Partial<ConnectorApi> = {},
): Promise<void> {
  const place = await world.arrange('waiting');
  await live(world, world.workerThatDiesAt(diesAt, change), () => reads(world, place));
  await world.beginDisconnect(place);
  await live(world, world.workerThatDiesAt(undefined, change));
  expect(await world.hooksOf(place)).toEqual([]);
  expect(await connectionOf(world, place)).toMatchObject({
    status: 'disconnected',
    has_credential: false,
    receipt: { revocation: 'revoked', webhooks: { left: 0 } },
  });
  await everySagaIsItsEvents(world, place);
}

/** Nothing stands, nothing is kept, and the receipt is what the service's log says. */
export const disconnecting = (world: KillWorld): Story => ({
  begin: async () => {
    const place = await world.arrange('live');
    await world.beginConnect(place);
    await live(world, world.workerThatDiesAt());
    expect(await world.hooksOf(place)).toHaveLength(1);
    await world.beginDisconnect(place);
    return place;
  },
  check: async (place) => {
    expect(await world.hooksOf(place)).toEqual([]);
    expect(world.service.revoked.filter((token) => token === place.token)).toHaveLength(1);
    expect(await connectionOf(world, place)).toMatchObject({
      status: 'disconnected',
      has_credential: false,
      receipt: { revocation: 'revoked', webhooks: { removed: 1, left: 0 } },
    });
    expect(await statesOf(world, place)).toMatchObject({ disconnect: 'completed' });
  },
});

export const connectingAgain = (world: KillWorld): Story => ({
  begin: async () => {
    const place = await world.arrange('live');
    await world.beginConnect(place);
    return place;
  },
  check: async (place) => {
    expect(await world.hooksOf(place)).toHaveLength(1);
    expect(await endpointsOf(world, place)).toMatchObject([{ status: 'active' }]);
    expect(await statesOf(world, place)).toEqual({ connect: 'completed' });
  },
});

export const readable = (world: KillWorld): Story => ({
  begin: () => world.arrange('waiting'),
  between: (place) => reads(world, place),
  check: async (place) => {
    expect(await world.hooksOf(place)).toHaveLength(1);
    expect(await endpointsOf(world, place)).toMatchObject([{ status: 'active' }]);
    expect(await connectionOf(world, place)).toMatchObject({ delivery: 'webhook' });
    const [run] = await world.admin`
      select status, checkpoint from public.runs where id = ${place.runId}`;
    expect(run).toEqual({ status: 'running', checkpoint: { prepared: true, detail: null } });
    expect(await statesOf(world, place)).toEqual({ start_stream: 'completed' });
  },
});

export const unreadable = (world: KillWorld): Story => ({
  begin: () => world.arrange('waiting'),
  between: (place) => fails(world, place),
  check: async (place) => {
    expect(await world.hooksOf(place)).toEqual([]);
    expect(await endpointsOf(world, place)).toMatchObject([{ status: 'removed' }]);
    expect(await statesOf(world, place)).toEqual({ start_stream: 'compensated' });
  },
});

async function statesOf(world: KillWorld, place: Place): Promise<Record<string, string>> {
  const sagas = await world.sagasOf(place);
  return Object.fromEntries(sagas.map(({ kind, state }) => [kind, state]));
}

async function connectionOf(
  world: KillWorld,
  { connectionId }: Place,
): Promise<Record<string, unknown>> {
  const [row] = await world.admin`
    select c.status, c.receipt, c.delivery, k.connection_id is not null as has_credential
    from public.connections c left join private.credentials k on k.connection_id = c.id
    where c.id = ${connectionId}`;
  return row ?? {};
}

const endpointsOf = ({ admin }: KillWorld, { connectionId }: Place) =>
  admin`select status, url from public.webhook_endpoints where connection_id = ${connectionId}`;

/** The run reads its first page as soon as it may. */
async function reads({ admin }: KillWorld, { runId }: Place): Promise<void> {
  await admin`update public.runs set status = 'running', calls = 1
    where id = ${runId} and status = 'queued' and next_attempt_at is not null`;
}

/** Or it fails for good. */
async function fails({ admin }: KillWorld, { runId, streamId }: Place): Promise<void> {
  const failed = await admin`
    update public.runs set status = 'failed', error = '{"code": "provider.not_found", "message": "Gone."}'
    where id = ${runId} and status = 'queued' and next_attempt_at is not null returning 1`;
  if (failed.length === 0) return;
  await admin`update public.streams set phase = 'failed' where id = ${streamId}`;
}
