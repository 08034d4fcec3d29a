import type { QueueOptions } from 'pg-boss';
import type { WorkOptions } from './fetchers.ts';

interface Row extends WorkOptions {
  priority: number;
}

/**
 * The queues, most urgent first. `priority` is what a job gets unless its sender says otherwise; a
 * person who waits (a command, an edit, a mail) comes before a webhook's event, that before a
 * refreshed credential, polling and the long reading of a backfill.
 *
 * `concurrency` is jobs at once in one worker and `perWorkspace` how many of them may be one
 * workspace's: the last fetcher is never held by who has the most, or the slowest service.
 */
export const queueTable = {
  command: { priority: 60, concurrency: 4, perWorkspace: 3, batch: 1 },
  push: { priority: 50, concurrency: 5, perWorkspace: 4, batch: 1 },
  mail: { priority: 45, concurrency: 3, perWorkspace: 2, batch: 1 },
  inbox: { priority: 40, concurrency: 5, perWorkspace: 4, batch: 1 },
  saga: { priority: 35, concurrency: 4, perWorkspace: 3, batch: 1 },
  create: { priority: 32, concurrency: 4, perWorkspace: 3, batch: 1 },
  refresh: { priority: 30, concurrency: 3, perWorkspace: 2, batch: 1 },
  webhook: { priority: 25, concurrency: 4, perWorkspace: 2, batch: 1 },
  poll: { priority: 20, concurrency: 3, perWorkspace: 2, batch: 1 },
  plan: { priority: 15, concurrency: 2, perWorkspace: 1, batch: 1 },
  run: { priority: 10, concurrency: 3, perWorkspace: 2, batch: 1 },
  keepalive: { priority: 5, concurrency: 2, perWorkspace: 1, batch: 1 },
} as const satisfies Record<string, Row>;

export type QueueName = keyof typeof queueTable;
export const queueNames = Object.keys(queueTable) as QueueName[];

/**
 * A job is a reminder that a row is due; the row is the truth. So a handler that fails completes its
 * job (the row says when to try again) and pg-boss repeats only what a dead worker left behind.
 */
export const queueOptions = {
  /** Same key: one after the other, in the order sent. No key: free. */
  policy: 'key_strict_fifo',
  /** A handler that needs longer works in slices. */
  expireInSeconds: 60,
  /** pg-boss allows no less. A job whose worker died runs again about this much later. */
  heartbeatSeconds: 10,
  /** Deaths of a worker on the same job. A failed job would block its key; the queue removes those. */
  retryLimit: 100,
  retryDelay: 0,
  retentionSeconds: 86_400,
  deleteAfterSeconds: 300,
} as const satisfies QueueOptions & { policy: string };

export const jobBounds = {
  /**
   * A job that waited longer says nothing any more: its row was found again by then, and has another
   * job, or has ended. It is dropped.
   */
  ageMs: 600_000,
  /** Workers that died with one job in their hands before it is left alone for a while. */
  deaths: 5,
} as const;

export const bossSchema = 'pgboss';
