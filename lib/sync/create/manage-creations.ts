import { HubError, type JsonObject, limits } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import type { Creation } from './creation-shape.ts';
import {
  type CreationFilter,
  cancelOne,
  releaseParked,
  retryOne,
  selectCreation,
  selectCreations,
} from './manage-store.ts';

/** Why objects wait that were owed to one stream all at once. */
export const manyOwed: JsonObject = {
  code: 'sync.many_creations',
  message:
    'More new objects are owed there than usual, so nothing is made before somebody has looked.',
};

/** Objects owed, made and refused, newest first; at most limits.pageRows. */
export function listCreations(
  tx: Tx,
  input: { workspaceId: string; limit?: number } & CreationFilter,
): Promise<Creation[]> {
  const { workspaceId, limit, ...filter } = input;
  return selectCreations(
    tx,
    workspaceId,
    filter,
    Math.min(limit ?? limits.pageRows, limits.pageRows),
  );
}

/** Throws `resource.not_found`. `workspaceId` lets a route ask for the member's role. */
export async function getCreation(
  tx: Tx,
  input: { creationId: string },
): Promise<{ workspaceId: string; creation: Creation }> {
  const row = await selectCreation(tx, input.creationId);
  if (!row) throw new HubError('resource.not_found', 'There is no such creation.');
  const { workspace_id: workspaceId, ...creation } = row;
  return { workspaceId, creation };
}

/** A person has it tried again, or lets it be. */
export async function actOnCreation(
  tx: Tx,
  input: { creationId: string; action: 'retry' | 'cancel' },
): Promise<Creation> {
  const { creationId, action } = input;
  const { workspaceId } = await getCreation(tx, { creationId });
  const act = action === 'retry' ? retryOne : cancelOne;
  if (!(await act(tx, workspaceId, creationId))) {
    throw new HubError('resource.conflict', 'It is being made just now, or has been made.');
  }
  if (action === 'retry') await wake(tx, 'creations');
  return (await getCreation(tx, { creationId })).creation;
}

/** What waits because it was too much at once is made. Answers how many. */
export async function releaseCreations(
  tx: Tx,
  input: { workspaceId: string; streamId: string },
): Promise<number> {
  const released = await releaseParked(tx, input.workspaceId, input.streamId, manyOwed);
  if (released > 0) await wake(tx, 'creations');
  return released;
}
