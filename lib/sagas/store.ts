import type { JsonObject } from '#lib/core/index';
import { dueInTurn, json, type Queryable, type Tx } from '#lib/db/index';
import { type SagaEvent, type StoredEvent, sagaEventSchema } from './saga-events.ts';
import type { SagaState } from './schema.ts';

export interface NewSagaRow {
  id: string;
  workspaceId: string;
  connectionId: string | null;
  kind: string;
  subject: string;
  requestedBy: string | null;
  /** Events it begins with. */
  version: number;
  state: SagaState;
}

/** False when one of this kind and subject is under way. */
export async function insertSaga(tx: Tx, saga: NewSagaRow): Promise<boolean> {
  const rows = await tx`
    insert into public.sagas (id, workspace_id, connection_id, kind, subject, requested_by, version, state)
    values (${saga.id}, ${saga.workspaceId}, ${saga.connectionId}, ${saga.kind}, ${saga.subject},
      ${saga.requestedBy}, ${saga.version}, ${saga.state})
    on conflict (workspace_id, kind, subject) where state in ('pending', 'running', 'compensating')
      do nothing
    returning 1`;
  return rows.length > 0;
}

/** Events behind the first `after`; answers the time given to them. */
export async function insertEvents(
  tx: Tx,
  saga: { workspaceId: string; id: string },
  after: number,
  events: readonly SagaEvent[],
): Promise<number> {
  const rows = events.map((event, index) => {
    const { type, ...details } = event;
    const { step, ...rest } = 'step' in details ? details : { ...details, step: null };
    return { position: after + index + 1, type, step, details: rest };
  });
  const [first] = await tx<{ at: string }[]>`
    with written as (
      insert into public.saga_events (saga_id, workspace_id, position, type, step, details)
      select ${saga.id}, ${saga.workspaceId}, e.position, e.type, e.step, e.details
      from jsonb_to_recordset(${json(tx, rows)}) as e (position int, type text, step text, details jsonb)
      returning at)
    select max(at) as at from written`;
  return Date.parse(first?.at ?? '');
}

/** A saga in somebody's hands: who, and on how many events they decide. */
export interface HeldSaga {
  workspaceId: string;
  id: string;
  epoch: number;
  version: number;
}

/** Locks the row for a transaction that appends. False when it is not the caller's any more. */
export async function lockHeld(tx: Tx, held: HeldSaga): Promise<boolean> {
  const rows = await tx`
    select 1 from public.sagas
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}
      and version = ${held.version} for update`;
  return rows.length > 0;
}

/** What the events add up to, for the row; in the transaction of the events, after lockHeld. */
export async function saveProjection(
  tx: Tx,
  held: HeldSaga,
  to: { version: number; state: SagaState; isOver: boolean },
): Promise<void> {
  await tx`
    update public.sagas set version = ${to.version}, state = ${to.state},
      finished_at = ${to.isOver ? tx`now()` : tx`null`},
      next_attempt_at = ${to.isOver ? tx`null` : tx`next_attempt_at`},
      lease_until = ${to.isOver ? tx`null` : tx`lease_until`}
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}`;
}

/** A job gets this long to reach its saga before another one is made. */
const queuedSeconds = 15;
/** A worker that gave no sign for so long has died; the beat extends it. */
export const leaseSeconds = 12;

/** Sagas nobody works on whose time has come. */
export function claimDueSagas(
  tx: Tx,
  limit: number,
): Promise<{ id: string; workspace_id: string; epoch: number }[]> {
  const due = dueInTurn(tx, {
    table: 'public.sagas',
    queue: 'saga',
    may: tx`t.state in ('pending', 'running', 'compensating')`,
    at: tx`t.next_attempt_at`,
    also: { where: tx`and (t.lease_until is null or t.lease_until < now())` },
    limit,
  });
  return tx<{ id: string; workspace_id: string; epoch: number }[]>`${due}
    update public.sagas s set epoch = s.epoch + 1,
      lease_until = now() + make_interval(secs => ${queuedSeconds})
    from due where s.id = due.id returning s.id, s.workspace_id, s.epoch`;
}

export interface TakenSaga {
  id: string;
  workspace_id: string;
  connection_id: string | null;
  kind: string;
  subject: string;
  requested_by: string | null;
  version: number;
  epoch: number;
  now: string;
}

/** Null when somebody else has it, or it is over. */
export async function takeSaga(
  db: Queryable,
  job: { workspaceId: string; sagaId: string; epoch: number },
): Promise<TakenSaga | null> {
  const [row] = await db<TakenSaga[]>`
    update public.sagas set epoch = epoch + 1,
      lease_until = now() + make_interval(secs => ${leaseSeconds})
    where workspace_id = ${job.workspaceId} and id = ${job.sagaId} and epoch = ${job.epoch}
      and state in ('pending', 'running', 'compensating')
    returning id, workspace_id, connection_id, kind, subject, requested_by, version, epoch,
      clock_timestamp() as now`;
  return row ?? null;
}

/** False when another worker has it by now. */
export async function extendLease(
  db: Queryable,
  held: Omit<HeldSaga, 'version'>,
): Promise<boolean> {
  const { count } = await db`
    update public.sagas set lease_until = now() + make_interval(secs => ${leaseSeconds})
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}`;
  return count === 1;
}

/** Given back: somebody goes on after so many milliseconds. */
export async function releaseSaga(
  db: Queryable,
  held: Omit<HeldSaga, 'version'>,
  afterMs: number,
): Promise<void> {
  await db`
    update public.sagas set lease_until = null,
      next_attempt_at = now() + ${`${Math.round(afterMs)} milliseconds`}::interval
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}
      and state in ('pending', 'running', 'compensating')`;
}

interface EventRow {
  saga_id: string;
  type: string;
  step: string | null;
  details: JsonObject;
  at: string;
}

/** The events of some sagas, each saga's in order. */
export async function selectEvents(
  db: Queryable,
  workspaceId: string,
  sagaIds: readonly string[],
): Promise<Map<string, StoredEvent[]>> {
  const rows = await db<EventRow[]>`
    select saga_id, type, step, details, at from public.saga_events
    where workspace_id = ${workspaceId} and saga_id = any(${sagaIds}::uuid[])
    order by saga_id, position`;
  const groups = Map.groupBy(rows, (row) => row.saga_id);
  return new Map([...groups].map(([id, events]) => [id, events.map(toEvent)]));
}

const toEvent = ({ type, step, details, at }: EventRow): StoredEvent => ({
  ...sagaEventSchema.parse({ ...details, type, step }),
  atMs: Date.parse(at),
});

export interface SagaRow {
  id: string;
  workspace_id: string;
  kind: string;
  subject: string;
  created_at: string;
  finished_at: string | null;
}

/** Sagas of a connection, the newest first. Under the member's claims. */
export function selectSagas(tx: Tx, connectionId: string, rows: number): Promise<SagaRow[]> {
  return tx<SagaRow[]>`
    select id, workspace_id, kind, subject, created_at, finished_at from public.sagas
    where connection_id = ${connectionId} order by id desc limit ${rows}`;
}

/** Sagas about one thing, the newest first. Under the member's claims. */
export function selectSagasAbout(
  tx: Tx,
  workspaceId: string,
  subject: string,
  rows: number,
): Promise<SagaRow[]> {
  return tx<SagaRow[]>`
    select id, workspace_id, kind, subject, created_at, finished_at from public.sagas
    where workspace_id = ${workspaceId} and subject = ${subject} order by id desc limit ${rows}`;
}
