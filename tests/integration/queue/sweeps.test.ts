import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Db, type WorkName, wake } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { type Sweep, type Sweeps, startSweeps } from '#lib/queue/index';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { patience } from '../../setup/patience.ts';
import { startTcpProxy, type TcpProxy } from '../../setup/tcp-proxy.ts';

let database: TestDatabase;
let db: Db;
let proxy: TcpProxy;
const log = logger('test', 'silent');
const open: Sweeps[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  db = connect({ url: database.workerUrl, name: 'test', max: 2 });
  proxy = await startTcpProxy(Number(new URL(database.workerUrl).port));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((sweeps) => sweeps.stop()));
});
afterAll(async () => {
  await proxy.close();
  await db.end();
  await database.drop();
});

/** An hour between looks: what runs was heard of. */
function sweep(work: WorkName | null, run: () => number, everyMs = 3_600_000): Sweep {
  return { work, everyMs, run: () => Promise.resolve(run()) };
}

function start(sweeps: Sweep[], sessionUrl?: string): Sweeps {
  const started = startSweeps({ db, log, sweeps, sessionUrl });
  open.push(started);
  return started;
}

const throughProxy = (): string => {
  const url = new URL(database.workerUrl);
  url.port = String(proxy.port);
  return url.toString();
};

describe('sweeps', () => {
  it('run at once when their work is announced, and only they', async () => {
    const runs = { push: 0, inbox: 0 };
    const started = start(
      [
        sweep('push', () => {
          runs.push += 1;
          return 0;
        }),
        sweep('inbox', () => {
          runs.inbox += 1;
          return 0;
        }),
      ],
      database.workerUrl,
    );
    await expect.poll(() => started.mode(), patience).toBe('listen');
    const before = { ...runs };
    await wake(db, 'push');
    await expect.poll(() => runs.push, patience).toBeGreaterThan(before.push);
    expect(runs.inbox).toBe(before.inbox);
  });

  it('run again as long as there was something, and rest then', async () => {
    let left = 3;
    let enqueued = 0;
    const started = startSweeps({
      db,
      log,
      sessionUrl: database.workerUrl,
      onEnqueued: () => {
        enqueued += 1;
      },
      sweeps: [
        sweep('runs', () => {
          left -= 1;
          return left > 0 ? 1 : 0;
        }),
      ],
    });
    open.push(started);
    await expect.poll(() => left, patience).toBeLessThanOrEqual(0);
    expect(enqueued).toBe(2);
  });

  it('are not asked again, nor by the end of a job, when they know that they left nothing', async () => {
    let runs = 0;
    let others = 0;
    let owed = 0;
    const counts: number[] = [];
    const started = startSweeps({
      db,
      log,
      sessionUrl: database.workerUrl,
      onEnqueued: (_queue, count) => counts.push(count),
      sweeps: [
        {
          work: 'inbox',
          queue: 'inbox',
          everyMs: 3_600_000,
          run: () => {
            runs += 1;
            const enqueued = owed;
            owed = 0;
            return Promise.resolve({ enqueued, mayLeave: false });
          },
        },
        {
          ...sweep('push', () => {
            others += 1;
            return 0;
          }),
          queue: 'push',
        },
      ],
    });
    open.push(started);
    await expect.poll(() => started.mode(), patience).toBe('listen');
    await expect.poll(() => runs, patience).toBeGreaterThan(0);
    owed = 3;
    const before = runs;
    started.poke('inbox');
    await expect.poll(() => counts, patience).toEqual([3]);
    const asked = others;
    started.settled('inbox');
    // Settled later, and looks: so the other one would have looked by then.
    started.settled('push');
    await expect.poll(() => others, patience).toBeGreaterThan(asked);
    expect(runs).toBe(before + 1);
  });

  it('look four times a second while nobody can be heard, and hear again after a cut', async () => {
    let runs = 0;
    const started = start(
      [
        sweep('push', () => {
          runs += 1;
          return 0;
        }),
      ],
      throughProxy(),
    );
    await expect.poll(() => started.mode(), patience).toBe('listen');
    proxy.cut();
    await expect.poll(() => started.mode(), patience).toBe('poll');
    const atCut = runs;
    await expect.poll(() => started.mode(), patience).toBe('listen');
    // What became due while nobody listened is looked for at once.
    await expect.poll(() => runs, patience).toBeGreaterThan(atCut);
  });

  it('poll without a session connection', async () => {
    let runs = 0;
    const started = start([
      sweep('push', () => {
        runs += 1;
        return 0;
      }),
    ]);
    expect(started.mode()).toBe('poll');
    await expect.poll(() => runs, patience).toBeGreaterThan(2);
  });

  it('go on after a fault', async () => {
    let runs = 0;
    const started = startSweeps({
      db,
      log,
      sweeps: [
        {
          work: null,
          everyMs: 10,
          run: () => {
            runs += 1;
            return runs === 1 ? Promise.reject(new Error('no')) : Promise.resolve(0);
          },
        },
      ],
    });
    open.push(started);
    await expect.poll(() => runs, patience).toBeGreaterThan(2);
  });
});

describe('a sweep whose connection was lost without a word', () => {
  it('does not keep a worker from stopping, nor other sweeps from running', async () => {
    let runs = 0;
    const started = startSweeps({
      db,
      log,
      sweeps: [
        { work: null, everyMs: 10, run: () => new Promise<number>(() => undefined) },
        sweep(
          'push',
          () => {
            runs += 1;
            return 0;
          },
          10,
        ),
      ],
    });
    await expect.poll(() => runs, patience).toBeGreaterThan(2);
    await started.stop();
  });
});
