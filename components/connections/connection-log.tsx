'use client';

import { OriginLinks } from '@/components/records/origin-links';
import { ErrorState } from '@/components/ui/error-state';
import { RelativeTime } from '@/components/ui/relative-time';
import { ListSkeleton } from '@/components/ui/skeleton';
import { Timeline } from '@/components/ui/timeline';
import type { ConnectionLogRow } from '@/lib/connections/schema';
import { useConnectionLog } from './use-connections';

const tones = { info: 'neutral', warning: 'warn', error: 'bad' } as const;

/** Faults of the service and how each ended, refreshes, registrations; newest first. */
export function ConnectionLog({ id }: { id: string }) {
  const log = useConnectionLog(id);
  if (log.error && !log.data)
    return (
      <ErrorState title="The log could not be read" onRetry={() => void log.refetch()}>
        {log.error.message}
      </ErrorState>
    );
  if (!log.data) return <ListSkeleton label="The log is loading" />;
  if (log.data.data.length === 0) return <p className="text-mut">Nothing yet.</p>;
  return (
    <Timeline
      label="What happened to this connection"
      entries={log.data.data.map((row) => ({
        id: row.id,
        tone: tones[row.level],
        title: row.message,
        aside: <RelativeTime value={row.at} short />,
        body: <LogBody row={row} />,
      }))}
    />
  );
}

/** What was done about a fault, its code and its run; quiet for what is no fault. */
function LogBody({ row }: { row: ConnectionLogRow }) {
  const { outcome } = row.details;
  const isFault = row.level !== 'info' || typeof outcome === 'string';
  if (!isFault && row.run_id === null) return null;
  return (
    <span className="flex flex-wrap gap-x-2 text-dim text-micro">
      {typeof outcome === 'string' && outcome}
      {isFault && <code>{row.code}</code>}
      <OriginLinks refs={{ run_id: row.run_id }} />
    </span>
  );
}
