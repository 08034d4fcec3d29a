import { toStorableJson } from '#lib/connectors/protocol/index';
import type { Envelope, JsonObject } from '#lib/core/index';
import { dueInTurn, json, type Queryable, type Tx } from '#lib/db/index';

export interface NewCommand {
  id: string;
  workspaceId: string;
  kind: string;
  payload: JsonObject;
  sealed: Buffer | null;
  requestedBy: string | null;
  timeoutMs: number;
  envelope: Envelope;
}

export async function insertCommand(db: Queryable, command: NewCommand): Promise<void> {
  await db`
    insert into private.commands (id, workspace_id, kind, payload, sealed, requested_by, envelope, deadline_at)
    values (${command.id}, ${command.workspaceId}, ${command.kind}, ${json(db, command.payload)},
      ${command.sealed}, ${command.requestedBy}, ${json(db, command.envelope)},
      now() + make_interval(secs => ${command.timeoutMs / 1000}))`;
}

export interface Reply {
  status: 'pending' | 'queued' | 'running' | 'done' | 'failed';
  reply: JsonObject | null;
  error: JsonObject | null;
}

export async function readReply(db: Queryable, id: string): Promise<Reply | null> {
  const [row] = await db<
    Reply[]
  >`select status, reply, error from private.commands where id = ${id}`;
  return row ?? null;
}

/** A job gets this long to reach its command before another one is made. */
const queuedSeconds = 20;
/** A command whose worker gave no sign for so long goes to another one; the beat extends it. */
const runningSeconds = 12;

export interface DueCommand {
  id: string;
  workspace_id: string;
  epoch: number;
}

/** Commands nobody works on: new ones, and those whose worker died; workspaces in turn. */
export async function claimDueCommands(tx: Tx, limit: number): Promise<DueCommand[]> {
  const due = dueInTurn(tx, {
    table: 'private.commands',
    queue: 'command',
    may: tx`t.status in ('pending', 'queued', 'running')`,
    at: tx`t.created_at`,
    also: { where: tx`and (t.status = 'pending' or t.lease_until < now())` },
    limit,
  });
  return tx<DueCommand[]>`${due}
    update private.commands c set status = 'queued', epoch = c.epoch + 1,
      lease_until = now() + make_interval(secs => ${queuedSeconds})
    from due where c.id = due.id returning c.id, c.workspace_id, c.epoch`;
}

export interface CommandRow {
  id: string;
  workspace_id: string;
  kind: string;
  payload: JsonObject;
  sealed: Buffer | null;
  requested_by: string | null;
  attempts: number;
  progress: JsonObject | null;
  is_late: boolean;
  /** Null of one that was asked for before there were envelopes. */
  envelope: Envelope | null;
}

/** Null when somebody else has it, or it is over. */
export async function beginCommand(
  db: Queryable,
  at: { id: string; epoch: number },
): Promise<CommandRow | null> {
  const [row] = await db<CommandRow[]>`
    update private.commands set status = 'running', attempts = attempts + 1,
      lease_until = now() + make_interval(secs => ${runningSeconds})
    where id = ${at.id} and epoch = ${at.epoch} and status = 'queued'
    returning id, workspace_id, kind, payload, sealed, requested_by, attempts, progress,
      deadline_at < now() as is_late, envelope`;
  return row ?? null;
}

/** False when the command has passed to another worker: then nothing more may be done with it. */
export async function saveProgress(
  db: Queryable,
  at: { id: string; epoch: number },
  progress: JsonObject,
  sealed: Buffer | null,
): Promise<boolean> {
  const { count } = await db`
    update private.commands set progress = ${json(db, progress)}, sealed = coalesce(${sealed}, sealed)
    where id = ${at.id} and epoch = ${at.epoch} and status = 'running'`;
  return count === 1;
}

/** The sealed part goes with the end: what it held is used, or useless. */
export async function endCommand(
  db: Queryable,
  at: { id: string; epoch: number },
  end: { reply: JsonObject } | { error: JsonObject },
  envelope: Envelope | null,
): Promise<boolean> {
  const isDone = 'reply' in end;
  // Names and reasons are the service's own, and may hold what jsonb does not take.
  const kept = toStorableJson(isDone ? end.reply : end.error);
  const { count } = await db`
    update private.commands set status = ${isDone ? 'done' : 'failed'}, finished_at = now(),
      reply = ${isDone ? json(db, kept) : null}, error = ${isDone ? null : json(db, kept)},
      reply_envelope = ${envelope && json(db, envelope)}, sealed = null, lease_until = null
    where id = ${at.id} and epoch = ${at.epoch} and status = 'running'`;
  return count === 1;
}

/** False when another worker has it by now. */
export async function extendCommand(
  db: Queryable,
  at: { id: string; epoch: number },
): Promise<boolean> {
  const { count } = await db`
    update private.commands set lease_until = now() + make_interval(secs => ${runningSeconds})
    where id = ${at.id} and epoch = ${at.epoch} and status = 'running'`;
  return count === 1;
}

/** Not ended and not to be ended here: the next sweep gives it to somebody. */
export async function releaseCommand(
  db: Queryable,
  at: { id: string; epoch: number },
): Promise<void> {
  await db`
    update private.commands set lease_until = now() - interval '1 second'
    where id = ${at.id} and epoch = ${at.epoch} and status = 'running'`;
}

/** Calls passed on are large, and whoever waited has read theirs by then. */
export async function dropPassedCalls(db: Queryable): Promise<number> {
  const { count } = await db`
    delete from private.commands
    where kind = 'connections.proxy' and finished_at < now() - interval '1 minute'`;
  return count;
}

export async function dropOldCommands(db: Queryable): Promise<number> {
  const { count } = await db`
    delete from private.commands where finished_at < now() - interval '1 day'`;
  return count;
}
