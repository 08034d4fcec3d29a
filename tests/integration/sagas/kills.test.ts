import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { isLong } from '../../setup/is-long.ts';
import { type KillWorld, live, makeKillWorld, type Place } from './kill-world.ts';

/** Of the breaths at which a worker is killed; all of them in the long run. */
const stride = isLong ? 1 : 4;

let world: KillWorld;
beforeAll(async () => {
  world = await makeKillWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.service.hooks.clear();
  world.service.revoked.length = 0;
});

interface Story {
  begin(): Promise<Place>;
  /** What happens elsewhere between two looks at a saga. */
  between?(place: Place): Promise<void>;
  /** What must hold in the end, wherever workers died. */
  check(place: Place): Promise<void>;
}

/** Workers that die one after the other, then one that lives. Answers how long the last one lived. */
async function tell(
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
  await everySagaIsItsEvents(place);
  await story.check(place);
  return last.mortal.breaths;
}

/** The rows say what the events add up to, and nothing is left running. */
async function everySagaIsItsEvents(place: Place): Promise<void> {
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

/** Of every story: with a worker killed at each of its breaths, and at seeded sequences of them. */
function killedEverywhere(story: Story): void {
  it('ends as it should when nobody dies', async () => {
    expect(await tell(story, [])).toBeGreaterThan(10);
  });

  it('and wherever a worker is killed', async () => {
    const breaths = await tell(story, []);
    for (let at = 1; at <= breaths; at += stride) await tell(story, [at]);
  });

  it('and when several die one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 4 }),
        async (deaths) => void (await tell(story, deaths)),
      ),
      { numRuns: isLong ? 200 : 15, seed: 11 },
    );
  });
}

const states = async (place: Place) =>
  Object.fromEntries((await world.sagasOf(place)).map(({ kind, state }) => [kind, state]));

async function connectionOf({ connectionId }: Place) {
  const [row] = await world.admin`
    select c.status, c.receipt, c.delivery, k.connection_id is not null as has_credential
    from public.connections c left join private.credentials k on k.connection_id = c.id
    where c.id = ${connectionId}`;
  return row ?? {};
}

const endpointsOf = ({ connectionId }: Place) =>
  world.admin`select status, url from public.webhook_endpoints where connection_id = ${connectionId}`;

/** Nothing stands, nothing is kept, and the receipt is what the service's log says. */
async function isEnded(place: Place, removed: number): Promise<void> {
  expect(await world.hooksOf(place)).toEqual([]);
  expect(world.service.revoked.filter((token) => token === place.token)).toHaveLength(1);
  expect(await connectionOf(place)).toMatchObject({
    status: 'disconnected',
    has_credential: false,
    receipt: { revocation: 'revoked', webhooks: { removed, left: 0 } },
  });
  expect(await states(place)).toMatchObject({ disconnect: 'completed' });
}

const registered = async (): Promise<Place> => {
  const place = await world.arrange('live');
  await world.beginConnect(place);
  await live(world, world.workerThatDiesAt());
  expect(await world.hooksOf(place)).toHaveLength(1);
  return place;
};

describe('disconnecting', () => {
  killedEverywhere({
    begin: async () => {
      const place = await registered();
      await world.beginDisconnect(place);
      return place;
    },
    check: (place) => isEnded(place, 1),
  });
});

describe('connecting again', () => {
  killedEverywhere({
    begin: async () => {
      const place = await world.arrange('live');
      await world.beginConnect(place);
      return place;
    },
    check: async (place) => {
      expect(await world.hooksOf(place)).toHaveLength(1);
      expect(await endpointsOf(place)).toMatchObject([{ status: 'active' }]);
      expect(await states(place)).toEqual({ connect: 'completed' });
    },
  });
});

const runOf = async ({ runId }: Place) => {
  const [row] = await world.admin`
    select status, next_attempt_at is not null as is_due, checkpoint from public.runs where id = ${runId}`;
  return row ?? {};
};

