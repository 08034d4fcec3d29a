import { HubError, isUuid, limits } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { releaseCreations, retryCreation as tryAgain } from '#lib/sync/index';
import type { Creation } from './creation-shape.ts';
import {
  type CreationRow,
  cancelCreation,
  countCreations,
  selectCreation,
  selectCreations,
} from './creation-store.ts';
import { lockFlow } from './flow-store.ts';

const cursorPattern = /^([0-2])\.(.{36})$/;

export interface CreationsPage {
  data: Creation[];
  next_cursor: string | null;
  total: number;
}

/** What a flow owes its sides; the cursor is the place of the last row. */
export async function listCreations(
  tx: Tx,
  input: { workspaceId: string; flowId: string; cursor?: string | undefined; limit: number },
): Promise<CreationsPage> {
  const { workspaceId, flowId, cursor } = input;
  const [, rank, id] = cursorPattern.exec(cursor ?? '') ?? [];
  const after =
    rank !== undefined && id !== undefined && isUuid(id) ? { rank: Number(rank), id } : null;
  if (cursor !== undefined && !after) {
    throw new HubError('request.invalid', 'The cursor is not one this list gave out.', {
      details: { errors: [{ field: 'cursor', reason: 'is not one this list gave out' }] },
    });
  }
  const limit = Math.min(input.limit, limits.pageRows);
  const rows = await selectCreations(tx, workspaceId, flowId, after, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    data: page.map(withoutRank),
    next_cursor: rows.length > limit && last ? `${last.rank}.${last.id}` : null,
    total: await countCreations(tx, workspaceId, flowId),
  };
}

function withoutRank(row: CreationRow): Creation {
  const { rank: _, ...creation } = row;
  return creation;
}

export interface CreationAt {
  workspaceId: string;
  flowId: string;
  creationId: string;
}

async function find(tx: Tx, { workspaceId, flowId, creationId }: CreationAt): Promise<Creation> {
  const creation = await selectCreation(tx, workspaceId, flowId, creationId);
  if (!creation) throw new HubError('resource.not_found');
  return creation;
}

const conflict = (reason: string) => new HubError('resource.conflict', reason);

/** Has what a service refused tried again, and what waits for a person. */
export async function retryCreation(tx: Tx, at: CreationAt): Promise<Creation> {
  await find(tx, at);
  if (!(await tryAgain(tx, at))) {
    throw conflict('Only what was refused, or waits for you, is tried again by hand.');
  }
  return find(tx, at);
}

/** Lets an object be that is owed: it is made by no flow any more. */
export async function dropCreation(tx: Tx, at: CreationAt): Promise<Creation> {
  await find(tx, at);
  if (!(await cancelCreation(tx, at.workspaceId, at.creationId))) {
    throw conflict('It is on its way or over: an object that may be there is not let go of.');
  }
  return find(tx, at);
}

/**
 * Has everything made that waits because it was too much at once. Throws `resource.not_found` for a
 * flow the caller may not change: nothing released would look like nothing that waits.
 */
export async function releaseOwed(
  tx: Tx,
  at: Pick<CreationAt, 'workspaceId' | 'flowId'>,
): Promise<{ released: number }> {
  if (!(await lockFlow(tx, at.workspaceId, at.flowId))) throw new HubError('resource.not_found');
  return { released: await releaseCreations(tx, at) };
}
