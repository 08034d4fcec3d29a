import { limits } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { selectRefused } from './quarantine-store.ts';
import type { RefusedRequest } from './schema.ts';

/** Refused requests that were kept, newest first; one more than asked for, when there are more. */
export async function listQuarantine(
  tx: Tx,
  page: {
    workspaceId: string;
    endpointId?: string | undefined;
    beforeId: string | null;
    limit: number;
  },
): Promise<RefusedRequest[]> {
  const rows = await selectRefused(tx, {
    ...page,
    limit: Math.min(page.limit, limits.pageRows) + 1,
  });
  // What is not UTF-8 is shown as well as text can show it: it was refused.
  return rows.map((row) => ({ ...row, body: row.body?.toString('utf8') ?? null }));
}
