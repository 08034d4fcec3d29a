import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Db } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import {
  type InboundLimit,
  inboundLimit,
  type LimitBacking,
  type LimitPlace,
  openLimitBacking,
} from '#lib/resilience/index';
import { type CountingRedis, countingRedis } from '../../fixtures/redis/counting-redis.ts';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { patience } from '../../setup/patience.ts';

const log = logger('test', 'silent');
let database: TestDatabase;
let pools: Db[];
let redis: CountingRedis;
const opened: LimitBacking[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  pools = ['a', 'b'].map((name) => connect({ url: database.webUrl, name, max: 4 }));
  redis = await countingRedis();
});
afterAll(async () => {
  for (const backing of opened) backing.close();
  await redis.close();
  await Promise.all(pools.map((db) => db.end()));
  await database.drop();
});

const open = (place: LimitPlace): LimitBacking => {
  const backing = openLimitBacking(place, log);
  opened.push(backing);
  return backing;
};
const placeOf = {
  postgres: (process: 0 | 1): LimitPlace => ({ kind: 'postgres', db: pools[process] as Db }),
  redis: (): LimitPlace => ({ kind: 'redis', url: redis.url }),
  upstash: (): LimitPlace => ({
    kind: 'upstash',
    url: redis.restUrl,
    token: 'the-token-of-the-test',
  }),
} as const;
const hour = 3_600;

/** The library reads the clock of the machine itself: a day is a window that does not end meanwhile. */
const made = (backing: LimitBacking, name: string, limit = 25): InboundLimit =>
  inboundLimit({ name, limit, windowSeconds: 24 * hour, backing, log });

describe.each(['postgres', 'redis', 'upstash'] as const)('counted in %s', (kind) => {
  const ready = async (limit: InboundLimit): Promise<void> => {
    await expect.poll(async () => (await limit.check('ready')).allowed, patience).toBe(true);
  };

  it('a limit holds over two processes, exactly, and keeps no key in the clear', async () => {
    const one = made(open(placeOf[kind](0)), `${kind}-exact`);
    const two = made(open(placeOf[kind](1)), `${kind}-exact`);
    await ready(one);
    await ready(two);
    const verdicts = await Promise.all(
      Array.from({ length: 60 }, (_, n) => (n % 2 ? one : two).check('ada@x.test')),
    );
    expect(verdicts.filter((verdict) => verdict.allowed)).toHaveLength(25);
    expect(verdicts.map(({ remaining }) => remaining).sort((a, b) => b - a)[0]).toBe(24);
    expect(verdicts.every(({ resetMs }) => resetMs > 0 && resetMs <= 24 * hour * 1000)).toBe(true);
    expect((await two.check('grace@x.test')).allowed).toBe(true);
    const rows = await pools[0]?.unsafe(
      `select encode(key, 'escape') as key from private.rate_limits`,
    );
    expect(JSON.stringify([rows, redis.keys(), redis.seen])).not.toContain('x.test');
  });

  it('takes several at once, gives them back, and refuses without counting', async () => {
    const limit = made(open(placeOf[kind](0)), `${kind}-amounts`);
    await ready(limit);
    expect(await limit.take('a', 20)).toMatchObject({ allowed: true, remaining: 5 });
    expect(await limit.take('a', 10)).toMatchObject({ allowed: false, remaining: 0 });
    for (let n = 0; n < 50; n += 1) expect((await limit.check('a')).allowed).toBe(false);
    expect(await limit.take('a', -10)).toMatchObject({ allowed: true, remaining: 5 });
    expect(await limit.check('a')).toMatchObject({ allowed: true, remaining: 4 });
    expect(await limit.check('a', 10)).toMatchObject({ allowed: false, limit: 10 });
  });
});

describe('a Redis that is away', () => {
  it('closes what is closed, opens what is open, throws nothing, and counts again once it is back', async () => {
    const first = await countingRedis();
    const { port } = new URL(first.url);
    const backing = open({ kind: 'redis', url: first.url });
    const closed = made(backing, 'closed');
    const openly = inboundLimit({
      name: 'open',
      limit: 25,
      windowSeconds: hour,
      onFault: 'open',
      backing,
      log,
    });
    await expect.poll(async () => (await closed.check('a')).allowed, patience).toBe(true);
    await first.close();
    await expect.poll(async () => (await closed.check('a')).allowed, patience).toBe(false);
    expect((await openly.check('a')).allowed).toBe(true);
    const second = await countingRedis(Number(port));
    await expect.poll(async () => (await closed.check('a')).allowed, patience).toBe(true);
    backing.close();
    await second.close();
  });

  it('is not what a wrong token is: that closes too', async () => {
    const backing = open({ kind: 'upstash', url: redis.restUrl, token: 'another-token' });
    expect((await made(backing, 'wrong-token').check('a')).allowed).toBe(false);
  });
});

it('a process whose clock is behind counts into the window the others have reached', async () => {
  const start = hour * 1000 * 500_000;
  const at = (ms: number) => ({ now: () => ms, random: () => 0 });
  const limitAt = (ms: number) =>
    inboundLimit({
      name: 'clocks',
      limit: 4,
      windowSeconds: hour,
      clock: at(ms),
      backing: open(placeOf.postgres(0)),
      log,
    });
  const ahead = limitAt(start + 10);
  const behind = limitAt(start - 10);
  for (const limit of [ahead, behind, ahead, behind]) {
    expect((await limit.check('a')).allowed).toBe(true);
  }
  for (const limit of [ahead, behind]) expect((await limit.check('a')).allowed).toBe(false);
});
