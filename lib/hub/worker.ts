/**
 * hub/worker: everything the worker is made of, put together. It opens credentials and calls
 * providers; any number of workers may run on one database.
 *
 * Invariants: what is due stands in rows, and a worker killed anywhere is followed by another one;
 * PostgreSQL restarting makes no worker exit; each kind of work has one sweep that turns due rows
 * into jobs, and one handler.
 */
import 'server-only';

import {
  type ConnectionDeps,
  createConnectionGuards,
  logConnection,
  openConnection,
  proxyCall,
  runCommand,
  runRefresh,
} from '#lib/connections/index';
import { type Clock, newId, systemClock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { WorkerEnv } from '#lib/env/index';
import { captureError, type Logger } from '#lib/observability/index';
import {
  createQueue,
  leaveWatch,
  type Queue,
  type QueueName,
  queueTable,
  type Sweeps,
  startSweeps,
  watchSweep,
} from '#lib/queue/index';
import type { Cache } from '#lib/resilience/index';
import { createOutgoing, type Rotating } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import { createObject, pollStream, pushLink, type SyncDeps, workRun } from '#lib/sync/index';
import {
  applyInboxEvents,
  type EndpointDeps,
  type InboxRetention,
  realignEndpoints,
} from '#lib/webhooks/index';
import { connectorApis } from './connector-apis.ts';
import { connectors } from './connectors.ts';
import { rotateWorkerKeys } from './key-rotation.ts';
import { presetEndpoints } from './preset-endpoints.ts';
import { beginConnect } from './sagas/start-sagas.ts';
import { handleSagas, sagaSweeps } from './sagas/worker-sagas.ts';
import { sharedCache } from './shared-cache.ts';
import { commandKinds } from './worker-commands.ts';
import { deliveryWork } from './worker-delivery.ts';
import { workerBus } from './worker-events.ts';
import { readWorkerHealth, type WorkerHealth } from './worker-health.ts';
import { readCreateJob, readPollJob, readPushJob, readRunJob } from './worker-jobs.ts';
import type { ListenerOptions } from './worker-listener.ts';
import { type MailSettings, mailWork } from './worker-mail.ts';
import { outgoingWork } from './worker-outgoing.ts';
import { planWork } from './worker-plans.ts';
import { endpointDeps, inboxPorts, prepareStream } from './worker-ports.ts';
import { rowSweeps } from './worker-sweeps.ts';

export type WorkerSettings = Pick<
  WorkerEnv,
  | 'SEAL_WORKER_PRIVATE_KEY'
  | 'SEAL_GATEWAY_PUBLIC_KEY'
  | 'OUTGOING_ALLOW'
  | 'POLL_SECONDS'
  | 'SANDBOX_URL'
  | 'PUBLIC_URL'
  | 'PORT'
  | 'DATABASE_URL_WORKER_SESSION'
> &
  MailSettings &
  Partial<
    Pick<
      WorkerEnv,
      | 'SEAL_WORKER_OLDER_KEYS'
      | 'UPSTASH_REDIS_REST_URL'
      | 'UPSTASH_REDIS_REST_TOKEN'
      | 'CHANGE_LOG_DAYS'
      | 'INBOX_DAYS'
      | 'DEDUPE_DAYS'
    >
  >;

export interface WorkerOptions {
  settings: WorkerSettings;
  /** As patchbay_worker. */
  db: Db;
  log: Logger;
  version: string;
  clock?: Clock;
}

export interface Worker {
  /** Resolves once jobs are taken. Waits for PostgreSQL as long as it takes. */
  start(): Promise<void>;
  /** Lets what runs finish for drainMs. */
  stop(options: { drainMs: number }): Promise<void>;
  health(): Promise<WorkerHealth>;
  /** A call passed on to the service of a connection. */
  proxy: ListenerOptions['proxy'];
}

export function createWorker(options: WorkerOptions): Worker {
  const { db, log, settings } = options;
  const queue = createQueue({ db, log, onSettled: (name) => sweeps?.settled(name) });
  const connections = connectionDeps(options);
  const endpoints = endpointDeps(connections, {
    sealKey: settings.SEAL_GATEWAY_PUBLIC_KEY,
    publicUrl: settings.PUBLIC_URL,
    port: settings.PORT,
  });
  const sync = syncDeps(connections, queue, endpoints, settings.POLL_SECONDS);
  const steps = { connections, endpoints, pollMs: settings.POLL_SECONDS * 1000 };
  const cache = sharedCache(settings, db, log);
  const mail = mailWork(connections, queue, settings);
  const plans = planWork(connections, queue);
  const outgoing = outgoingWork(connections, mail);
  const delivery = deliveryWork({
    db,
    clock: connections.clock,
    log,
    bus: workerBus(connections.clock, log),
    senders: outgoing.senders,
    judgeFailing: outgoing.judgeFailing,
    changeDays: settings.CHANGE_LOG_DAYS ?? 90,
    poke: (work) => sweeps?.poke(work),
  });
  const stopping = new AbortController();
  const watch = {
    db,
    clock: connections.clock,
    log,
    workerId: newId(),
    mode: () => sweeps?.mode() ?? 'poll',
    isPaused: (name: QueueName) => queue.isPaused(name),
  };
  let sweeps: Sweeps | null = null;
  let rotating: Rotating | null = null;

  return {
    start: async () => {
      await handle(queue, {
        connections,
        sync,
        cache,
      });
      await handleSagas(steps, queue);
      await mail.handle();
      await plans.handle();
      await queue.start();
      if (stopping.signal.aborted) return;
      rotating = rotateWorkerKeys({ db, opener: connections.opener, log });
      sweeps = startSweeps({
        db,
        sessionUrl: settings.DATABASE_URL_WORKER_SESSION,
        sweeps: [
          ...rowSweeps({ db, queue, sync, inbox: inboxRetention(settings) }),
          ...sagaSweeps(steps, queue),
          ...mail.sweeps,
          ...plans.sweeps,
          ...delivery.sweeps,
          ...outgoing.sweeps,
          watchSweep(watch),
        ],
        log,
        onEnqueued: (name, count) => queue.kick(name, count),
        isPaused: (name) => queue.isPaused(name),
      });
      // Webhooks registered under an address that is not ours any more; not waited for.
      realignEndpoints(endpoints).catch((error: unknown) => {
        if (!stopping.signal.aborted) captureError(log, error, 'Webhooks were not realigned');
      });
    },
    stop: async ({ drainMs }) => {
      stopping.abort(new Error('The worker stops'));
      await Promise.all([sweeps?.stop(), rotating?.stop()]);
      await Promise.all([queue.stop({ drainMs }), delivery.stop({ drainMs })]);
      await leaveWatch(watch);
      await connections.guards.close();
      connections.outgoing.close();
    },
    proxy: (at, call, bounds) => proxyCall(connections, at, call, bounds),
    health: () =>
      readWorkerHealth(db, {
        version: options.version,
        mode: sweeps?.mode() ?? 'poll',
        isQueueRunning: queue.isRunning(),
      }),
  };
}

const inboxRetention = ({ INBOX_DAYS, DEDUPE_DAYS }: WorkerSettings): InboxRetention => ({
  eventDays: INBOX_DAYS ?? 30,
  dedupeDays: DEDUPE_DAYS ?? 45,
});

function connectionDeps({ db, log, settings, clock = systemClock }: WorkerOptions): ConnectionDeps {
  return {
    db,
    registry: connectorApis,
    opener: createOpener(
      settings.SEAL_WORKER_PRIVATE_KEY,
      ...(settings.SEAL_WORKER_OLDER_KEYS ?? []),
    ),
    outgoing: createOutgoing({ allow: settings.OUTGOING_ALLOW }),
    guards: createConnectionGuards({ db, clock, log }),
    presetEndpoints: presetEndpoints(settings.SANDBOX_URL),
    onConnected: beginConnect,
    clock,
    log,
  };
}

function syncDeps(
  connections: ConnectionDeps,
  queue: Queue,
  endpoints: EndpointDeps,
  pollSeconds: number,
): SyncDeps {
  return {
    db: connections.db,
    queue,
    connect: (target, open) => openConnection(connections, target, open),
    prepareStream: prepareStream(endpoints),
    logConnection,
    clock: connections.clock,
    log: connections.log,
    pollMs: pollSeconds * 1000,
  };
}

interface Handlers {
  connections: ConnectionDeps;
  sync: SyncDeps;
  cache: Cache;
}

/** Who does which job. What a person waits for has fetchers of its own, so nothing stands before it. */
async function handle(queue: Queue, { connections, sync, cache }: Handlers): Promise<void> {
  const { db, log, clock, opener } = connections;
  const commands = { db, opener, kinds: commandKinds(connections, cache), log };
  const inbox = {
    db,
    findParser: (name: string) => connectors.get(name)?.webhook ?? null,
    ports: inboxPorts,
    clock,
    log,
  };
  await queue.work('command', queueTable.command, ({ payload, signal }) =>
    runCommand(commands, payload, signal),
  );
  await queue.work('push', queueTable.push, async ({ payload, signal }) => {
    await pushLink(sync, readPushJob(payload), signal);
  });
  await queue.work('create', queueTable.create, async ({ payload, signal }) => {
    await createObject(sync, readCreateJob(payload), signal);
  });
  await queue.work('inbox', queueTable.inbox, async ({ payload, signal, deaths }) => {
    await applyInboxEvents(inbox, payload, signal, deaths);
  });
  await queue.work('refresh', queueTable.refresh, ({ payload, signal }) =>
    runRefresh(connections, payload, signal),
  );
  await queue.work('poll', queueTable.poll, async ({ payload, signal }) => {
    await pollStream(sync, readPollJob(payload), signal);
  });
  await queue.work('run', queueTable.run, async ({ payload, signal }) => {
    await workRun(sync, readRunJob(payload), signal);
  });
}
