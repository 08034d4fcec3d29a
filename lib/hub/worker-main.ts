/**
 * The worker's process: `node --conditions=react-server lib/hub/worker-main.ts`. Prints one line of
 * JSON when it takes jobs, drains on SIGTERM or SIGINT and leaves for no other reason: a database
 * that is away is waited for, and a rejection nobody awaited is reported and not fatal, because
 * everything the worker does is fenced and repeated by its rows, while leaving would stop all other
 * work in its hands. An exception nobody caught still ends it: its state may be broken then, and the
 * supervisor starts another one.
 */
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { systemClock } from '#lib/core/index';
import { connect, isDriverFault, surviveDriverFaults } from '#lib/db/index';
import { workerEnv } from '#lib/env/index';
import { captureError, logger, metricsText } from '#lib/observability/index';
import { openKeys } from './open-keys.ts';
import { createWorker } from './worker.ts';
import { startHealthServer } from './worker-health.ts';
import { startWorkerListener } from './worker-listener.ts';

/** Sweeps, fetchers, and up to 15 jobs at once that hold a connection only for moments. */
const poolSize = 14;
/** The supervisor allows ten seconds for everything. */
const drainMs = 8_000;
/** Of that, for calls on their way to a service and back. */
const passedOnMs = 3_000;

/**
 * Where processors are short the gateway goes first: what it has taken is durable and can wait, a
 * service that waits for its answer sends again. Some systems do not allow it, and do without.
 */
function stepBack(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // Not allowed here: then all are equal.
  }
}

async function main(): Promise<void> {
  stepBack();
  const env = workerEnv();
  const log = logger('worker', env.LOG_LEVEL);
  surviveDriverFaults((error) => log.debug('a cut connection was written to', { err: error }));
  process.on('unhandledRejection', (reason) => {
    if (isDriverFault(reason)) log.debug('a cut connection was written to', { err: reason });
    else captureError(log, reason, 'a rejection was awaited by nobody');
  });
  const db = connect({ url: env.DATABASE_URL_WORKER, name: 'patchbay-worker', max: poolSize });
  const [SEAL_WORKER_PRIVATE_KEY, ...SEAL_WORKER_OLDER_KEYS] = await openKeys(env, {
    name: 'SEAL_WORKER_PRIVATE_KEY',
    present: env.SEAL_WORKER_PRIVATE_KEY,
    older: env.SEAL_WORKER_OLDER_KEYS,
  });
  const settings = { ...env, SEAL_WORKER_PRIVATE_KEY, SEAL_WORKER_OLDER_KEYS };
  const worker = createWorker({ settings, db, log, version: readVersion() });
  const health =
    env.WORKER_HEALTH_PORT === undefined
      ? null
      : await startHealthServer(env.WORKER_HEALTH_PORT, {
          health: () => worker.health(),
          metrics: metricsText,
        });

  const listener =
    env.WORKER_PORT === undefined || env.WORKER_SECRET === undefined
      ? null
      : await startWorkerListener({
          host: env.WORKER_HOST,
          port: env.WORKER_PORT,
          secret: env.WORKER_SECRET,
          clock: systemClock,
          log,
          proxy: (at, call, bounds) => worker.proxy(at, call, bounds),
        });

  const leave = async (): Promise<void> => {
    // Web finds nobody here from now on, and goes by the queue of another worker.
    await listener?.close({ drainMs: passedOnMs });
    await worker.stop({ drainMs: drainMs - passedOnMs });
    await health?.close();
    await db.end({ timeout: 1 });
  };
  let isLeaving = false;
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (isLeaving) return;
      isLeaving = true;
      leave().then(
        () => process.exit(0),
        (error: unknown) => {
          captureError(log, error, 'the worker did not stop cleanly');
          process.exit(1);
        },
      );
    });
  }
  await worker.start();
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
