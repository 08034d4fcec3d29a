import { z } from 'zod';
import { HubError, isHubError, type JsonObject, newEnvelope, systemClock } from '#lib/core/index';
import { type Db, isUnavailable, transaction } from '#lib/db/index';
import { captureError, counter, type Logger } from '#lib/observability/index';
import type { Queue } from '#lib/queue/index';
import { type Opener, sealTo } from '#lib/security/index';
import { writeFault } from './command-fault.ts';
import {
  beginCommand,
  type CommandRow,
  claimDueCommands,
  endCommand,
  extendCommand,
  releaseCommand,
  saveProgress,
} from './command-store.ts';
import { auditRefusal } from './open-sealed.ts';

/** A command in the hands of its handler. */
export interface Command {
  id: string;
  workspaceId: string;
  payload: JsonObject;
  requestedBy: string | null;
  /** What an earlier try left; null on the first. */
  progress: JsonObject | null;
  signal: AbortSignal;
  /** The sealed part: what came with the command, or what `save` put in its place. */
  open(field: string): Buffer;
  /** Written before what must not happen twice. Throws when another worker has taken over. */
  save(progress: JsonObject, secret?: { field: string; plaintext: string }): Promise<void>;
}

export interface CommandKind {
  run(command: Command): Promise<JsonObject>;
  /** Only serves whoever waits: left out when nobody does any more. */
  isForWaiting: boolean;
}

export interface CommandDeps {
  db: Db;
  opener: Opener;
  kinds: Readonly<Record<string, CommandKind>>;
  log: Logger;
}

const sweepRows = 50;
/** A command whose workers died so often is given up: it may be what they die of. */
const maxAttempts = 30;
const payloadSchema = z.object({ id: z.uuid(), epoch: z.number().int() });
const beatMs = 4_000;
const endWithinMs = 15_000;
const endEveryMs = 200;

const ended = counter('patchbay_commands_total', 'Commands by kind and outcome', [
  'kind',
  'outcome',
]);

/** The sweep of private.commands: due rows become jobs in one transaction. */
export function enqueueDueCommands(deps: { db: Db; queue: Pick<Queue, 'send'> }): Promise<number> {
  return transaction(deps.db, async (tx) => {
    const due = await claimDueCommands(tx, sweepRows);
    const jobs = due.map(({ id, workspace_id: workspaceId, epoch }) => ({
      payload: { id, epoch },
      key: id,
      workspaceId,
    }));
    await deps.queue.send(tx, 'command', jobs);
    return due.length;
  });
}

/** The handler of the command queue. What goes wrong is the command's reply, not the job's. */
export async function runCommand(
  deps: CommandDeps,
  payload: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  const at = payloadSchema.parse(payload);
  const row = await beginCommand(deps.db, at);
  if (!row) return;
  const lost = new AbortController();
  const beat = setInterval(() => void keepLease(deps, at, lost), beatMs);
  const bounded = AbortSignal.any([signal, lost.signal]);
  const end = await execute(deps, row, at, bounded).finally(() => clearInterval(beat));
  if (lost.signal.aborted) return;
  // A stopping worker, or PostgreSQL restarting: somebody goes on from the progress.
  if (end === null || (signal.aborted && 'error' in end)) {
    await keepTrying(() => releaseCommand(deps.db, at));
    return;
  }
  ended.inc({ kind: row.kind, outcome: 'reply' in end ? 'done' : 'failed' });
  await keepTrying(() => endCommand(deps.db, at, end, answerTo(row)));
}

/** What the answer follows from; it goes where the command said. */
const answerTo = ({ kind, envelope }: CommandRow) =>
  envelope &&
  newEnvelope(systemClock, {
    type: envelope.reply_to ?? `${kind}.reply`,
    version: 1,
    source: 'worker',
    cause: envelope,
  });

/** A beat that fails is followed by another one; only a lease that is gone ends the work. */
async function keepLease(
  { db, log }: CommandDeps,
  at: { id: string; epoch: number },
  lost: AbortController,
): Promise<void> {
  try {
    if (!(await extendCommand(db, at))) lost.abort(new Error('Another worker has the command'));
  } catch (error) {
    log.debug('The lease of a command was not extended', { command_id: at.id, err: error });
  }
}

async function execute(
  deps: CommandDeps,
  row: CommandRow,
  at: { id: string; epoch: number },
  signal: AbortSignal,
): Promise<{ reply: JsonObject } | { error: JsonObject } | null> {
  const kind = Object.hasOwn(deps.kinds, row.kind) ? deps.kinds[row.kind] : undefined;
  try {
    if (!kind) throw new HubError('request.invalid', `There is no command ${row.kind}.`);
    if (kind.isForWaiting && row.is_late) throw new HubError('commands.timeout');
    if (row.attempts > maxAttempts) {
      throw new HubError(
        'internal.unexpected',
        'It was begun many times and never came to an end.',
      );
    }
    return { reply: await kind.run(inHand(deps, row, at, signal)) };
  } catch (error) {
    if (isUnavailable(error)) return null;
    if (isHubError(error)) {
      const sealed = { workspaceId: row.workspace_id, ownerId: row.id, field: row.kind };
      await auditRefusal(deps.db, error, sealed).catch((fault: unknown) => {
        captureError(deps.log, fault, 'A sealed value that does not open was not told of');
      });
      return { error: writeFault(error) };
    }
    captureError(deps.log, error, `The command ${row.kind} failed`);
    return { error: writeFault(new HubError('internal.unexpected')) };
  }
}

function inHand(
  deps: CommandDeps,
  row: CommandRow,
  at: { id: string; epoch: number },
  signal: AbortSignal,
): Command {
  let sealed = row.sealed;
  const context = (field: string) => ({ workspaceId: row.workspace_id, ownerId: row.id, field });
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    payload: row.payload,
    requestedBy: row.requested_by,
    progress: row.progress,
    signal,
    open: (field) => {
      if (!sealed) throw new HubError('security.sealed_value_invalid', 'Nothing was sealed');
      return deps.opener.open(sealed, context(field));
    },
    save: async (progress, secret) => {
      const next = secret
        ? sealTo(deps.opener.publicKey, secret.plaintext, context(secret.field)).envelope
        : null;
      const isMine = await keepTrying(() => saveProgress(deps.db, at, progress, next));
      if (!isMine) throw new HubError('resource.conflict', 'Another worker has taken this over.');
      sealed = next ?? sealed;
    },
  };
}

/** What has happened must be written down even while PostgreSQL restarts. */
async function keepTrying<T>(write: () => Promise<T>): Promise<T> {
  const until = Date.now() + endWithinMs;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isUnavailable(error) || Date.now() >= until) throw error;
      await new Promise((resolve) => setTimeout(resolve, endEveryMs));
    }
  }
}
