import type { JsonObject } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { oweAgain, releaseParked } from './manage-store.ts';

/** Why objects wait that were owed to one stream all at once. */
export const manyOwed: JsonObject = {
  code: 'sync.many_creations',
  message:
    'More new objects are owed there than usual, so nothing is made before somebody has looked.',
};

/**
 * A person has one tried again that was refused, or that waits for them; what may be there already is
 * looked for once more. False for any other.
 */
export async function retryCreation(
  tx: Tx,
  input: { workspaceId: string; creationId: string },
): Promise<boolean> {
  const isOwed = await oweAgain(tx, input.workspaceId, input.creationId);
  if (isOwed) await wake(tx, 'creations');
  return isOwed;
}

/** What waits at the sides of a flow because it was too much at once is made. Answers how many. */
export async function releaseCreations(
  tx: Tx,
  input: { workspaceId: string; flowId: string },
): Promise<number> {
  const released = await releaseParked(tx, input.workspaceId, input.flowId, manyOwed);
  if (released > 0) await wake(tx, 'creations');
  return released;
}
