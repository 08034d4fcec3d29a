import type { JsonObject } from '#lib/core/index';
import { dueInTurn, json, type Tx } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';
import type { Link } from '#lib/records/schema';
import { hasLeft, isOutside } from './left-scope.ts';
import { syncLimits } from './limits.ts';
import { homeOf, selectReferences } from './reference-store.ts';
import { type LinkView, type ViewedRow, viewLink } from './view-link.ts';

const nullable = (tx: Tx, value: JsonObject | null) => (value === null ? null : json(tx, value));
const ms = (value: number) => `${value} milliseconds`;

/** A mutation of a link is named in its push, so that a page can tell which edit went out; at most this many. */
const namedMutations = 50;

export interface DuePush {
  id: string;
  workspace_id: string;
  epoch: number;
}

/**
 * Streams of flows that are paused wait, whole ones by a list that is made once. What is to be read again
 * is read, and the outcome of a call that was under way is looked up; no other call is made of it.
 */
const mayGo = (tx: Tx) => tx`
  (t.stream_id <> all (array(select d.stream_id from public.flow_sides d
      join public.flows f on f.id = d.flow_id and f.status = 'paused'))
    or t.reread_at <= now()
    or t.id in (select i.link_id from public.push_intents i where i.outcome is null or i.outcome = 'unknown'))`;

/**
 * Links that owe something, taken out of sight for the time a job may wait. Links of a connection that
 * is not active, of a paused stream, or of a paused flow, stay due and wait. Workspaces have their turn.
 */
export function claimDuePushes(tx: Tx, rows: number, queueLeaseMs: number): Promise<DuePush[]> {
  const due = dueInTurn(tx, {
    table: 'public.links',
    queue: 'push',
    may: tx`t.next_attempt_at is not null`,
    at: tx`t.next_attempt_at`,
    also: {
      join: tx`
        join public.connections c on c.id = t.connection_id and c.status = 'active'
        join public.streams s on s.id = t.stream_id and s.phase <> 'paused'`,
      where: tx`and (t.lease_until is null or t.lease_until <= now()) and ${mayGo(tx)}`,
    },
    limit: rows,
  });
  return tx<DuePush[]>`${due}
    update public.links l set next_attempt_at = now() + ${ms(queueLeaseMs)}::interval
    from due where l.id = due.id returning l.id, l.workspace_id, l.epoch`;
}

export interface HeldLink extends LinkView {
  id: string;
  workspace_id: string;
  connection_id: string;
  stream_id: string;
  record_id: string;
  kind: Kind;
  resource: string;
  scope: JsonObject;
  external_id: string;
  external_key: string | null;
  remote_rank: number;
  unreadable: Record<string, string>;
  has_other_living: boolean;
  held: string[];
  state: Link['state'];
  error: JsonObject | null;
  attempts: number;
  dirty_at: string | null;
  wants_reread: boolean;
  /** The full name of the record it cannot name there yet. */
  unsaid_name: string | null;
  /** Its stream is a side of a flow that is paused: what it owes waits. */
  rests: boolean;
  version: number;
  data: JsonObject;
}

type LinkRow = Omit<HeldLink, keyof LinkView> &
  ViewedRow & { epoch: number; home_id: string | null };

/**
 * Locks record and link; null when the link's epoch is not the given one any more. One whose record
 * became another while its lock was waited for is not found at the first look.
 */
export async function lockLink(
  tx: Tx,
  workspaceId: string,
  linkId: string,
  epoch: number,
): Promise<HeldLink | null> {
  const row = (await lockRow(tx, workspaceId, linkId)) ?? (await lockRow(tx, workspaceId, linkId));
  if (!row || row.epoch !== epoch) return null;
  const { id: link_id, kind, data, ours, base } = row;
  const ask = { ...row, link_id, here: [data, ours], there: [base] };
  const [references = null] = await selectReferences(tx, { workspaceId, kind }, [ask]);
  return { ...row, ...viewLink(kind, row, { references }) };
}

