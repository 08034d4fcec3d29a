import type { Json, JsonObject } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';
import type { ChangeReason, Link } from '#lib/records/schema';
import type { FieldRule } from '#lib/sync/schema';
import type { InboxEvent } from '#lib/webhooks/schema';

export interface ValueFacts {
  kind: Kind;
  value: Json;
  is_deleted: boolean;
  /** The change that set it, or made the record; null when the log does not reach back so far. */
  change: SettingChange | null;
}

export interface SettingChange {
  position: number;
  op: 'create' | 'update' | 'delete' | 'restore';
  origin: 'user' | 'connection' | 'hub';
  reason: ChangeReason | null;
  at: string;
  actor: string | null;
  undoes: number | null;
  connection: string | null;
  connection_id: string | null;
  /** A webhook told of it, and a run or an undo made it; the row itself may not be kept any more. */
  told_by_event: boolean;
  of_run: boolean;
  inbox_event_id: string | null;
  inbox_event: string | null;
  inbox_status: InboxEvent['status'] | null;
  run_id: string | null;
  run_kind: 'backfill' | 'poll' | 'reconcile' | null;
  /** The undo of many it is part of. */
  undo_id: string | null;
}

export type RecordFacts = ValueFacts & { workspace_id: string; record_id: string };

/** The record's field and the change that gave it its value; of a record that became part of another, that one's. */
export async function selectValueFacts(
  tx: Tx,
  recordId: string,
  field: string,
): Promise<RecordFacts | null> {
  const [row] = await tx<RecordFacts[]>`
    select r.id as record_id, r.workspace_id, r.kind, coalesce(r.data -> ${field}, 'null') as value, r.deleted_at is not null as is_deleted,
      (select jsonb_build_object('position', c.position, 'op', c.op, 'origin', c.origin, 'reason', c.reason,
          'at', c.at, 'actor', u.name,
          'undoes', c.undoes, 'connection', n.account_name, 'connection_id', n.id,
          'told_by_event', c.inbox_event_id is not null, 'of_run', c.run_id is not null, 'inbox_event_id', e.id, 'inbox_event', e.event,
          'inbox_status', e.status, 'run_id', q.id, 'run_kind', q.kind, 'undo_id', z.id)
        from (
          select * from public.change_log c
          where c.workspace_id = r.workspace_id and c.record_id = r.id and c.position is not null
            and (${field} = any(c.fields) or c.op = 'create')
          order by c.version desc limit 1
        ) c
        left join public.users u on u.id = c.actor_id
        left join public.connections n on n.workspace_id = c.workspace_id and n.id = c.connection_id
        left join public.inbox_events e on e.workspace_id = c.workspace_id and e.id = c.inbox_event_id
        left join public.runs q on q.workspace_id = c.workspace_id and q.id = c.run_id
        left join public.undo_runs z on z.workspace_id = c.workspace_id and z.id = c.run_id) as change
    from public.records r
    where r.id = coalesce((select a.record_id from public.record_aliases a where a.old_record_id = ${recordId}),
      ${recordId}::uuid)`;
  return row ?? null;
}

export interface PlaceFacts {
  link_id: string;
  stream_id: string;
  stream: string;
  connection_id: string;
  connection: string;
  connector: string;
  resource: string;
  state: Link['state'];
  base: JsonObject | null;
  ours: JsonObject;
  held: string[];
  unreadable: Record<string, string>;
  /** What another service calls the record that has no name here yet. */
  unsaid_name: string | null;
  error: Link['error'];
  dirty_at: string | null;
  /** The flow that is paused and has its stream for a side. */
  paused_flow: string | null;
  /** Kept apart from another place of the record: a flow of both was removed. */
  is_parted: boolean;
  rules: FieldRule[];
  /** The newest edit of the field that was sent there. */
  push: {
    id: string;
    value: Json;
    /** Fields the service took the edit without. */
    ignored: string[];
    outcome: 'accepted' | 'refused' | 'unknown' | 'superseded' | null;
    at: string;
    echoed_at: string | null;
  } | null;
}

/** Of each place, the edits that are looked through for one of the field. */
const pushRows = 200;

/** Where the record lives, by which rules, and what was last told there of the field. */
export function selectPlaceFacts(
  tx: Tx,
  workspaceId: string,
  recordId: string,
  field: string,
): Promise<PlaceFacts[]> {
  return tx<PlaceFacts[]>`
    select l.id as link_id, l.stream_id, s.name as stream, l.connection_id, c.account_name as connection,
      c.connector, s.resource, l.state, l.base, l.ours, l.held, l.unreadable, regexp_replace(l.unsaid_name, '@[^@]*$', '') as unsaid_name, l.error, l.dirty_at, coalesce(m.rules, '[]') as rules,
      (select f.name from public.flow_sides d join public.flows f on f.workspace_id = d.workspace_id
        and f.id = d.flow_id and f.status = 'paused'
        where d.workspace_id = l.workspace_id and d.stream_id = l.stream_id) as paused_flow,
      exists (select 1 from public.parted_streams a join public.links o on o.workspace_id = a.workspace_id
        and o.stream_id = a.other_id and o.record_id = l.record_id
        where a.workspace_id = l.workspace_id and a.stream_id = l.stream_id) as is_parted,
      (select jsonb_build_object('id', p.id, 'value', p.patch -> ${field}, 'outcome', p.outcome,
          'ignored', coalesce(p.error -> 'fields', '[]'), 'at', p.created_at, 'echoed_at', p.echoed_at)
        from (
          select * from public.push_intents i
          where i.workspace_id = l.workspace_id and i.record_id = l.record_id and i.link_id = l.id
          order by i.id desc limit ${pushRows}
        ) p
        where p.patch ? ${field} order by p.id desc limit 1) as push
    from public.links l
    join public.streams s on s.workspace_id = l.workspace_id and s.id = l.stream_id
    join public.connections c on c.workspace_id = l.workspace_id and c.id = l.connection_id
    left join public.stream_rules m on m.workspace_id = l.workspace_id and m.stream_id = l.stream_id
    where l.workspace_id = ${workspaceId} and l.record_id = ${recordId} order by l.id`;
}

export interface DecisionFacts {
  id: string;
  status: 'open' | 'automatic' | 'resolved';
  policy: string;
  /** Null where no person chose. */
  choice: string | null;
  connection: string;
  connection_id: string;
  resolved_by: string | null;
  created_at: string;
  resolved_at: string | null;
}

const decisionRows = 5;

/** Where both sides changed the field, the newest first. */
export function selectDecisions(
  tx: Tx,
  workspaceId: string,
  recordId: string,
  field: string,
): Promise<DecisionFacts[]> {
  return tx<DecisionFacts[]>`
    select f.id, f.status, f.policy, f.choice, c.account_name as connection, c.id as connection_id, u.name as resolved_by,
      f.created_at, f.resolved_at
    from public.conflicts f
    join public.links l on l.workspace_id = f.workspace_id and l.id = f.link_id
    join public.connections c on c.workspace_id = l.workspace_id and c.id = l.connection_id
    left join public.users u on u.id = f.resolved_by
    where f.workspace_id = ${workspaceId} and l.record_id = ${recordId} and f.field = ${field}
    order by f.id desc limit ${decisionRows}`;
}
