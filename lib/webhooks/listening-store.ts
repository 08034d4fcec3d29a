import type { WebhookDescriptor } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';

export interface NewListening {
  connectionId: string;
  endpointId: string;
  workspaceId: string;
  connector: string;
  title: string;
  descriptor: WebhookDescriptor;
  /** What a person chose it by. */
  about: JsonObject;
  sealed: { envelope: Buffer; keyId: string };
  userId: string;
}

/** Connection, address and secret at once. False where the member is no admin of the workspace. */
export async function makeListening(tx: Tx, made: NewListening): Promise<boolean> {
  const [row] = await tx<{ done: boolean }[]>`
    select private.make_listening_connection(${made.connectionId}, ${made.endpointId},
      ${made.workspaceId}, ${made.connector}, ${made.title}, ${json(tx, made.descriptor)},
      ${json(tx, made.about)}, ${made.sealed.envelope}, ${made.sealed.keyId}, ${made.userId}) as done`;
  return row?.done ?? false;
}

/** When the former secret ends; null where there is no such address, or it is no admin's. */
export async function rotateListening(
  tx: Tx,
  secret: { endpointId: string; envelope: Buffer; keyId: string; isAtOnce: boolean },
): Promise<string | null> {
  const [row] = await tx<{ ends: string | null }[]>`
    select private.rotate_listening_secret(${secret.endpointId}, ${secret.envelope},
      ${secret.keyId}, ${secret.isAtOnce}) as ends`;
  return row?.ends ?? null;
}

/** Under the member's claims. */
export async function mayManage(tx: Tx, workspaceId: string): Promise<boolean> {
  const [may] = await tx`select 1 from private.my_workspaces('admin') w where w = ${workspaceId}`;
  return may !== undefined;
}

export interface ListeningRow {
  endpointId: string;
  connector: string;
  descriptor: WebhookDescriptor;
  about: JsonObject;
  isRemoved: boolean;
  lastReceivedAt: string | null;
  formerUntil: string | null;
}

/** Under the member's claims. */
export async function selectListening(
  tx: Tx,
  at: { workspaceId: string; connectionId: string },
): Promise<ListeningRow | null> {
  const [row] = await tx<ListeningRow[]>`
    select e.id as "endpointId", e.connector, e.scheme as descriptor, e.scope as about,
      e.status = 'removed' as "isRemoved", e.last_received_at as "lastReceivedAt",
      private.former_secret_until(e.id) as "formerUntil"
    from public.webhook_endpoints e
    where e.workspace_id = ${at.workspaceId} and e.connection_id = ${at.connectionId}
      and e.scheme is not null`;
  return row ?? null;
}
