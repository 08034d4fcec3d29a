import { HubError } from '#lib/core/index';
import type { Db, Tx } from '#lib/db/index';
import { sealTo } from '#lib/security/index';
import {
  putBrought,
  type SealedBrought,
  selectBrought,
  takeBrought,
} from './brought-secret-store.ts';

/** As register-endpoint.ts seals its own: the gateway opens all alike. */
const secretField = 'webhook_secret';

/** A secret an unsigned call has brought, in the clear: for an admin's eyes, before it counts. */
export interface BroughtSecret {
  secret: string;
  /** To be said again when it is taken over. */
  brought_at: string;
}

/** What opens it; another process sealed it with the key the two share. */
export type OpenBrought = (
  envelope: Buffer,
  at: { workspaceId: string; endpointId: string },
) => Buffer;

/**
 * Keeps what a service sends along with its first call (Notion, Asana), sealed to whoever may show it
 * to a person. Nobody has signed that call, so it verifies nothing.
 */
export async function keepBroughtSecret(
  db: Db,
  sealKey: string,
  at: { workspaceId: string; id: string },
  secret: string,
): Promise<void> {
  const context = { workspaceId: at.workspaceId, ownerId: at.id, field: secretField };
  const sealed = sealTo(sealKey, secret, context);
  await putBrought(db, { workspaceId: at.workspaceId, endpointId: at.id }, sealed);
}

/** Null where nothing is waiting, or what waits was sealed before this hub started anew. */
export async function readBroughtSecret(
  tx: Tx,
  open: OpenBrought,
  endpointId: string,
): Promise<BroughtSecret | null> {
  const sealed = await selectBrought(tx, endpointId);
  const secret = sealed && opened(sealed, open, endpointId);
  return sealed && secret !== null ? { secret, brought_at: sealed.broughtAt } : null;
}

/** An admin has looked at it and says that it is the service's. The former secret holds for a day. */
export async function takeBroughtSecret(
  tx: Tx,
  keys: { open: OpenBrought; sealKey: string },
  taken: { endpointId: string; broughtAt: string },
): Promise<void> {
  const sealed = await selectBrought(tx, taken.endpointId);
  const secret = sealed && opened(sealed, keys.open, taken.endpointId);
  if (!sealed || secret === null) throw new HubError('resource.not_found');
  const context = {
    workspaceId: sealed.workspaceId,
    ownerId: taken.endpointId,
    field: secretField,
  };
  const isTaken = await takeBrought(tx, { ...taken, ...sealTo(keys.sealKey, secret, context) });
  if (!isTaken) {
    throw new HubError('resource.conflict', 'The service has sent another secret since.');
  }
}

function opened(sealed: SealedBrought, open: OpenBrought, endpointId: string): string | null {
  try {
    return open(sealed.envelope, { workspaceId: sealed.workspaceId, endpointId }).toString('utf8');
  } catch (error) {
    if (error instanceof HubError) return null;
    throw error;
  }
}
