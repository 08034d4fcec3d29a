import { HubError } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import type { RunHistory } from './run-event-schema.ts';
import { selectCallsSaved, selectRunEvents } from './run-event-store.ts';
import { selectRun } from './run-store.ts';

/** Of a run's events, the newest; see compact-run-events.ts for how few a long run has. */
export const runEventRows = 1_000;

/** What happened to a run, in order. Throws `resource.not_found`. */
export async function readRunHistory(tx: Tx, input: { runId: string }): Promise<RunHistory> {
  const run = await selectRun(tx, input.runId);
  if (!run) throw new HubError('resource.not_found', 'There is no such run.');
  const data = await selectRunEvents(tx, run.workspace_id, run.id, runEventRows);
  return {
    data,
    calls_saved: await selectCallsSaved(tx, run.workspace_id, run.id),
    is_whole: data[0]?.type === 'queued' || data[0]?.type === 'polled',
  };
}
