import type { ProviderFault, RemoteObject } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import type { TakenRun } from './run-work-store.ts';
import type { OpenedConnection } from './sync-deps.ts';

/** A page of a backfill or of a poll, in one form. */
export interface RunPageRead {
  objects: RemoteObject[];
  faults: ProviderFault[];
  /** What the next page is asked for with; null after the last. */
  next: JsonObject | null;
  total: number | null;
  /** Where polling goes on; null leaves it as it is. */
  cursor: JsonObject | null;
  /** The database's time before the service was asked. */
  readAt: string;
}

/**
 * Reads a page. A backfill (and a sweep, which lists the same) says with its first page where polling starts afterwards, which is a
 * moment before that page; a poll moves the place with each page.
 */
export async function readPage(
  run: TakenRun,
  opened: OpenedConnection,
  from: JsonObject | null,
  readAt: string,
): Promise<RunPageRead> {
  const { api, ctx } = opened;
  if (run.kind !== 'poll') {
    const page = await api.backfill(ctx, run.resource, run.scope, from);
    const { objects, faults, next, total } = page;
    return {
      objects,
      faults,
      next,
      total,
      readAt,
      cursor: run.kind === 'backfill' && from === null ? page.cursor : null,
    };
  }
  const page = await api.poll(ctx, run.resource, run.scope, from ?? run.cursor);
  const { objects, faults, cursor } = page;
  return { objects, faults, next: page.hasMore ? cursor : null, total: null, readAt, cursor };
}
