import { HubError, type JsonObject, newEnvelope, newId, systemClock } from '#lib/core/index';
import { type Db, type Queryable, wake } from '#lib/db/index';
import { readFault } from './command-fault.ts';
import { insertCommand, readReply } from './command-store.ts';

export interface CommandRequest {
  /** Given when something was sealed for this very command. */
  id?: string;
  workspaceId: string;
  kind: string;
  payload: JsonObject;
  sealed?: Buffer;
  requestedBy: string | null;
  /** After it nobody waits any more, and the worker may leave out what only served the waiting. */
  timeoutMs: number;
}

const firstLookMs = 20;
const lastLookMs = 250;

/** Writes a command and wakes the worker, in the caller's transaction. As patchbay_web. */
export async function requestCommand(db: Queryable, request: CommandRequest): Promise<string> {
  const id = request.id ?? newId();
  const parts = { type: request.kind, version: 1, source: 'web', replyTo: 'commands.reply' };
  const envelope = { ...newEnvelope(systemClock, parts), id, correlation: id };
  await insertCommand(db, { ...request, id, sealed: request.sealed ?? null, envelope });
  await wake(db, 'commands');
  return id;
}

/**
 * Waits for the reply by looking, because the web process may stand behind a transaction pooler.
 * Throws the command's own error, or `commands.timeout`; a late reply still takes effect.
 */
export async function awaitCommand(db: Db, id: string, timeoutMs: number): Promise<JsonObject> {
  const until = Date.now() + timeoutMs;
  for (let wait = firstLookMs; ; wait = Math.min(wait * 1.4, lastLookMs)) {
    const reply = await readReply(db, id);
    if (reply?.status === 'done') return reply.reply ?? {};
    if (reply?.status === 'failed') throw readFault(reply.error);
    if (!reply) throw new HubError('resource.not_found');
    if (Date.now() >= until) {
      throw new HubError(
        'commands.timeout',
        'The worker has not answered yet. What was asked is still done as soon as it can be.',
        { retry: 'later' },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