async function lockRow(tx: Tx, workspaceId: string, linkId: string): Promise<LinkRow | null> {
  const [row] = await tx<LinkRow[]>`
    select l.id, l.workspace_id, l.connection_id, l.stream_id, l.record_id, l.kind, s.resource, s.scope,
      l.external_id, l.external_key, l.remote_rank, l.base, l.ours, l.unreadable, l.held, l.state, l.error, l.attempts,
      l.dirty_at, l.epoch, l.unsaid_name, ${homeOf(tx)} as home_id, l.lens_version, sr.rules, sr.version as rules_version, sr.since,
      coalesce(l.reread_at <= now(), false) as wants_reread, r.version, r.data,
      exists (select 1 from public.flow_sides d join public.flows f on f.workspace_id = d.workspace_id
        and f.id = d.flow_id and f.status = 'paused' where d.stream_id = l.stream_id) as rests,
      exists (select 1 from public.links o where o.workspace_id = l.workspace_id and o.record_id = l.record_id
        and o.id <> l.id and o.state <> 'tombstone') as has_other_living
    from public.links l
    join public.records r on r.workspace_id = l.workspace_id and r.id = l.record_id
    join public.streams s on s.id = l.stream_id
    left join public.stream_rules sr on sr.workspace_id = l.workspace_id and sr.stream_id = l.stream_id
    where l.workspace_id = ${workspaceId} and l.id = ${linkId}
    for update of r, l`;
  return row ?? null;
}

/** Makes the link the caller's: whoever held it before can write nothing more. */
export async function leaseLink(
  tx: Tx,
  link: HeldLink,
  epoch: number,
  leaseMs: number,
): Promise<void> {
  await tx`
    update public.links set epoch = ${epoch}, lease_until = now() + ${ms(leaseMs)}::interval,
      next_attempt_at = now() + ${ms(leaseMs)}::interval
    where workspace_id = ${link.workspace_id} and id = ${link.id}`;
}

/** The call is about to be made; should it never end, the lease makes the link due again. */
export async function markPushing(tx: Tx, link: HeldLink, leaseMs: number): Promise<void> {
  await tx`
    update public.links set state = 'pushing', error = null, dirty_at = coalesce(dirty_at, now()),
      lease_until = now() + ${ms(leaseMs)}::interval, next_attempt_at = now() + ${ms(leaseMs)}::interval
    where workspace_id = ${link.workspace_id} and id = ${link.id}`;
}

export interface OpenIntent {
  id: string;
  patch: JsonObject;
  /** Of the state the patch was made against. */
  rank: number;
}

export async function selectOpenIntent(tx: Tx, link: HeldLink): Promise<OpenIntent | null> {
  const [row] = await tx<OpenIntent[]>`
    select id, patch, base_rank as rank from public.push_intents
    where workspace_id = ${link.workspace_id} and link_id = ${link.id} and (outcome is null or outcome = 'unknown')`;
  return row ?? null;
}

/** Milliseconds since the intent was written, which is before its call was made. */
export async function intentAgeMs(tx: Tx, workspaceId: string, intentId: string): Promise<number> {
  const [row] = await tx<{ age: number }[]>`
    select (extract(epoch from clock_timestamp() - created_at) * 1000)::float8 as age
    from public.push_intents where workspace_id = ${workspaceId} and id = ${intentId}`;
  return row?.age ?? 0;
}

export async function insertIntent(
  tx: Tx,
  link: HeldLink,
  intent: OpenIntent & { epoch: number; base: JsonObject },
): Promise<void> {
  await tx`
    insert into public.push_intents (id, workspace_id, link_id, record_id, epoch, base_rank, patch, base, rules_version, mutation_ids)
    values (${intent.id}, ${link.workspace_id}, ${link.id}, ${link.record_id}, ${intent.epoch}, ${intent.rank},
      ${json(tx, intent.patch)}, ${json(tx, intent.base)}, ${link.rules_version}, array(
        select c.mutation_id from public.change_log c
        where c.workspace_id = ${link.workspace_id} and c.record_id = ${link.record_id}
          and c.mutation_id is not null and c.fields && ${Object.keys(intent.patch)}::text[]
          and c.at >= ${link.dirty_at}::text::timestamptz - interval '1 second'
        order by c.version desc limit ${namedMutations}))`;
}

