import { jobsAhead, type Tx } from '#lib/db/index';
import type { NewJob, Queue, Swept } from '#lib/queue/index';
import {
  countLeased,
  type DueEvent,
  eventsPerJob,
  findOpenDays,
  leaseDue,
  type OpenDays,
} from './lease-store.ts';

/**
 * How long a job may take to get to an event before the sweep makes another job for it. Two jobs for
 * one event do no harm (the row lock and the status decide), so it is short: what a crash left behind
 * is found again soon.
 */
const leaseMs = 15_000;
/**
 * Events under way at one time, of all workspaces; what one of them may have under way is bounded by
 * dueInTurn. A backlog waits in its table, where a lost job costs nothing.
 */
const maxLeased = 2_000;
/** Of them those of replays: whatever they hand out, what has just come finds a place. */
const maxLeasedAgain = 100;

/**
 * Turns due events into jobs within the caller's transaction. Says how many events, and whether any that
 * are due may have been left.
 */
export async function enqueueDueInbox(
  tx: Tx,
  queue: Pick<Queue, 'send'>,
  limit: number,
): Promise<Swept> {
  const days = await findOpenDays(tx);
  if (days === null) return { enqueued: 0, mayLeave: false };
  const leased = await countLeased(tx, 'new', days, maxLeased);
  const most = Math.min(limit, maxLeased - leased);
  const due = most > 0 ? await leaseDue(tx, 'new', days, { limit: most, leaseMs }) : [];
  const again = days.hasReplays ? await leaseAgain(tx, days, most - due.length) : [];
  const all = [...jobsFor(due), ...jobsFor(again)];
  if (all.length > 0) await queue.send(tx, 'inbox', all);
  return {
    enqueued: due.length + again.length,
    mayLeave: days.hasReplays || leased >= jobsAhead || isShareFull(due, most),
  };
}

/**
 * Whether a workspace may have got less than it owes: then it got all of its share. One whose jobs fill
 * the queue got nothing; that takes more events leased than the caller lets pass.
 */
function isShareFull(due: readonly DueEvent[], most: number): boolean {
  const shares = [...Map.groupBy(due, ({ workspaceId }) => workspaceId).values()];
  const share = Math.floor(most / Math.max(1, shares.length));
  return shares.some(
    ({ length }) => length >= Math.max(1, Math.min(share, jobsAhead * eventsPerJob)),
  );
}

/** What replays handed out, in the places that are left. */
async function leaseAgain(tx: Tx, days: OpenDays, places: number): Promise<DueEvent[]> {
  const leased = await countLeased(tx, 'again', days, maxLeasedAgain);
  const limit = Math.min(places, maxLeasedAgain - leased);
  return limit > 0 ? leaseDue(tx, 'again', days, { limit, leaseMs }) : [];
}

/** Per connection, in the order of arrival. */
function jobsFor(due: readonly DueEvent[]): NewJob[] {
  const groups = Map.groupBy(due, (event) => `${event.workspaceId} ${event.connectionId}`);
  return [...groups.values()].flatMap((events) => {
    const ids = events.map((event) => event.id).toSorted();
    const workspaceId = events[0]?.workspaceId ?? '';
    return Array.from({ length: Math.ceil(ids.length / eventsPerJob) }, (_, index) => {
      const part = ids.slice(index * eventsPerJob, (index + 1) * eventsPerJob);
      return {
        workspaceId,
        correlation: part[0],
        payload: { workspace_id: workspaceId, ids: part },
      };
    });
  });
}
