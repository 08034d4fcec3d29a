import { connect, type Db, transaction, wake } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { createQueue, type Queue, queueOptions, type Sweeps, startSweeps } from '#lib/queue/index';

import { startPlainBoss } from '../../tests/bench/plain-boss.ts';
import {
  type OwnPostgres,
  startOwnPostgres,
} from '../../tests/integration/worker/worker-process.ts';
import { compare, figure, quantile, type Result, spreadOf } from './figures.ts';

const rounds = 5;
const jobs = 4_000;
const settings = { keys: 400, sendBatch: 100, fetchers: 4, fetchBatch: 50 };
/** Commits whose handler is waited for, one after the other, per way of hearing. */
const commits = 200;
const barRatio = 0.9;
/** Longer than the time between two polls, so that each moment of it is met. */
const pollAtMost = 300;
const barMs = { listen: 20, poll: 300 };

const log = logger('bench', 'silent');

/** The same through our door: in a transaction of the sender, with key, workspace and envelope. */
async function startOurs(db: Db) {
  const queue = createQueue({ db, log });
  let left = 0;
  let ended: () => void = () => undefined;
  const { keys, sendBatch, fetchers, fetchBatch } = settings;
  await queue.work('keepalive', { concurrency: fetchers, batch: fetchBatch }, () => {
    left -= 1;
    if (left === 0) ended();
    return Promise.resolve();
  });
  await queue.start();
  const run = async (): Promise<number> => {
    left = jobs;
    const all = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const began = performance.now();
    for (let sent = 0; sent < jobs; sent += sendBatch) {
      const batch = Array.from({ length: sendBatch }, (_, index) => ({
        payload: { id: sent + index },
        key: `key-${(sent + index) % keys}`,
      }));
      await transaction(db, (tx) => queue.send(tx, 'keepalive', batch));
      queue.kick('keepalive');
    }
    await all;
    return performance.now() - began;
  };
  return { run, stop: () => queue.stop({ drainMs: 5_000 }) };
}

async function throughput(postgres: OwnPostgres): Promise<Result> {
  const { workerUrl, migrateUrl } = postgres.urls;
  const db = connect({ url: workerUrl, name: 'bench-queue', max: 8 });
  const ours = await startOurs(db);
  const options = { ...queueOptions };
  const plain = await startPlainBoss({ url: workerUrl, migrateUrl, ...settings, options });
  const perSecond = (ms: number): number => (jobs * 1000) / ms;
  const rates = { ours: [] as number[], plain: [] as number[] };
  await ours.run();
  await plain.run(jobs);
  for (let round = 0; round < rounds; round += 1) {
    // Who begins alternates: the second finds the first one's dead rows.
    const turns = [
      async () => rates.ours.push(perSecond(await ours.run())),
      async () => rates.plain.push(perSecond(await plain.run(jobs))),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
    await postgres.admin`delete from pgboss.job where state = 'completed'`;
    await postgres.admin`vacuum analyze pgboss.job`;
  }
  await plain.stop();
  await ours.stop();
  await db.end();
  return compare({
    bench: `queue: jobs sent and done (bar ${barRatio})`,
    against: 'pg-boss',
    ours: rates.ours,
    reference: rates.plain,
    share: 0.5,
    unit: 'jobs/s',
  });
}

/** From before the commit of a row that is due to the first line of its handler, by the product's own way. */
async function latency(postgres: OwnPostgres, mode: 'listen' | 'poll'): Promise<Result> {
  const { workerUrl } = postgres.urls;
  const db = connect({ url: workerUrl, name: 'bench-latency', max: 8 });
  const times: number[] = [];
  let began = 0;
  let heard: () => void = () => undefined;
  const queue = createQueue({ db, log });
  await queue.work('push', { concurrency: 4, batch: 1 }, () => {
    times.push(performance.now() - began);
    heard();
    return Promise.resolve();
  });
  await queue.start();
  const sweeps = startSweeps({
    db,
    log,
    sessionUrl: mode === 'listen' ? workerUrl : undefined,
    onEnqueued: (name, count) => queue.kick(name, count),
    sweeps: [{ work: 'push', queue: 'push', everyMs: 1_000, run: () => sweepChores(db, queue) }],
  });
  while (sweeps.mode() !== mode) await new Promise((resolve) => setTimeout(resolve, 20));
  for (let index = 0; index < commits; index += 1) {
    const handled = new Promise<void>((resolve) => {
      heard = resolve;
    });
    // Nobody commits in step with the polls.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * pollAtMost));
    began = performance.now();
    await transaction(db, async (tx) => {
      await tx`insert into private.chores (id) values (gen_random_uuid())`;
      await wake(tx, 'push');
    });
    await handled;
  }
  await endAll(sweeps, queue, db);
  return {
    figure: figure({
      bench: `queue: commit → handler start p95, ${mode === 'listen' ? 'listening' : 'polling'}`,
      against: 'bar',
      ours: quantile(times, 0.95),
      reference: barMs[mode],
      unit: 'ms',
      n: times.length,
    }),
    spread: spreadOf(times, 'ms'),
  };
}

async function endAll(sweeps: Sweeps, queue: Queue, db: Db): Promise<void> {
  await sweeps.stop();
  await queue.stop({ drainMs: 2_000 });
  await db.end();
}

const sweepChores = (db: Db, queue: Queue): Promise<number> =>
  transaction(db, async (tx) => {
    const due = await tx<{ id: string }[]>`delete from private.chores returning id`;
    const sent = due.map(({ id }) => ({ payload: { id }, key: id }));
    await queue.send(tx, 'push', sent);
    return due.length;
  });

export async function queueBench(): Promise<Result[]> {
  const postgres = await startOwnPostgres();
  try {
    await postgres.admin.unsafe(`
      create table private.chores (id uuid primary key);
      grant all on private.chores to patchbay_worker`);
    return [
      await throughput(postgres),
      await latency(postgres, 'listen'),
      await latency(postgres, 'poll'),
    ];
  } finally {
    await postgres.close();
  }
}