export interface IntentClose {
  id: string;
  outcome: 'accepted' | 'refused' | 'unknown' | 'superseded';
  error: JsonObject | null;
}

/** `unknown` stays open: its outcome is looked up until it is known. */
export async function closeIntent(tx: Tx, workspaceId: string, close: IntentClose): Promise<void> {
  await tx`
    update public.push_intents set outcome = ${close.outcome}, error = ${nullable(tx, close.error)},
      finished_at = ${close.outcome === 'unknown' ? tx`null` : tx`now()`}
    where workspace_id = ${workspaceId} and id = ${close.id}`;
}

export interface LinkRelease {
  state: Link['state'];
  error: JsonObject | null;
  attempts: number;
  /** Milliseconds from now; null when nothing is owed. */
  nextAfterMs: number | null;
  isDirty: boolean;
  isPushed: boolean;
  /** Whether the object is to be read again now; `keep` leaves it as it is. */
  reread: 'keep' | 'now';
}

/** Gives the link back with what it owes, which goes out when its flow goes on. */
export const restLink = (tx: Tx, link: HeldLink): Promise<void> =>
  releaseLink(tx, link, {
    state: link.state === 'inaccessible' ? link.state : 'dirty',
    error: link.state === 'inaccessible' ? link.error : null,
    attempts: 0,
    nextAfterMs: 0,
    isDirty: true,
    isPushed: false,
    reread: 'keep',
  });

/**
 * Gives the link back. One whose object was moved out of sight goes on saying so, whatever became of a
 * try: that it cannot be read there would be taken for its end otherwise.
 */
export async function releaseLink(tx: Tx, link: HeldLink, release: LinkRelease): Promise<void> {
  const { nextAfterMs: next, reread } = release;
  const isOut = isOutside(link) && release.state !== 'tombstone';
  const state = isOut ? link.state : release.state;
  const error = isOut && !hasLeft(release) ? link.error : release.error;
  const rereadAt = reread === 'now' ? tx`now()` : tx`l.reread_at`;
  // least() leaves out what is null.
  const lookAt = tx`least(${rereadAt}, case when l.unsaid_name is not null then now() + ${ms(syncLimits.unsaidLookMs)}::interval end)`;
  await tx`
    update public.links l set lease_until = null, state = ${state}, error = ${nullable(tx, error)},
      attempts = ${release.attempts}, reread_at = ${rereadAt},
      next_attempt_at = ${next === null ? lookAt : tx`now() + ${ms(next)}::interval`},
      dirty_at = ${release.isDirty ? tx`coalesce(l.dirty_at, now())` : tx`null`},
      pushed_at = ${release.isPushed ? tx`now()` : tx`l.pushed_at`}
    where l.workspace_id = ${link.workspace_id} and l.id = ${link.id}`;
}

/** The hub puts back what was before of fields the service did not take: record and log. */
export async function writeRollBack(
  tx: Tx,
  link: HeldLink,
  data: JsonObject,
  diff: JsonObject,
): Promise<void> {
  await tx`
    with changed as (
      update public.records set data = ${json(tx, data)}, version = ${link.version + 1}, updated_at = now()
      where workspace_id = ${link.workspace_id} and id = ${link.record_id}
    )
    insert into public.change_log (workspace_id, record_id, kind, version, op, origin, reason, connection_id, fields, diff)
    values (${link.workspace_id}, ${link.record_id}, ${link.kind}, ${link.version + 1}, 'update', 'hub', 'refused',
      ${link.connection_id}, ${Object.keys(diff)}, ${json(tx, diff)})`;
}

/** Fields that are not sent until a person has decided. */
export async function holdFields(tx: Tx, link: HeldLink, fields: string[]): Promise<void> {
  await tx`
    update public.links set held = array(select distinct unnest(held || ${fields}::text[]))
    where workspace_id = ${link.workspace_id} and id = ${link.id}`;
}

/** A wish to read the object again that is older than the reading has been met. */
export async function clearReread(tx: Tx, link: HeldLink, readAt: string): Promise<void> {
  await tx`
    update public.links set reread_at = null
    where workspace_id = ${link.workspace_id} and id = ${link.id} and reread_at <= ${readAt}::text::timestamptz`;
}
