import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HubError, newId } from '#lib/core/index';
import { connect, type Db, transaction } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { createQueue, installQueue, type Job, type NewJob, type Queue } from '#lib/queue/index';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { patience } from '../../setup/patience.ts';

let database: TestDatabase;
let db: Db;
const open: Queue[] = [];
const lines: Record<string, unknown>[] = [];
const log = logger('test', 'debug', { write: (line) => void lines.push(JSON.parse(line)) });

beforeAll(async () => {
  database = await freshDatabase();
  await installQueue({ url: database.migrateUrl });
  db = connect({ url: database.workerUrl, name: 'test-worker', max: 8 });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((queue) => queue.stop({ drainMs: 1_000 })));
  await db`delete from pgboss.job`;
  await db`delete from private.queue_failures`;
  lines.length = 0;
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

async function startQueue(settings: { now?: () => number } = {}): Promise<Queue> {
  const clock = { now: settings.now ?? Date.now, random: () => 0.5 };
  const queue = createQueue({ db, log, clock });
  open.push(queue);
  await queue.start();
  return queue;
}

const one = { concurrency: 1, batch: 1 };
const send = async (queue: Queue, ...jobs: NewJob[]): Promise<void> => {
  await transaction(db, (tx) => queue.send(tx, 'push', jobs));
  queue.kick('push');
};
const failures = () => db<Record<string, unknown>[]>`
  select key, code, reason, count, correlation, retry_at > now() as held from private.queue_failures`;
const dueNow = () => db`update private.queue_failures set retry_at = now()`;

describe('a key whose job throws', () => {
  it('stands there with its reason, is left alone, and is forgotten once it works', async () => {
    const queue = await startQueue();
    const seen: Job[] = [];
    let isBroken = true;
    await queue.work('push', one, async (job) => {
      seen.push(job);
      if (isBroken) throw new HubError('commands.timeout', 'The service did not answer.');
    });
    const key = newId();
    await send(queue, { payload: { n: 1 }, key });
    await expect.poll(failures, patience).toMatchObject([
      {
        key,
        code: 'commands.timeout',
        reason: 'The service did not answer.',
        count: 1,
        correlation: key,
        held: true,
      },
    ]);
    // What the sweep finds meanwhile is not sent; other keys are.
    await send(queue, { payload: { n: 2 }, key }, { payload: { n: 3 }, key: newId() });
    await expect.poll(() => seen.map((job) => job.payload['n']), patience).toEqual([1, 3]);
    await dueNow();
    await send(queue, { payload: { n: 4 }, key });
    await expect
      .poll(async () => (await failures()).find((row) => row['key'] === key)?.['count'], patience)
      .toBe(2);
    isBroken = false;
    await dueNow();
    await send(queue, { payload: { n: 5 }, key });
    await expect
      .poll(async () => (await failures()).filter((row) => row['key'] === key), patience)
      .toEqual([]);
  });

  it('tells of a fault that is not ours nothing but its kind', async () => {
    const queue = await startQueue();
    await queue.work('push', one, () => Promise.reject(new TypeError('token sk_live_1 is bad')));
    await send(queue, { payload: {}, key: newId() });
    await expect.poll(failures, patience).toMatchObject([{ code: 'internal.unexpected' }]);
    const [row] = await failures();
    expect(String(row?.['reason'])).toContain('TypeError');
    expect(String(row?.['reason'])).not.toContain('sk_live');
  });

  it('is found by the correlation of its chain in every line of the log', async () => {
    const queue = await startQueue();
    const seen: Job[] = [];
    await queue.work('push', one, async (job) => {
      seen.push(job);
    });
    const correlation = newId();
    await send(queue, { payload: {}, key: 'k', correlation });
    await expect.poll(() => seen.length, patience).toBe(1);
    expect(seen[0]?.envelope).toMatchObject({
      id: seen[0]?.id,
      type: 'queue.push',
      version: 1,
      correlation,
      causation: correlation,
    });
    await expect
      .poll(() => lines.filter((line) => line['correlation_id'] === correlation), patience)
      .toMatchObject([{ queue: 'push', job_id: seen[0]?.id }]);
  });
});

describe('a job', () => {
  it('of an earlier release, which is nothing but its payload, is done', async () => {
    const queue = await startQueue();
    await db`
      insert into pgboss.job (id, name, data, singleton_key, policy)
      values (${newId()}, 'push', '{"linkId": "old"}', 'old', 'key_strict_fifo')`;
    const seen: unknown[] = [];
    await queue.work('push', one, async ({ payload }) => {
      seen.push(payload);
    });
    await expect.poll(() => seen, patience).toEqual([{ linkId: 'old' }]);
  });

  it('that waited too long is dropped, and says so', async () => {
    const long = await startQueue({ now: () => Date.now() - 700_000 });
    const id = newId();
    await transaction(db, (tx) => long.send(tx, 'push', [{ payload: { n: 'old' }, key: id }]));
    const queue = await startQueue();
    const seen: unknown[] = [];
    await queue.work('push', one, async ({ payload }) => {
      seen.push(payload['n']);
    });
    await send(queue, { payload: { n: 'new' }, key: id });
    await expect.poll(() => seen, patience).toEqual(['new']);
    expect(lines.filter((line) => String(line['msg']).includes('waited too long'))).toMatchObject([
      { correlation_id: id },
    ]);
    expect(await queue.stats()).toEqual({});
  });

  it('whose workers died again and again is left alone, with that as its reason', async () => {
    const queue = await startQueue();
    const id = newId();
    await transaction(db, (tx) => queue.send(tx, 'push', [{ payload: {}, key: id }]));
    await db`update pgboss.job set retry_count = 5 where singleton_key = ${id}`;
    const seen: unknown[] = [];
    await queue.work('push', one, async ({ payload }) => {
      seen.push(payload);
    });
    await expect.poll(failures, patience).toMatchObject([{ key: id, code: 'worker.died' }]);
    expect(seen).toEqual([]);
    await expect.poll(() => queue.stats(), patience).toEqual({});
  });
});

describe('a queue that rests', () => {
  it('takes nothing until it goes on, while others work', async () => {
    const queue = await startQueue();
    const seen: unknown[] = [];
    for (const name of ['push', 'poll'] as const) {
      await queue.work(name, one, async () => {
        seen.push(name);
      });
    }
    const owner = connect({ url: database.superuserUrl, name: 'owner', max: 1 });
    await owner`insert into private.queue_pauses (queue) values ('push')`;
    await queue.readPauses();
    expect(queue.isPaused('push')).toBe(true);
    await send(queue, { payload: {}, key: 'a' });
    await transaction(db, (tx) => queue.send(tx, 'poll', [{ payload: {}, key: 'b' }]));
    queue.kick();
    await expect.poll(() => seen, patience).toEqual(['poll']);
    expect(await queue.stats()).toMatchObject({ push: { waiting: 1 } });
    await owner`delete from private.queue_pauses`;
    await owner.end();
    await queue.readPauses();
    await expect.poll(() => seen, patience).toEqual(['poll', 'push']);
  });
});
