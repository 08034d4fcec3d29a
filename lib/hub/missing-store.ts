import type { Tx } from '#lib/db/index';
import type { Link } from '#lib/records/schema';
import type { Run, Stream } from '#lib/sync/schema';
import type { InboxEvent } from '#lib/webhooks/schema';

/** Events that were not applied, and lines of the log, that are looked through; the newest. */
export const eventsLookedAt = 2_000;
/** Of those events together: a body may have a megabyte, and a page waits for the answer. */
const bytesLookedAt = 64 * 1_024 * 1_024;
export const faultsLookedAt = 1_000;

/** By which name somebody looks for an object. */
export interface Wanted {
  connectionId: string;
  externalKey: string | null;
  url: string | null;
  externalId: string | null;
}

export interface ConnectionFacts {
  name: string;
  connector: string;
  status: string;
  status_detail: string | null;
  refused_today: number;
}

export async function selectConnectionFacts(
  tx: Tx,
  workspaceId: string,
  connectionId: string,
): Promise<ConnectionFacts | null> {
  const [row] = await tx<ConnectionFacts[]>`
    select c.account_name as name, c.connector, c.status, c.status_detail,
      coalesce((select sum(f.count)::int from public.webhook_refusals f
        join public.webhook_endpoints e on e.workspace_id = f.workspace_id and e.id = f.endpoint_id
        where e.workspace_id = c.workspace_id and e.connection_id = c.id
          and f.day = (now() at time zone 'utc')::date), 0) as refused_today
    from public.connections c where c.workspace_id = ${workspaceId} and c.id = ${connectionId}`;
  return row ?? null;
}

export interface StreamFacts {
  id: string;
  name: string;
  scope_key: string;
  phase: Stream['phase'];
  phase_detail: string | null;
  next_poll_at: string | null;
  next_sweep_at: string | null;
  last_polled_at: string | null;
  /** When everything there was last listed to the end. */
  swept_at: string | null;
  run: Pick<Run, 'id' | 'kind' | 'status' | 'done' | 'total' | 'asks'> | null;
}

export function selectStreamFacts(
  tx: Tx,
  workspaceId: string,
  connectionId: string,
): Promise<StreamFacts[]> {
  return tx<StreamFacts[]>`
    select s.id, s.name, s.scope_key, s.phase, s.phase_detail, s.next_poll_at, s.next_sweep_at, s.last_polled_at,
      (select max(r.finished_at) from public.runs r where r.workspace_id = s.workspace_id and r.stream_id = s.id
        and r.kind in ('backfill', 'reconcile') and r.status = 'completed') as swept_at,
      (select jsonb_build_object('id', r.id, 'kind', r.kind, 'status', r.status, 'done', r.done, 'total', r.total,
          'asks', r.asks)
        from public.runs r where r.workspace_id = s.workspace_id and r.stream_id = s.id
          and r.status in ('queued', 'running', 'paused') limit 1) as run
    from public.streams s
    where s.workspace_id = ${workspaceId} and s.connection_id = ${connectionId} order by s.id`;
}

export interface LinkFacts {
  record_id: string;
  record_kind: string;
  state: Link['state'];
  error: { code: string; message: string } | null;
  deleted_at: string | null;
  joined_into: string | null;
  /** It was asked for by an id it had before. */
  is_renamed: boolean;
  /** It was made from here, and is not followed any more. */
  is_taken_back: boolean;
  url: string | null;
}

