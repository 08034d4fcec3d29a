import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { sagaSweeps } from '#lib/hub/sagas/worker-sagas';
import type { Queue } from '#lib/queue/index';
import { type KillWorld, live, makeKillWorld, type Place } from './kill-world.ts';
import { runSagas } from './run-sagas.ts';

let world: KillWorld;
beforeAll(async () => {
  world = await makeKillWorld();
});
afterAll(() => world.close());

const refused = () =>
  Promise.reject(new HubError('provider.forbidden', 'You may not add webhooks here.'));
const away = () =>
  Promise.reject(new HubError('provider.unavailable', 'Away.', { retry: 'later' }));

const streamOf = async ({ streamId, runId }: Place) => {
  const [row] = await world.admin`
    select s.delivery, s.phase_detail, r.status, r.next_attempt_at is not null as is_due, r.checkpoint
    from public.streams s join public.runs r on r.id = ${runId} where s.id = ${streamId}`;
  return row ?? {};
};
const completes = (place: Place) => async () => {
  await world.admin`update public.runs set status = 'completed', calls = 1
    where id = ${place.runId} and status = 'queued' and next_attempt_at is not null`;
};

describe('a service that takes no webhook', () => {
  it.each([
    ['refuses', { registerWebhook: refused }, 'You may not add webhooks here.'],
    ['is away all the time', { registerWebhook: away }, 'Away.'],
  ] as [string, Partial<ConnectorApi>, string][])(
    'because it %s: the stream is polled, and says so',
    async (_what, change, reason) => {
      const place = await world.arrange('waiting');
      await live(world, world.workerThatDiesAt(undefined, change), completes(place));
      const detail = `polling every 30 s because ${reason}`;
      expect(await streamOf(place)).toMatchObject({
        delivery: 'poll',
        phase_detail: detail,
        status: 'completed',
        checkpoint: { prepared: true, detail },
      });
      const [saga] = await world.sagasOf(place);
      expect(saga?.state).toBe('completed');
      expect(saga?.steps[0]?.error?.message ?? saga?.steps[0]?.note).toContain(reason);
    },
  );
});

describe('a service that does not let go', () => {
  it.each([
    ['refuses for good', { removeWebhook: refused }],
    ['is away all the time', { removeWebhook: away }],
  ] as [string, Partial<ConnectorApi>][])(
    'because it %s: the connection ends, and the receipt says what is left',
    async (_what, change) => {
      const place = await world.arrange('live');
      await world.beginConnect(place);
      await live(world, world.workerThatDiesAt());
      await world.beginDisconnect(place);
      await live(world, world.workerThatDiesAt(undefined, change));
      const [row] = await world.admin`
        select status, receipt from public.connections where id = ${place.connectionId}`;
      expect(row).toMatchObject({
        status: 'disconnected',
        receipt: { revocation: 'revoked', webhooks: { removed: 0, left: 1 } },
      });
      expect(await world.hooksOf(place)).toHaveLength(1);
    },
  );
});

it('a first page that takes hours is not looked for every second', async () => {
  const place = await world.arrange('waiting');
  await world.admin`update public.runs set created_at = now() - interval '3 hours' where id = ${place.runId}`;
  await runSagas(world.workerThatDiesAt().deps);
  const [saga] = await world.admin`
    select state, next_attempt_at > now() + interval '20 seconds' as is_later
    from public.sagas where kind = 'start_stream' and subject = ${place.streamId}`;
  expect(saga).toEqual({ state: 'running', is_later: true });
  await live(world, world.workerThatDiesAt(), completes(place));
});

it('a connection that is being ended by nobody gets somebody who does it', async () => {
  const place = await world.arrange('none');
  await world.admin`update public.connections set status = 'disconnecting' where id = ${place.connectionId}`;
  const { steps, ...worker } = world.workerThatDiesAt();
  const sweep = sagaSweeps(steps, {} as Queue).find(({ name }) => name === 'unattended');
  await sweep?.run();
  await sweep?.run();
  await live(world, worker);
  const [row] =
    await world.admin`select status from public.connections where id = ${place.connectionId}`;
  expect(row).toEqual({ status: 'disconnected' });
  expect(await world.sagasOf(place)).toHaveLength(1);
});
