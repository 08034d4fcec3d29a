import { counter } from '#lib/observability/index';
import { logSaved } from './connection-log.ts';
import type { ConnectionAt, ConnectionDeps } from './worker-deps.ts';

export type SavedHow = 'unchanged' | 'together';

const saved = counter('patchbay_provider_calls_saved_total', 'Calls that were not needed', [
  'connector',
  'how',
]);

/**
 * Counts the calls a run did not need and keeps one line of its log up to date. Written behind the
 * calls, one write at a time; a line that is not written costs a figure and nothing else.
 */
export function createSavedNote(
  { db, log }: Pick<ConnectionDeps, 'db' | 'log'>,
  at: ConnectionAt & { connector: string; runId: string | undefined },
): (how: SavedHow, calls: number) => void {
  let untold = { unchanged: 0, together: 0 };
  let isWriting = false;
  const write = async (runId: string): Promise<void> => {
    isWriting = true;
    while (untold.unchanged + untold.together > 0) {
      const now = untold;
      untold = { unchanged: 0, together: 0 };
      await logSaved(db, { ...at, runId, ...now });
    }
  };
  return (how, calls) => {
    saved.inc({ connector: at.connector, how }, calls);
    untold[how] += calls;
    if (at.runId === undefined || isWriting) return;
    write(at.runId)
      .catch((error: unknown) => {
        log.warn('Saved calls were not noted', { run_id: at.runId, err: error });
      })
      .finally(() => {
        isWriting = false;
      });
  };
}
