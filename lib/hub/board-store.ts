import type { Tx } from '#lib/db/index';
import type { Board } from './schema.ts';

/** Rows of the Board's lists; what is older is one click away. */
const latestRows = 12;
const attentionRows = 8;

/** What a record is known by in a list: its title, or what stands for one in its kind. */
const heading = (tx: Tx) => tx`
  coalesce(r.title, nullif(r.data ->> 'name', ''), r.data -> 'emails' ->> 0,
    left(r.data ->> 'body', 200), left(r.data ->> 'description', 200))`;

interface Numbers {
  position: number;
  records: number;
  changes_per_minute: number;
  inbox_waiting: number;
  inbox_dead: number;
  conflicts: number;
  p50_ms: number | null;
  p95_ms: number | null;
  series: (number | null)[];
}

/** Counts and freshness of the last hour, in one statement. Freshness: webhook received → record committed. */
export async function readNumbers(tx: Tx, workspaceId: string): Promise<Numbers> {
  const [row] = await tx<Numbers[]>`
    with counted as (
      select status, count from inbox_counts where workspace_id = ${workspaceId}
      union all
      select status, delta from private.inbox_deltas where workspace_id = ${workspaceId}
    ), applied as (
      select received_at, extract(epoch from processed_at - received_at) * 1000 as ms
      from inbox_events
      where workspace_id = ${workspaceId} and status = 'applied' and replayed_at is null
        and received_at > now() - interval '1 hour'
        and id > private.first_id_at(now() - interval '2 hours')
    ), slots as (
      select n, (select round(percentile_cont(0.5) within group (order by ms))
        from applied where received_at > now() - (12 - n) * interval '5 minutes'
          and received_at <= now() - (11 - n) * interval '5 minutes') as p50
      from generate_series(0, 11) n
    )
    select
      (select position from private.workspace_clocks where workspace_id = ${workspaceId}) as position,
      (select count(*) from records where workspace_id = ${workspaceId} and deleted_at is null)::int as records,
      (select count(*) from change_log where workspace_id = ${workspaceId} and at > now() - interval '1 minute'
        and run_id is null)::int as changes_per_minute,
      (select coalesce(sum(count), 0) from counted where status in ('pending', 'queued', 'failed'))::int as inbox_waiting,
      (select coalesce(sum(count), 0) from counted where status = 'dead')::int as inbox_dead,
      (select count(*) from conflicts where workspace_id = ${workspaceId} and status = 'open')::int as conflicts,
      (select round(percentile_cont(0.5) within group (order by ms)) from applied)::float as p50_ms,
      (select round(percentile_cont(0.95) within group (order by ms)) from applied)::float as p95_ms,
      (select json_agg(p50::float order by n) from slots) as series`;
  return (
    row ?? {
      position: 0,
      records: 0,
      changes_per_minute: 0,
      inbox_waiting: 0,
      inbox_dead: 0,
      conflicts: 0,
      p50_ms: null,
      p95_ms: null,
      series: [],
    }
  );
}

export interface StreamNumbers {
  connection_id: string;
  changes_per_hour: number;
  streams: Board['connections'][number]['streams'];
}

export async function readStreamNumbers(tx: Tx, workspaceId: string): Promise<StreamNumbers[]> {
  return tx<StreamNumbers[]>`
    select c.id as connection_id,
      (select count(*) from change_log l where l.workspace_id = c.workspace_id and l.connection_id = c.id
        and l.at > now() - interval '1 hour' and l.run_id is null)::int as changes_per_hour,
      coalesce((
        select json_agg(json_build_object('id', s.id, 'name', s.name, 'phase', s.phase,
          'records', (select count(*) from links k where k.stream_id = s.id and k.state <> 'tombstone'),
          'run', (select json_build_object('done', r.done, 'total', r.total, 'status', r.status)
            from runs r where r.stream_id = s.id and r.kind = 'backfill' and r.status in ('queued', 'running', 'paused')
            order by r.created_at desc limit 1)) order by s.created_at)
        from streams s where s.connection_id = c.id), '[]'::json) as streams
    from connections c where c.workspace_id = ${workspaceId} and c.status <> 'disconnected'`;
}

export async function readLatest(tx: Tx, workspaceId: string): Promise<Board['latest']> {
  return tx<Board['latest']>`
    select l.position, l.record_id, l.kind, l.version, l.op, l.origin, l.reason, l.connection_id, l.run_id,
      l.inbox_event_id, l.mutation_id, l.undoes, l.fields, l.diff, l.at,
      case when u.id is not null then json_build_object('id', u.id, 'name', u.name) end as actor,
      ${heading(tx)} as title, c.connector
    from change_log l
    join records r on r.id = l.record_id and r.workspace_id = l.workspace_id
    left join users u on u.id = l.actor_id
    left join connections c on c.id = l.connection_id
    where l.workspace_id = ${workspaceId} and l.run_id is null and l.position is not null
    order by l.position desc limit ${latestRows}`;
}

interface Worry {
  kind: 'connection' | 'stream' | 'asks' | 'refused' | 'unknown' | 'conflict' | 'creation' | 'dead';
  id: string;
  connector: string | null;
  name: string | null;
  detail: string | null;
  count: number;
  at: string;
}

/** What needs a person, most urgent first. One row a thing, or one for many of a kind. */
export async function readWorries(tx: Tx, workspaceId: string): Promise<Worry[]> {
  return tx<Worry[]>`
    select * from (
      select 'connection' as kind, id::text, connector, account_name as name, status_detail as detail, 1 as count, status_at as at
      from connections where workspace_id = ${workspaceId} and status = 'needs_reauth'
      union all
      select 'stream', s.connection_id::text, c.connector, s.name, s.phase_detail, 1, s.created_at
      from streams s join connections c on c.id = s.connection_id
      where s.workspace_id = ${workspaceId} and s.phase = 'failed' and c.status <> 'disconnected'
      union all
      select 'asks', r.id::text, c.connector, s.name, r.error ->> 'message', (r.asks ->> 'count')::int, r.updated_at
      from runs r join streams s on s.id = r.stream_id join connections c on c.id = r.connection_id
      where r.workspace_id = ${workspaceId} and r.status = 'paused' and r.asks is not null and c.status <> 'disconnected'
      union all
      select k.state, min(k.record_id::text), min(c.connector),
        min(${heading(tx)}), min(k.error ->> 'message'), count(*)::int, max(coalesce(k.dirty_at, r.updated_at))
      from links k join connections c on c.id = k.connection_id join records r on r.id = k.record_id
      where k.workspace_id = ${workspaceId} and k.state in ('refused', 'unknown', 'conflict')
      group by k.state
      union all
      select 'creation', f.id::text, null, f.name, min(m.error ->> 'message'), count(*)::int,
        max(coalesce(m.finished_at, m.called_at, m.created_at))
      from flows f join flow_sides fs on fs.workspace_id = f.workspace_id and fs.flow_id = f.id
      join creations m on m.workspace_id = fs.workspace_id and m.stream_id = fs.stream_id
      where f.workspace_id = ${workspaceId}
        and (m.state = 'refused' or (m.state = 'unknown' and m.next_attempt_at is null))
      group by f.id
      union all
      select 'dead', min(id::text), min(connector), min(event), min(outcome), count(*)::int, max(processed_at)
      from inbox_events where workspace_id = ${workspaceId} and status = 'dead'
      having count(*) > 0
    ) worries
    order by array_position(array['connection', 'stream', 'asks', 'dead', 'refused', 'unknown', 'creation', 'conflict'], kind), at desc nulls last
    limit ${attentionRows}`;
}
