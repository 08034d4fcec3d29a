import type { Tx } from '#lib/db/index';
import type { Queue } from '#lib/queue/index';
import { countLeased, type DueEvent, leaseDue } from './inbox-store.ts';

/**
 * How long a job may take to get to an event before the sweep makes another job for it. Two jobs for
 * one event do no harm (the row lock and the status decide), so it is short: what a crash left behind
 * is found again soon.
 */
const leaseMs = 15_000;
/** Events under way at one time: a backlog waits in its table, where a lost job costs nothing. */
const maxLeased = 400;
/** Events of one job; they are applied one transaction each. */
const eventsPerJob = 20;

/** Turns due events into jobs within the caller's transaction. Returns how many events. */
export async function enqueueDueInbox(
  tx: Tx,
  queue: Pick<Queue, 'send'>,
  limit: number,
): Promise<number> {
  const room = maxLeased - (await countLeased(tx, maxLeased));
  const most = Math.min(limit, room);
  if (most <= 0) return 0;
  const due = await leaseDue(tx, most, leaseMs);
  if (due.length > 0) await queue.send(tx, 'inbox', jobsFor(due));
  return due.length;
}

/** Per connection, in the order of arrival. */
function jobsFor(due: readonly DueEvent[]): { payload: { workspace_id: string; ids: string[] } }[] {
  const groups = Map.groupBy(due, (event) => `${event.workspaceId} ${event.connectionId}`);
  return [...groups.values()].flatMap((events) => {
    const ids = events.map((event) => event.id).toSorted();
    const workspaceId = events[0]?.workspaceId ?? '';
    return Array.from({ length: Math.ceil(ids.length / eventsPerJob) }, (_, index) => ({
      payload: {
        workspace_id: workspaceId,
        ids: ids.slice(index * eventsPerJob, (index + 1) * eventsPerJob),
      },
    }));
  });
}
