import { counter } from '#lib/observability/index';
import type { Freshness } from './cache-decision.ts';

/** How reads of one topic ended, in this process since it started. */
export interface CacheFigure {
  topic: string;
  fresh: number;
  stale: number;
  missed: number;
}

export interface CacheFigures {
  count(at: { workspaceId: string; topic: string }, outcome: Freshness): void;
  of(workspaceId: string): CacheFigure[];
}

/** Rows kept by one process; the one unused for longest starts again at nothing. */
const keptRows = 5_000;

const reads = counter('patchbay_cache_reads_total', 'Reads of the cache by how they ended', [
  'topic',
  'outcome',
]);

/** Each workspace sees its own figures, the metrics all of them together. */
export function cacheFigures(): CacheFigures {
  const rows = new Map<string, CacheFigure>();
  return {
    count: ({ workspaceId, topic }, outcome) => {
      const name = outcome === 'expired' ? 'missed' : outcome;
      reads.inc({ topic, outcome: name });
      const key = `${workspaceId} ${topic}`;
      const row = rows.get(key) ?? { topic, fresh: 0, stale: 0, missed: 0 };
      row[name] += 1;
      rows.delete(key);
      rows.set(key, row);
      if (rows.size > keptRows) rows.delete(rows.keys().next().value ?? '');
    },
    of: (workspaceId) =>
      [...rows].flatMap(([key, row]) => (key.startsWith(`${workspaceId} `) ? [{ ...row }] : [])),
  };
}
