import { z } from 'zod';
import { HubError, newId } from '#lib/core/index';
import { asUser, type Tx } from '#lib/db/index';
import { sealTo } from '#lib/security/index';
import { requireAuth } from './auth-mode.ts';
import { checkBaseUrl, checkFields, formFault } from './check-fields.ts';
import { awaitCommand, requestCommand } from './command-request.ts';
import { findForMember, maySetUp } from './connection-store.ts';
import { getConnection } from './list-connections.ts';
import type { Connection, connectInputSchema } from './schema.ts';
import { pastedField } from './sealed-fields.ts';
import { toSecret } from './send-credential.ts';
import type { Actor, ConnectionWebDeps } from './web-deps.ts';

export type ConnectInput = z.infer<typeof connectInputSchema>;

const connectWaitMs = 25_000;

/**
 * Connects an account by what a person pasted. It goes to the worker sealed, the worker asks the
 * service whose it is, and only what the service said yes to is stored. With `connection_id` the
 * connection is renewed in place: its streams stay, and another account changes nothing.
 */
export async function connectByKey(
  deps: ConnectionWebDeps,
  actor: Actor,
  at: { workspaceId: string },
  input: ConnectInput,
): Promise<Connection> {
  const manifest = deps.connectors.get(input.connector)?.manifest;
  if (!manifest) throw formFault([{ field: 'connector', reason: 'is none of this hub' }]);
  const mode = requireAuth(manifest, input.auth_kind);
  const fields = checkFields(mode, input.fields);
  const baseUrl = input.is_sandbox ? null : checkBaseUrl(mode, input.base_url);
  if (input.is_sandbox && deps.presetEndpoints(input.connector) === null) {
    throw formFault([{ field: 'is_sandbox', reason: 'has no sandbox here' }]);
  }
  await asUser(deps.db, actor, (tx) => mayConnect(tx, at, input));
  const id = newId();
  const { envelope } = sealTo(deps.sealKey, toSecret(mode.kind, fields), {
    workspaceId: at.workspaceId,
    ownerId: id,
    field: pastedField,
  });
  await requestCommand(deps.db, {
    id,
    workspaceId: at.workspaceId,
    kind: 'connections.connect',
    payload: {
      connector: input.connector,
      auth_kind: mode.kind,
      base_url: baseUrl,
      account_path: fields['account_path'] ?? null,
      is_preset: input.is_sandbox,
      connection_id: input.connection_id ?? null,
    },
    sealed: envelope,
    requestedBy: actor.userId,
    timeoutMs: connectWaitMs,
  });
  const reply = await awaitCommand(deps.db, id, connectWaitMs);
  const { connection_id: connectionId } = z.object({ connection_id: z.uuid() }).parse(reply);
  return asUser(deps.db, actor, (tx) => getConnection(tx, { connectionId }));
}

async function mayConnect(
  tx: Tx,
  at: { workspaceId: string },
  input: Pick<ConnectInput, 'connector' | 'connection_id'>,
): Promise<void> {
  if (!(await maySetUp(tx, at.workspaceId))) throw new HubError('identity.forbidden');
  if (input.connection_id === undefined) return;
  const place = { ...at, connectionId: input.connection_id, role: 'admin' } as const;
  const found = await findForMember(tx, place);
  if (found?.connector !== input.connector) throw new HubError('resource.not_found');
}
