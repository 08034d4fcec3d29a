import type { JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';
import { appendRunEvent } from './run-event-store.ts';
import type { TakenRun } from './run-work-store.ts';
import type { Asks } from './schema.ts';

const ms = (value: number) => `${value} milliseconds`;

export interface SweptStream {
  id: string;
  workspace_id: string;
  connection_id: string;
}

/** Live streams whose turn has come to be listed whole and that nothing is reading, put off by an interval. */
export function claimDueSweeps(tx: Tx, rows: number, everyMs: number): Promise<SweptStream[]> {
  return tx<SweptStream[]>`
    with due as (
      select s.id from public.streams s
      join public.connections c on c.id = s.connection_id and c.status = 'active'
      where s.next_sweep_at <= now() and s.phase = 'live'
        and not exists (select 1 from public.runs r where r.stream_id = s.id
          and r.status in ('queued', 'running', 'paused'))
      order by s.next_sweep_at limit ${rows} for update of s skip locked
    )
    update public.streams s set next_sweep_at = now() + ${ms(everyMs)}::interval
    from due where s.id = due.id returning s.id, s.workspace_id, s.connection_id`;
}

/** Null ends the sweeps of a stream whose connector cannot list all there is. */
export async function putOffSweep(
  tx: Tx,
  run: Pick<TakenRun, 'workspace_id' | 'stream_id'>,
  afterMs: number | null,
): Promise<void> {
  await tx`
    update public.streams set next_sweep_at = ${afterMs === null ? tx`null` : tx`now() + ${ms(afterMs)}::interval`}
    where workspace_id = ${run.workspace_id} and id = ${run.stream_id}`;
}

/** A new generation: what the sweep does not come across keeps an older one. */
export async function beginGeneration(tx: Tx, run: TakenRun): Promise<number> {
  const [row] = await tx<{ generation: number }[]>`
    update public.streams set generation = generation + 1
    where workspace_id = ${run.workspace_id} and id = ${run.stream_id} returning generation`;
  return row?.generation ?? 0;
}

export async function markSeen(
  tx: Tx,
  run: TakenRun,
  externalIds: string[],
  generation: number,
): Promise<void> {
  await tx`
    update public.links set seen_generation = ${generation}
    where workspace_id = ${run.workspace_id} and connection_id = ${run.connection_id}
      and kind = ${run.record_kind} and external_id = any(${externalIds}) and seen_generation < ${generation}`;
}

export async function countLiving(tx: Tx, run: TakenRun): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::int as n from public.links
    where workspace_id = ${run.workspace_id} and stream_id = ${run.stream_id} and state <> 'tombstone'`;
  return row?.n ?? 0;
}

/** What is known to be out of sight, or outside of what the stream reads, is not missed. */
export async function countMissing(tx: Tx, run: TakenRun, generation: number): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::int as n from public.links
    where workspace_id = ${run.workspace_id} and stream_id = ${run.stream_id} and state <> 'tombstone'
      and seen_generation < ${generation} and state <> 'inaccessible'`;
  return row?.n ?? 0;
}

/** Of those a sweep did not come across, what was out of sight before: it is looked for, and kept. */
export async function countOutOfSight(tx: Tx, run: TakenRun, generation: number): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::int as n from public.links
    where workspace_id = ${run.workspace_id} and stream_id = ${run.stream_id} and state = 'inaccessible'
      and seen_generation < ${generation}`;
  return row?.n ?? 0;
}

export interface MissingLink {
  id: string;
  record_id: string;
  state: string;
  external_id: string;
  external_key: string | null;
  remote_rank: number;
  seen_generation: number;
  error: JsonObject | null;
}

/** Links the sweep did not come across, in the order of their ids. */
export function selectMissing(
  tx: Tx,
  run: TakenRun,
  generation: number,
  after: string | null,
  rows: number,
): Promise<MissingLink[]> {
  return tx<MissingLink[]>`
    select id, record_id, state, external_id, external_key, remote_rank, seen_generation, error from public.links
    where workspace_id = ${run.workspace_id} and stream_id = ${run.stream_id} and state <> 'tombstone'
      and seen_generation < ${generation} ${after === null ? tx`` : tx`and id > ${after}`}
    order by id limit ${rows}`;
}

/** Links whose objects cannot be seen here any more, with why; their records are kept. */
export async function setOutOfSight(
  tx: Tx,
  run: TakenRun,
  linkIds: string[],
  why: { code: string; message: string },
): Promise<void> {
  await tx`
    update public.links set state = 'inaccessible', error = ${json(tx, { ...why })}
    where workspace_id = ${run.workspace_id} and id = any(${linkIds})
      and state in ('synced', 'refused', 'inaccessible')`;
}

/** The run waits for a person; what it was about to do stands in `asks`. False when it is not ours any more. */
export async function pauseToAsk(
  tx: Tx,
  run: TakenRun,
  epoch: number,
  asks: Asks,
  message: string,
): Promise<boolean> {
  const error = { code: 'sync.mass_change', message };
  const rows = await tx`
    update public.runs set status = 'paused', epoch = epoch + 1, lease_until = null, next_attempt_at = null,
      asks = ${json(tx, { ...asks })}, error = ${json(tx, error)}, updated_at = now()
    where workspace_id = ${run.workspace_id} and id = ${run.id} and epoch = ${epoch} and status = 'running'
    returning 1`;
  if (rows.length === 0) return false;
  await appendRunEvent(tx, run, { type: 'asked', data: { asks, error } });
  return true;
}

/** A few of the records a question is about, by their links or by themselves. */
export function selectAsked(
  tx: Tx,
  run: TakenRun,
  of: { generation: number } | { recordIds: readonly string[] },
  rows: number,
): Promise<NonNullable<Asks['sample']>> {
  return tx<NonNullable<Asks['sample']>>`
    select l.record_id, left(coalesce(r.title, r.data ->> 'name', r.data ->> 'body'), 200) as title, l.external_key
    from public.links l join public.records r on r.workspace_id = l.workspace_id and r.id = l.record_id
    where l.workspace_id = ${run.workspace_id} and l.stream_id = ${run.stream_id} and l.state <> 'tombstone'
      and ${'generation' in of ? tx`l.seen_generation < ${of.generation} and l.state <> 'inaccessible'` : tx`l.record_id = any(${[...of.recordIds]}::uuid[])`}
    order by l.id limit ${rows}`;
}