/** Links of objects of that name, former ids included. */
export function selectLinkFacts(tx: Tx, workspaceId: string, wanted: Wanted): Promise<LinkFacts[]> {
  const { connectionId, externalKey, url, externalId } = wanted;
  const isIt = externalKey
    ? tx`l.external_key = ${externalKey}`
    : url
      ? tx`rtrim(l.url, '/') = ${url.replace(/\/+$/, '')}`
      : tx`l.external_id = ${externalId}`;
  return tx<LinkFacts[]>`
    select l.record_id, r.kind as record_kind, l.state, l.error, r.deleted_at, l.url,
      (select a.record_id from public.record_aliases a
        where a.workspace_id = l.workspace_id and a.old_record_id = l.record_id) as joined_into,
      l.external_id is distinct from coalesce(${externalId}, l.external_id) as is_renamed,
      l.external_id like '% (taken back)' as is_taken_back
    from public.links l join public.records r on r.workspace_id = l.workspace_id and r.id = l.record_id
    where l.workspace_id = ${workspaceId} and l.connection_id = ${connectionId}
      and (${isIt} or l.id in (
        select a.link_id from public.link_aliases a
        where a.workspace_id = ${workspaceId} and a.connection_id = ${connectionId}
          and a.old_external_id = ${externalId}))
    order by r.deleted_at nulls first, l.id limit 5`;
}

export interface EventFacts {
  id: string;
  event: string;
  status: InboxEvent['status'];
  outcome: string | null;
  received_at: string;
}

/**
 * Of the newest events that were not applied, those whose body has one of these texts. Each status has
 * its own way along an index: what was applied, which is nearly all, is never walked through.
 */
export function selectEventFacts(
  tx: Tx,
  workspaceId: string,
  connectionId: string,
  texts: readonly string[],
  most = { events: eventsLookedAt, bytes: bytesLookedAt },
): Promise<EventFacts[]> {
  const columns = tx`i.id, i.event, i.status, i.outcome, i.received_at, i.body`;
  const own = tx`i.workspace_id = ${workspaceId} and i.connection_id = ${connectionId}`;
  return tx<EventFacts[]>`
    with troubled as (
      select t.* from unnest(array['failed', 'dead', 'ignored']) s (status) cross join lateral (
        select ${columns} from public.inbox_events i
        where ${own} and i.status = s.status and i.status in ('ignored', 'failed', 'dead')
        order by i.id desc limit ${most.events}) t
    ), waiting as (
      select ${columns} from public.inbox_events i
      where ${own} and i.status in ('pending', 'queued') and i.status in ('pending', 'queued', 'failed')
        and i.replay_id is null
      order by i.next_attempt_at limit ${most.events}
    ), looked as (
      select e.*, sum(octet_length(e.body)) over (order by e.id desc) as bytes
      from (select * from troubled union all select * from waiting) e
      order by e.id desc limit ${most.events}
    )
    select e.id, e.event, e.status, e.outcome, e.received_at from looked e
    where e.bytes <= ${most.bytes} and exists (select 1 from unnest(${[...texts]}::text[]) t
      where position(convert_to(t, 'UTF8') in e.body) > 0)
    order by e.id desc limit 5`;
}

export interface FaultFacts {
  message: string;
  at: string;
  run_id: string | null;
}

/** Lines of the connection's log about objects that could not be understood. */
export function selectFaultFacts(
  tx: Tx,
  workspaceId: string,
  wanted: Wanted,
): Promise<FaultFacts[]> {
  const { connectionId, externalKey, url, externalId } = wanted;
  const isIt = externalId
    ? tx`f.details ->> 'external_id' = ${externalId}`
    : url
      ? tx`position(${url} in f.details::text) > 0`
      : tx`(f.details ->> 'external_id' = ${externalKey} or f.details -> 'raw' ->> 'key' = ${externalKey}
          or f.details -> 'raw' ->> 'number' = ${externalKey} or f.details -> 'raw' ->> 'identifier' = ${externalKey})`;
  return tx<FaultFacts[]>`
    select f.message, f.at, f.run_id from (
      select * from public.connection_log g
      where g.workspace_id = ${workspaceId} and g.connection_id = ${connectionId}
      order by g.id desc limit ${faultsLookedAt}
    ) f
    where f.code = 'sync.object_unreadable' and ${isIt}
    order by f.at desc limit 1`;
}
