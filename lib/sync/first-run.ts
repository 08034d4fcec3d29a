import type { Queryable, Tx } from '#lib/db/index';
import { wake } from '#lib/db/index';
import { deliveryDetail } from './delivery-detail.ts';
import { setDelivery } from './delivery-store.ts';
import {
  type FirstRun,
  pollNow,
  releaseHeld,
  type StreamScope,
  selectFirstRun,
  selectScopes,
} from './first-run-store.ts';
import type { StreamDelivery } from './sync-deps.ts';

export type { FirstRun, StreamScope } from './first-run-store.ts';

interface StreamAt {
  workspaceId: string;
  connectionId: string;
  streamId: string;
}

/** Lets the first run of a stream begin, now that it is known how changes will arrive. */
export async function releaseFirstRun(
  tx: Tx,
  at: StreamAt & { runId: string },
  prepared: StreamDelivery,
  pollMs: number,
): Promise<void> {
  const detail = deliveryDetail(prepared, pollMs);
  await setDelivery(tx, at, prepared.delivery, detail);
  await releaseHeld(tx, at, detail);
  await wake(tx, 'runs');
}

export const readFirstRun = (
  db: Queryable,
  at: { workspaceId: string; runId: string },
): Promise<FirstRun | null> => selectFirstRun(db, at);

/** How changes of a scope (null: of all the connection's) arrive from now on, while it goes on. */
export async function noteDelivery(
  tx: Tx,
  at: { workspaceId: string; connectionId: string; scopeKey: string | null },
  prepared: StreamDelivery,
  pollMs: number,
): Promise<void> {
  await setDelivery(tx, at, prepared.delivery, deliveryDetail(prepared, pollMs));
  if (prepared.delivery === 'poll') await wake(tx, 'polls');
}

/** What is read of a connection, stream by stream. */
export const listScopesRead = (
  db: Queryable,
  at: { workspaceId: string; connectionId: string },
): Promise<StreamScope[]> => selectScopes(db, at);

export async function readStreamScope(
  db: Queryable,
  at: { workspaceId: string; connectionId: string; streamId: string },
): Promise<StreamScope | null> {
  const [scope] = await selectScopes(db, at);
  return scope ?? null;
}

/** Asks for changes now; answers of how many streams. */
export async function catchUp(
  tx: Tx,
  at: { workspaceId: string; connectionId: string },
): Promise<number> {
  const streams = await pollNow(tx, at);
  if (streams > 0) await wake(tx, 'polls');
  return streams;
}
