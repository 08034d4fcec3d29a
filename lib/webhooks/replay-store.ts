import { json, type Tx } from '#lib/db/index';
import { statusesBefore } from './inbox-event-state.ts';
import { indexed, looked } from './inbox-filter-store.ts';
import type { InboxFilter, Replay, ReplaySelection } from './schema.ts';

/** What a preview counts at most, and in how many of the newest events it looks. */
const countedAtMost = 10_000;
const lookedAtMost = 200_000;

const columns = (tx: Tx) => tx`
  r.id, r.status, r.selection, r.expected, r.is_exact, r.taken, r.waiting, r.applied, r.ignored, r.dead,
  r.requested_by, r.created_at, r.started_at, r.finished_at`;

/** Events somebody may ask for again; a part comes with the event it came in. */
const replayable = (tx: Tx) => tx`and e.status = any(${statusesBefore('pending')}::text[])`;

const chosen = (tx: Tx, ids: readonly string[]) =>
  tx`and (e.id = any(${ids}::uuid[]) or e.parent_id = any(${ids}::uuid[]))`;

/** Makes one event, or the parts it came as, due at once. Answers how many events. */
export async function markPending(tx: Tx, eventId: string): Promise<number> {
  const rows = await tx`
    update public.inbox_events
    set status = 'pending', attempts = 0, next_attempt_at = now(), replayed_at = now(), replay_id = null
    where (id = ${eventId} or parent_id = ${eventId})
      and status = any(${statusesBefore('pending')}::text[])`;
  return rows.count;
}

export interface Preview {
  count: number;
  is_exact: boolean;
}

/** Exact up to `countedAtMost`; not exact: there are at least so many. */
export async function countSelected(
  tx: Tx,
  workspaceId: string,
  selection: ReplaySelection,
): Promise<Preview> {
  const from =
    'ids' in selection
      ? tx`public.inbox_events e where e.workspace_id = ${workspaceId} ${chosen(tx, selection.ids)}`
      : tx`(${newest(tx, workspaceId, selection.filter)} limit ${lookedAtMost}) e
          where true ${looked(tx, selection.filter)}`;
  const [row] = await tx<{ count: number }[]>`
    select count(*) from (select 1 from ${from} ${replayable(tx)} limit ${countedAtMost + 1}) found`;
  const count = row?.count ?? 0;
  if (count > countedAtMost) return { count: countedAtMost, is_exact: false };
  if ('ids' in selection) return { count, is_exact: true };
  const beyond = await tx`
    select 1 from (${newest(tx, workspaceId, selection.filter)} offset ${lookedAtMost} limit 1) e`;
  return { count, is_exact: beyond.length === 0 };
}

const newest = (tx: Tx, workspaceId: string, filter: InboxFilter) => tx`
  select * from public.inbox_events e
  where e.workspace_id = ${workspaceId} ${indexed(tx, filter)} order by e.id desc`;

export async function insertReplay(
  tx: Tx,
  replay: {
    id: string;
    workspaceId: string;
    selection: ReplaySelection;
    preview: Preview;
    requestedBy: string;
  },
): Promise<void> {
  await tx`
    insert into public.replays (id, workspace_id, selection, expected, is_exact, until_id, requested_by)
    values (${replay.id}, ${replay.workspaceId}, ${json(tx, replay.selection)}, ${replay.preview.count},
      ${replay.preview.is_exact}, ${replay.id}, ${replay.requestedBy})`;
}

export async function selectReplay(tx: Tx, id: string): Promise<Replay | null> {
  const [row] = await tx<Replay[]>`select ${columns(tx)} from public.replays r where r.id = ${id}`;
  return row ?? null;
}

export function selectReplays(
  tx: Tx,
  page: { workspaceId: string; beforeId: string | null; limit: number },
): Promise<Replay[]> {
  return tx<Replay[]>`
    select ${columns(tx)} from public.replays r
    where r.workspace_id = ${page.workspaceId} ${page.beforeId ? tx`and r.id < ${page.beforeId}` : tx``}
    order by r.id desc limit ${page.limit}`;
}

/** Waits for the worker's step under way, at most; then nothing more is handed out. */
export async function markCancelled(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx`
    update public.replays set status = 'cancelled', finished_at = now()
    where id = ${id} and status in ('pending', 'running')`;
  return rows.count > 0;
}
