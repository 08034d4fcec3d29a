import type { JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';
import { type KeptEvent, placeEvent } from './compact-run-events.ts';
import type { NewRunEvent, RunEvent } from './run-event-schema.ts';

interface RunAt {
  workspace_id: string;
  id: string;
}

/**
 * Writes down what happened to a run whose row the caller has just changed, and so holds. Whose word
 * it was the database knows: a member writes in their own name, the worker in nobody's.
 */
export async function appendRunEvent(tx: Tx, run: RunAt, event: NewRunEvent): Promise<void> {
  await tx`
    insert into public.run_events (workspace_id, run_id, seq, type, data, by)
    values (${run.workspace_id}, ${run.id},
      coalesce((select max(seq) from public.run_events where run_id = ${run.id}), 0) + 1,
      ${event.type}, ${dataOf(tx, event)}, private.user_id())`;
}

/** As above, for what repeats: it may become part of what was written last. `pagesBefore` of the run. */
export async function noteRunEvent(
  tx: Tx,
  run: RunAt,
  event: NewRunEvent,
  pagesBefore: number,
): Promise<void> {
  const latest = await tx<KeptEvent[]>`
    select seq, type, data from public.run_events
    where workspace_id = ${run.workspace_id} and run_id = ${run.id} order by seq desc limit 2`;
  const placing = placeEvent(latest, event, pagesBefore);
  if (placing.do === 'append') {
    await appendRunEvent(tx, run, placing.event);
    return;
  }
  await tx`
    with gone as (
      delete from public.run_events
      where workspace_id = ${run.workspace_id} and run_id = ${run.id} and seq > ${placing.seq}
    )
    update public.run_events set data = ${dataOf(tx, placing.event)}, at = now()
    where workspace_id = ${run.workspace_id} and run_id = ${run.id} and seq = ${placing.seq}`;
}

const dataOf = (tx: Tx, { data }: NewRunEvent) => json(tx, data as unknown as JsonObject);

/** In order, at most so many, the newest. */
export function selectRunEvents(
  tx: Tx,
  workspaceId: string,
  runId: string,
  rows: number,
): Promise<RunEvent[]> {
  return tx<RunEvent[]>`
    select e.seq, e.type, e.data, e.at,
      case when e.by is not null then json_build_object('id', e.by, 'name', u.name) end as by
    from (
      select * from public.run_events
      where workspace_id = ${workspaceId} and run_id = ${runId} order by seq desc limit ${rows}
    ) e left join public.users u on u.id = e.by
    order by e.seq`;
}

/** Calls of the run that were not needed: the connection's log adds them up under the run's id. */
export async function selectCallsSaved(
  tx: Tx,
  workspaceId: string,
  runId: string,
): Promise<number> {
  const [row] = await tx<{ calls: number }[]>`
    select (details ->> 'calls')::int as calls from public.connection_log
    where workspace_id = ${workspaceId} and id = ${runId} and code = 'provider.calls_saved'`;
  return row?.calls ?? 0;
}
