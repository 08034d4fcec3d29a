import type { QueueOptions } from 'pg-boss';

/**
 * The queues, most urgent first. The number is the priority a job gets unless its sender says
 * otherwise; a person who waits (a command, an edit, a mail) comes before a webhook's event, that before a
 * refreshed credential, polling and the long reading of a backfill.
 */
export const queueTable = {
  command: { priority: 60 },
  push: { priority: 50 },
  mail: { priority: 45 },
  inbox: { priority: 40 },
  saga: { priority: 35 },
  refresh: { priority: 30 },
  webhook: { priority: 25 },
  poll: { priority: 20 },
  run: { priority: 10 },
  keepalive: { priority: 5 },
} as const satisfies Record<string, { priority: number }>;

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

export const bossSchema = 'pgboss';
