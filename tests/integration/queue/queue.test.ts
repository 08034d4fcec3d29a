import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connect, type Db, transaction } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { createQueue, installQueue, type Queue } from '#lib/queue/index';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { patience } from '../../setup/patience.ts';

let database: TestDatabase;
let db: Db;
const log = logger('test', 'silent');
const open: Queue[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  await installQueue({ url: database.migrateUrl });
  db = connect({ url: database.workerUrl, name: 'test-worker', max: 8 });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((queue) => queue.stop({ drainMs: 1_000 })));
  await db`delete from pgboss.job`;
  await db`delete from private.queue_failures`;
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

async function startQueue(): Promise<Queue> {
  const queue = createQueue({ db, log });
  open.push(queue);
  await queue.start();
  return queue;
}

const send = (queue: Queue, ...jobs: Parameters<Queue['send']>[2]) =>
  transaction(db, (tx) => queue.send(tx, 'inbox', jobs));

describe('installing', () => {
  it('is repeatable, and a worker may do all its work with its own login', async () => {
    await installQueue({ url: database.migrateUrl });
    const queue = await startQueue();
    const seen: unknown[] = [];
    await queue.work('inbox', { concurrency: 1, batch: 1 }, async ({ payload }) => {
      seen.push(payload);
    });
    await send(queue, { payload: { n: 1 } });
    queue.kick('inbox');
    await expect.poll(() => seen, patience).toEqual([{ n: 1 }]);
    await expect.poll(() => queue.stats(), patience).toEqual({});
  });
});

describe('a job', () => {
  it('is gone when its transaction rolls back', async () => {
    const queue = await startQueue();
    const failing = transaction(db, async (tx) => {
      await queue.send(tx, 'inbox', [{ payload: { n: 1 } }]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await queue.stats()).toEqual({});
  });

  it('waits its delay', async () => {
    const queue = await startQueue();
    const times: number[] = [];
    await queue.work('inbox', { concurrency: 1, batch: 1 }, async () => {
      times.push(Date.now());
    });
    const sent = Date.now();
    await send(queue, { payload: {}, startAfterMs: 300 });
    await expect.poll(() => times.length, patience).toBe(1);
    expect((times[0] ?? 0) - sent).toBeGreaterThanOrEqual(290);
  });

  it('goes before others when its priority is larger', async () => {
    const queue = await startQueue();
    await send(
      queue,
      { payload: { n: 'late' }, priority: 1 },
      { payload: { n: 'usual' } },
      { payload: { n: 'first' }, priority: 90 },
    );
    const seen: unknown[] = [];
    await queue.work('inbox', { concurrency: 1, batch: 1 }, async ({ payload }) => {
      seen.push(payload['n']);
    });
    await expect.poll(() => seen, patience).toEqual(['first', 'usual', 'late']);
  });

  it('that fails neither blocks its key nor runs again by itself', async () => {
    const queue = await startQueue();
    const seen: unknown[] = [];
    await queue.work('inbox', { concurrency: 2, batch: 1 }, async ({ payload }) => {
      seen.push(payload['n']);
      if (payload['n'] === 1) throw new Error('poison');
    });
    await send(queue, { payload: { n: 1 }, key: 'a' }, { payload: { n: 2 }, key: 'a' });
    queue.kick();
    await expect.poll(() => seen, patience).toEqual([1, 2]);
    await expect.poll(() => queue.stats(), patience).toEqual({});
  });
});

describe('jobs of one key', () => {
  it('run one at a time and in order over two workers, other keys beside them', async () => {
    const queues = [await startQueue(), await startQueue()];
    const running = new Set<string>();
    const seen: Record<string, number[]> = { a: [], b: [], c: [] };
    let overlaps = 0;
    let sideBySide = 0;
    for (const queue of queues) {
      await queue.work('inbox', { concurrency: 2, batch: 4 }, async ({ payload }) => {
        const { key } = z.object({ key: z.string() }).parse(payload);
        if (running.has(key)) overlaps += 1;
        running.add(key);
        if (running.size > 1) sideBySide += 1;
        await db`select pg_sleep(${Math.random() * 0.02})`;
        seen[key]?.push(Number(payload['n']));
        running.delete(key);
      });
    }
    const [first] = queues;
    if (!first) throw new Error('no queue');
    for (let n = 0; n < 30; n += 1) {
      await send(first, ...['a', 'b', 'c'].map((key) => ({ payload: { key, n }, key })));
    }
    for (const queue of queues) queue.kick();
    const inOrder = Array.from({ length: 30 }, (_, n) => n);
    await expect.poll(() => seen, patience).toEqual({ a: inOrder, b: inOrder, c: inOrder });
    expect(overlaps).toBe(0);
    expect(sideBySide).toBeGreaterThan(0);
  });
});

describe('stopping', () => {
  it('lets a running job finish', async () => {
    const queue = await startQueue();
    const gate = Promise.withResolvers<void>();
    let isDone = false;
    const began = Promise.withResolvers<void>();
    await queue.work('inbox', { concurrency: 1, batch: 1 }, async () => {
      began.resolve();
      await gate.promise;
      isDone = true;
    });
    await send(queue, { payload: {} });
    queue.kick();
    await began.promise;
    const stopped = queue.stop({ drainMs: 10_000 });
    gate.resolve();
    await stopped;
    expect(isDone).toBe(true);
    expect(await queue.stats()).toEqual({});
  });

  it('gives back what does not finish in time, and another worker does it', async () => {
    const queue = await startQueue();
    const began = Promise.withResolvers<AbortSignal>();
    await queue.work('inbox', { concurrency: 1, batch: 1 }, async ({ signal }) => {
      began.resolve(signal);
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    });
    await send(queue, { payload: { n: 7 }, key: 'a' });
    queue.kick();
    const signal = await began.promise;
    await queue.stop({ drainMs: 1_000 });
    expect(signal.aborted).toBe(true);
    const next = await startQueue();
    const seen: unknown[] = [];
    await next.work('inbox', { concurrency: 1, batch: 1 }, async ({ payload }) => {
      seen.push(payload['n']);
    });
    await expect.poll(() => seen, patience).toEqual([7]);
  });
});
