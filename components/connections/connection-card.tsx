'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useSession } from '@/components/shell/use-session';
import { formatCount } from '@/components/ui/format-number';
import { formatDuration } from '@/components/ui/format-time';
import { ProviderMark } from '@/components/ui/provider-mark';
import type { Connection } from '@/lib/connections/schema';
import type { Run } from '@/lib/sync/schema';
import { ConnectionStatus } from './connection-status';
import { isActiveRun } from './run-progress';
import { words } from './words';

function facts(connection: Connection): string {
  const median = connection.freshness.p50_ms;
  return [
    words.records(connection.records),
    connection.delivery === 'webhook' ? 'webhooks' : 'polling',
    median === null ? null : words.fresh(formatDuration(median)),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** A connection in a line; while it is read for the first time, how far that is. */
export function ConnectionCard({ connection, runs }: { connection: Connection; runs: Run[] }) {
  const { home } = useSession();
  const nameOf = useProviderName();
  const run = runs.find((one) => one.kind === 'backfill' && isActiveRun(one));
  const share = run?.total ? Math.min(1, run.done / run.total) : null;
  return (
    <Link
      href={`${home}/connections/${connection.id}` as Route}
      className="relative flex items-center gap-4 overflow-hidden rounded-lg border border-line bg-panel p-4 shadow-rest transition-colors hover:border-line-2 hover:bg-raise"
    >
      <ProviderMark name={nameOf(connection.connector)} />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-2">
          <span className="truncate font-semibold">{connection.account_name}</span>
          <span className="text-mut">{nameOf(connection.connector)}</span>
        </span>
        <span className="line-clamp-2 text-meta text-mut">
          {run
            ? words.reading(
                formatCount(run.done),
                run.total === null ? null : formatCount(run.total),
              )
            : connection.status === 'active'
              ? facts(connection)
              : (connection.status_detail ?? facts(connection))}
        </span>
      </span>
      <ConnectionStatus status={connection.status} />
      {share !== null && (
        <span aria-hidden="true" className="absolute inset-x-0 bottom-0 h-1 bg-line">
          <span
            className="block h-full origin-left bg-accent transition-transform duration-300 ease-out"
            style={{ transform: `scaleX(${share})` }}
          />
        </span>
      )}
    </Link>
  );
}
