import type { JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';
import { homeOf } from '../reference-store.ts';

type CreationState = 'owed' | 'sending' | 'unknown' | 'done' | 'refused' | 'cancelled';

const ms = (value: number) => `${value} milliseconds`;

/** A creation with its record, both locked. */
export interface HeldCreation {
  id: string;
  workspace_id: string;
  record_id: string;
  connection_id: string;
  stream_id: string;
  state: CreationState;
  sent: JsonObject | null;
  /** When the first call was about to be made. */
  sent_at: string | null;
  /** How long ago the last one was. */
  called_age_ms: number | null;
  age_ms: number;
  attempts: number;
  error: JsonObject | null;
  epoch: number;
  kind: Kind;
  resource: string;
  scope: JsonObject;
  rules: unknown;
  /** New objects are made there now, or this one was ordered by itself. */
  is_live: boolean;
  version: number;
  data: JsonObject;
  deleted_at: string | null;
  /** Whose plain names the record holds; null before its first object is there. */
  home_id: string | null;
  /** The link of the record at this connection, whoever made it. */
  linked: string | null;
  /** A call for the record is under way at another stream of this connection. */
  is_made_beside: boolean;
}

/**
 * Locks the record, then the creation. Null when the creation has another epoch than the given one or
 * has come to its end.
 */
export async function lockCreation(
  tx: Tx,
  workspaceId: string,
  creationId: string,
  epoch: number | null,
): Promise<HeldCreation | null> {
  const at = { workspaceId, creationId };
  const first = await lockRow(tx, at);
  // The record became another while its lock was waited for; that one is locked now.
  const row = first === 'moved' ? await lockRow(tx, at) : first;
  if (row === null || row === 'moved') return null;
  return epoch !== null && row.epoch !== epoch ? null : row;
}

async function lockRow(
  tx: Tx,
  { workspaceId, creationId }: { workspaceId: string; creationId: string },
): Promise<HeldCreation | 'moved' | null> {
  const [record] = await tx<{ id: string }[]>`
    select r.id from public.records r where r.workspace_id = ${workspaceId} and r.id = (
      select coalesce(a.record_id, c.record_id) from public.creations c
      left join public.record_aliases a on a.old_record_id = c.record_id
      where c.workspace_id = ${workspaceId} and c.id = ${creationId})
    for update`;
  if (!record) return null;
  const [row] = await tx<HeldCreation[]>`
    select c.id, c.workspace_id, coalesce(a.record_id, c.record_id) as record_id, c.connection_id, c.stream_id,
      c.state, c.sent, c.sent_at::text as sent_at, c.attempts, c.error, c.epoch,
      (extract(epoch from clock_timestamp() - c.called_at) * 1000)::float8 as called_age_ms,
      (extract(epoch from clock_timestamp() - c.created_at) * 1000)::float8 as age_ms,
      s.kind, s.resource, s.scope, t.rules,
      s.phase <> 'paused' and (c.saga_id is not null or exists (
        select 1 from public.flow_sides d join public.flows f on f.id = d.flow_id and f.status = 'live'
        where d.stream_id = c.stream_id)) as is_live,
      r.version, r.data, r.deleted_at, ${homeOf(tx)} as home_id,
      (select l.id from public.links l where l.workspace_id = r.workspace_id and l.record_id = r.id
        and l.connection_id = c.connection_id) as linked,
      exists (select 1 from public.creations o where o.record_id = c.record_id and o.connection_id = c.connection_id
        and o.id <> c.id and o.state in ('sending', 'unknown')) as is_made_beside
    from public.creations c
    left join public.record_aliases a on a.old_record_id = c.record_id
    join public.records r on r.workspace_id = c.workspace_id and r.id = ${record.id}
    join public.streams s on s.id = c.stream_id
    left join public.stream_rules t on t.stream_id = c.stream_id
    where c.workspace_id = ${workspaceId} and c.id = ${creationId}
      and c.state in ('owed', 'sending', 'unknown')
    for update of c`;
  if (!row) return null;
  return row.record_id === record.id ? row : 'moved';
}

/** Makes the creation the caller's: whoever held it before can write nothing more. */
export async function leaseCreation(
  tx: Tx,
  held: HeldCreation,
  epoch: number,
  leaseMs: number,
): Promise<void> {
  await tx`
    update public.creations set epoch = ${epoch}, lease_until = now() + ${ms(leaseMs)}::interval,
      next_attempt_at = now() + ${ms(leaseMs)}::interval
    where workspace_id = ${held.workspace_id} and id = ${held.id}`;
}

/** The call is about to be made; a repeated one keeps the time of the first, which is answered. */
export async function markSending(
  tx: Tx,
  held: HeldCreation,
  call: { sent: JsonObject; attempts: number },
  leaseMs: number,
): Promise<string | null> {
  const [row] = await tx<{ sent_at: string }[]>`
    update public.creations set state = 'sending', sent = ${json(tx, call.sent)}, called_at = now(), attempts = ${call.attempts},
      sent_at = coalesce(sent_at, now()), lease_until = now() + ${ms(leaseMs)}::interval,
      next_attempt_at = now() + ${ms(leaseMs)}::interval
    where workspace_id = ${held.workspace_id} and id = ${held.id} returning sent_at::text as sent_at`;
  return row?.sent_at ?? null;
}

export interface CreationRelease {
  state: CreationState;
  error: JsonObject | null;
  attempts: number;
  /** Milliseconds from now; null when nothing is to be done any more, or a person is asked. */
  nextAfterMs: number | null;
  /** Nothing was made by any call so far: what is sent next is another call. */
  forgetsCall?: boolean;
  /** The record whose object is to be made first; its end brings this one back before its time. */
  waitsFor?: string;
  linkId?: string;
}

/** Gives the creation back. */
export async function releaseCreation(
  tx: Tx,
  held: Pick<HeldCreation, 'workspace_id' | 'id' | 'version'>,
  release: CreationRelease,
): Promise<void> {
  const { nextAfterMs: next, forgetsCall } = release;
  const isOver = !['owed', 'sending', 'unknown'].includes(release.state);
  await tx`
    update public.creations c set state = ${release.state}, lease_until = null, attempts = ${release.attempts},
      error = ${release.error === null ? null : json(tx, release.error)},
      next_attempt_at = ${next === null ? tx`null` : tx`now() + ${ms(next)}::interval`},
      sent = ${forgetsCall ? tx`null` : tx`c.sent`}, sent_at = ${forgetsCall ? tx`null` : tx`c.sent_at`},
      called_at = ${forgetsCall ? tx`null` : tx`c.called_at`}, record_version = ${held.version},
      link_id = coalesce(${release.linkId ?? null}::uuid, c.link_id), waits_for = ${release.waitsFor ?? null}::uuid,
      finished_at = ${isOver ? tx`now()` : tx`null`}
    where c.workspace_id = ${held.workspace_id} and c.id = ${held.id}`;
}
