import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Db, transaction } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { createQueue, installQueue, type NewJob, type Queue } from '#lib/queue/index';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { isLong } from '../../setup/is-long.ts';
import { leavesWithParent } from '../../setup/leaves-with-parent.ts';
import { patience } from '../../setup/patience.ts';

const processes = 3;
const kills = isLong ? 50 : 3;
const keys = Array.from({ length: isLong ? 40 : 12 }, (_, index) => `key-${index}`);
const chores = isLong ? 100 : 12;
/** Waves of chores between two kills. */
const every = Math.floor(chores / kills);
/** A dead worker's jobs are freed by their heartbeat, ten seconds each time. */
const drained = { timeout: isLong ? 240_000 : 120_000, interval: 50 };

/** Each death costs the ten seconds of a heartbeat, so this one is among the long tests. */
const deadly = isLong ? ['a chore'] : [];

let database: TestDatabase;
let db: Db;
let admin: postgres.Sql;
let queue: Queue;
const alive = new Set<ChildProcess>();

beforeAll(async () => {
  database = await freshDatabase();
  await installQueue({ url: database.migrateUrl });
  db = connect({ url: database.workerUrl, name: 'test-worker', max: 4 });
  admin = postgres(database.superuserUrl, { max: 1, onnotice: () => undefined });
  await admin.unsafe(`
    create table private.done (place bigint generated always as identity, key text, n int);
    grant all on private.done to patchbay_worker`);
  queue = createQueue({ db, log: logger('test', 'silent') });
  await queue.start();
});
afterAll(async () => {
  for (const child of alive) child.kill('SIGKILL');
  await queue.stop({ drainMs: 0 });
  await Promise.all([admin.end(), db.end()]);
  await database.drop();
});

async function startWorker(): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [
      ...leavesWithParent,
      '--conditions=react-server',
      join(import.meta.dirname, 'chore-process.ts'),
    ],
    {
      env: { ...process.env, DATABASE_URL_WORKER: database.workerUrl },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child;
}

const send = (jobs: NewJob[]) => transaction(db, (tx) => queue.send(tx, 'push', jobs));
const doneOf = async (key: string): Promise<number[]> => {
  const rows = await admin<{ n: number }[]>`
    select n from private.done where key = ${key} group by n order by min(place)`;
  return rows.map((row) => row.n);
};
const countDone = async (): Promise<number> => {
  const [row] = await admin<{ count: number }[]>`
    select count(distinct (key, n))::int as count from private.done`;
  return row?.count ?? 0;
};

describe('several worker processes, killed one after the other', () => {
  it('do every chore, those of one key in order, whatever its poison does', {
    timeout: 300_000,
  }, async () => {
    await Promise.all(Array.from({ length: processes }, startWorker));
    let [lastSeen, killedInWork] = [0, 0];
    // Poison in front of what is well: of the same key, and of a key of its own.
    await send([
      { payload: { key: 'bad', n: 0, ill: 'throws' }, key: 'bad' },
      { payload: { key: 'bad', n: 1, ill: 'no' }, key: 'bad' },
      { payload: { key: 'worse', n: 0, ill: 'throws' }, key: 'worse' },
    ]);
    for (let n = 0; n < chores; n += 1) {
      await send(keys.map((key) => ({ payload: { key, n, ill: 'no' }, key })));
      if (n % every !== 0) continue;
      // In the middle of work: more is done since the last death, and not all of it.
      await expect.poll(countDone, drained).toBeGreaterThan(lastSeen);
      lastSeen = await countDone();
      if (lastSeen < (n + 1) * keys.length) killedInWork += 1;
      const [victim] = alive;
      victim?.kill('SIGKILL');
      await startWorker();
    }
    expect(killedInWork).toBeGreaterThan(0);
    const whole = keys.length * chores + 1;
    await expect.poll(countDone, drained).toBe(whole);
    const inOrder = Array.from({ length: chores }, (_, n) => n);
    for (const key of keys) expect(await doneOf(key), key).toEqual(inOrder);
    expect(await doneOf('bad')).toEqual([1]);
    const failed = await db<{ key: string; code: string }[]>`
      select key, code from private.queue_failures order by key`;
    expect(failed).toEqual([
      { key: 'bad', code: 'internal.unexpected' },
      { key: 'worse', code: 'internal.unexpected' },
    ]);
    await expect.poll(() => queue.stats(), patience).toEqual({});
  });

  it.each(deadly)(
    'outlive %s, which kills whoever touches it',
    { timeout: 400_000 },
    async (key) => {
      await send([{ payload: { key, n: 0, ill: 'dies' }, key }]);
      const held = async () => {
        while (alive.size < processes) await startWorker();
        const rows = await db<{ code: string }[]>`
        select code from private.queue_failures where key = ${key}`;
        return rows.map((row) => row.code);
      };
      await expect.poll(held, { timeout: 300_000, interval: 500 }).toEqual(['worker.died']);
      await send([{ payload: { key: 'after', n: 0, ill: 'no' }, key: 'after' }]);
      await expect.poll(() => doneOf('after'), patience).toEqual([0]);
    },
  );
});
