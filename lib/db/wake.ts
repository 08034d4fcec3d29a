import type { Queryable } from './connect.ts';

/** The channel on which the worker hears that rows are due. */
export const workChannel = 'patchbay_work';

export type WorkName =
  | 'commands'
  | 'inbox'
  | 'push'
  | 'creations'
  | 'runs'
  | 'polls'
  | 'mail'
  | 'sagas'
  | 'queues'
  | 'changes'
  | 'undos'
  | 'deliveries'
  | 'plans';

/** A hint that travels with the commit of the caller's transaction; losing it costs only time. */
export async function wake(db: Queryable, work: WorkName): Promise<void> {
  await db`select pg_notify(${workChannel}, ${work})`;
}
