import { HubError, isUuid, limits } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { type StoredRun, selectRun, selectRuns } from './run-store.ts';
import type { Run } from './schema.ts';

export interface RunPage {
  data: Run[];
  next_cursor: string | null;
}

const toRun = ({ workspace_id: _workspace, ...run }: StoredRun): Run => run;

/** Runs of a workspace, a connection or a stream, newest first. The cursor is the last run's id. */
export async function listRuns(
  tx: Tx,
  input: {
    workspaceId: string;
    connectionId?: string | undefined;
    streamId?: string | undefined;
    cursor?: string | undefined;
    limit?: number | undefined;
  },
): Promise<RunPage> {
  const { workspaceId, connectionId, streamId, cursor } = input;
  if (cursor !== undefined && !isUuid(cursor)) {
    throw new HubError('request.invalid', 'The cursor does not belong to this list.');
  }
  const limit = Math.min(input.limit ?? limits.pageRowsDefault, limits.pageRows);
  const filter = { connectionId, streamId, before: cursor };
  const rows = await selectRuns(tx, workspaceId, filter, limit + 1);
  const page = rows.slice(0, limit);
  return {
    data: page.map(toRun),
    next_cursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/** Null where there is no such run, or not for the caller. */
export async function findRun(tx: Tx, input: { runId: string }): Promise<Run | null> {
  const row = await selectRun(tx, input.runId);
  return row ? toRun(row) : null;
}

/** Throws `resource.not_found`. `workspaceId` lets a route ask for the member's role. */
export async function getRun(
  tx: Tx,
  input: { runId: string },
): Promise<{ workspaceId: string; run: Run }> {
  const row = await selectRun(tx, input.runId);
  if (!row) throw new HubError('resource.not_found', 'There is no such run.');
  return { workspaceId: row.workspace_id, run: toRun(row) };
}
