import { z } from 'zod';
import { HubError, newId } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { writeAudit } from '#lib/identity/index';
import { sealTo } from '#lib/security/index';
import { type ConnectionPlace, mustBeUsable } from './ask-worker.ts';
import { awaitCommand, requestCommand } from './command-request.ts';
import { decryptPart, encryptPart, makeProxyKey, proxyKeyField } from './proxy-envelope.ts';
import {
  type ProxyCall,
  proxyCallSchema,
  proxyReplySchema,
  readTarget,
  requestHeadersOf,
} from './proxy-shape.ts';
import type { Actor, ConnectionWebDeps } from './web-deps.ts';

export interface WholeAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

const waitMs = 30_000;
const commandReplySchema = z.object({ answer: z.string() });

/** A call as it may be passed on, from what a caller sent. Throws `request.invalid`. */
export function readProxyCall(sent: {
  method: string;
  target: string;
  headers: Iterable<[string, string]>;
}): ProxyCall {
  const { method, target } = sent;
  readTarget(target.slice(0, 8_192));
  const call = { method, target, headers: requestHeadersOf(sent.headers) };
  const parsed = proxyCallSchema.safeParse(call);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HubError('request.invalid', issue?.message);
}

/**
 * Whether the member may, and the mark of it in the audit log: before anything is sent, because
 * afterwards it might not be written. Reading leaves none.
 */
export async function admitProxyCall(
  deps: ConnectionWebDeps,
  actor: Actor,
  place: ConnectionPlace,
  call: ProxyCall,
): Promise<void> {
  await asUser(deps.db, actor, async (tx) => {
    const { connector } = await mustBeUsable(tx, place);
    if (call.method === 'GET') return;
    const { path } = readTarget(call.target);
    await writeAudit(tx, {
      workspaceId: place.workspaceId,
      actorId: actor.userId,
      action: 'connections.proxy_called',
      subject: place.connectionId,
      // Without the query, which may hold what is nobody else's.
      details: { connector, method: call.method, path: path.slice(0, 500) },
    });
  });
}

/** The way by the queue, for a worker whose listener this process cannot reach. */
export async function proxyByCommand(
  deps: ConnectionWebDeps,
  actor: Actor,
  place: ConnectionPlace,
  call: ProxyCall & { body: Uint8Array | null },
): Promise<WholeAnswer> {
  const id = newId();
  const key = makeProxyKey();
  const body = call.body === null ? null : Buffer.from(call.body).toString('base64');
  const request = Buffer.from(JSON.stringify({ ...call, body }), 'utf8');
  const context = { workspaceId: place.workspaceId, ownerId: id, field: proxyKeyField };
  await requestCommand(deps.db, {
    id,
    workspaceId: place.workspaceId,
    kind: 'connections.proxy',
    payload: {
      connection_id: place.connectionId,
      call: encryptPart(key, { commandId: id, direction: 'request' }, request),
    },
    sealed: sealTo(deps.sealKey, key, context).envelope,
    requestedBy: actor.userId,
    timeoutMs: waitMs,
  });
  const reply = await awaitCommand(deps.db, id, waitMs);
  const part = { commandId: id, direction: 'answer' } as const;
  const bytes = decryptPart(key, part, commandReplySchema.parse(reply).answer);
  const answer = proxyReplySchema.parse(JSON.parse(bytes.toString('utf8')));
  return { ...answer, body: Buffer.from(answer.body, 'base64') };
}