/** The run reads its first page as soon as it may. */
const reads = ({ runId }: Place) =>
  world.admin`update public.runs set status = 'running', calls = 1
    where id = ${runId} and status = 'queued' and next_attempt_at is not null`;

/** Or it fails for good. */
const fails = async ({ runId, streamId }: Place) => {
  const failed = await world.admin`
    update public.runs set status = 'failed', error = '{"code": "provider.not_found", "message": "Gone."}'
    where id = ${runId} and status = 'queued' and next_attempt_at is not null returning 1`;
  if (failed.length > 0) {
    await world.admin`update public.streams set phase = 'failed' where id = ${streamId}`;
  }
};

const failing: Story = {
  begin: () => world.arrange('waiting'),
  between: async (place) => void (await fails(place)),
  check: async (place) => {
    expect(await world.hooksOf(place)).toEqual([]);
    expect(await endpointsOf(place)).toMatchObject([{ status: 'removed' }]);
    expect(await states(place)).toEqual({ start_stream: 'compensated' });
  },
};

describe('starting a stream', () => {
  describe('that can be read', () => {
    killedEverywhere({
      begin: () => world.arrange('waiting'),
      between: async (place) => void (await reads(place)),
      check: async (place) => {
        expect(await world.hooksOf(place)).toHaveLength(1);
        expect(await endpointsOf(place)).toMatchObject([{ status: 'active' }]);
        expect(await connectionOf(place)).toMatchObject({ delivery: 'webhook' });
        expect(await runOf(place)).toMatchObject({
          status: 'running',
          checkpoint: { prepared: true, detail: null },
        });
        expect(await states(place)).toEqual({ start_stream: 'completed' });
      },
    });
  });

  describe('whose first read fails', () => {
    killedEverywhere(failing);
  });

  describe('that is ended in the middle', () => {
    it('leaves no webhook, wherever the worker that began it was killed', async () => {
      const breaths = await tell({ ...failing, check: () => Promise.resolve() }, []);
      for (let at = 1; at <= breaths; at += stride) await endInTheMiddle(at);
    });
  });
});

/** A stream is begun by a worker that dies, and its connection is ended then. */
async function endInTheMiddle(diesAt: number, change: Partial<ConnectorApi> = {}): Promise<void> {
  const place = await world.arrange('waiting');
  const between = async () => void (await reads(place));
  await live(world, world.workerThatDiesAt(diesAt, change), between);
  await world.beginDisconnect(place);
  await live(world, world.workerThatDiesAt(undefined, change));
  expect(await world.hooksOf(place)).toEqual([]);
  expect(await connectionOf(place)).toMatchObject({
    status: 'disconnected',
    has_credential: false,
    receipt: { revocation: 'revoked', webhooks: { left: 0 } },
  });
  await everySagaIsItsEvents(place);
}

describe('a planted mistake is caught', () => {
  const isCaught = async (tryAt: (at: number) => Promise<unknown>): Promise<boolean> => {
    for (let at = 1; at <= 60; at += 1) {
      const isRight = await tryAt(at).then(
        () => true,
        () => false,
      );
      if (!isRight) return true;
    }
    return false;
  };

  it('a compensation that is skipped', async () => {
    const change = { removeWebhook: () => Promise.resolve() };
    expect(await isCaught((at) => tell(failing, [at], change))).toBe(true);
  });

  it('a registration that is only known when its answer was heard', async () => {
    // Without the list a webhook whose making nobody heard of is found by no address.
    const change = { listWebhooks: () => Promise.resolve([]) };
    expect(await isCaught((at) => endInTheMiddle(at, change))).toBe(true);
  });

  it('a revocation that is told of before it was made', async () => {
    const change = { revoke: () => Promise.resolve('revoked' as const) };
    const story: Story = {
      begin: async () => {
        const place = await registered();
        await world.beginDisconnect(place);
        return place;
      },
      check: (place) => isEnded(place, 1),
    };
    expect(await isCaught((at) => tell(story, [at], change))).toBe(true);
  });
});
