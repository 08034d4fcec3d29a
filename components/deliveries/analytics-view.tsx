'use client';

import { ChartColumn } from 'lucide-react';
import { Bars } from '@/components/ui/bars';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorState } from '@/components/ui/error-state';
import { formatCount } from '@/components/ui/format-number';
import { formatDuration } from '@/components/ui/format-time';
import { Panel } from '@/components/ui/panel';
import { TableSkeleton } from '@/components/ui/skeleton';
import { Stat } from '@/components/ui/stat';
import type { Analytics } from '@/lib/delivery/schema';
import { ApiProblem } from '@/lib/live/index';
import { analyticsWords } from './analytics-words';
import { countHours, type HourlyCounts } from './count-hours';
import { useAnalytics } from './use-deliveries';
import { words } from './words';

/** What the hub's own consumer of the log has counted: changes by the hour, and how fresh they were. */
export function AnalyticsView() {
  const analytics = useAnalytics();
  if (analytics.isPending)
    return <TableSkeleton label={analyticsWords.loading} rows={6} columns={4} />;
  if (analytics.error && !analytics.data) {
    const { error } = analytics;
    return (
      <ErrorState
        title={analyticsWords.failed}
        onRetry={() => void analytics.refetch()}
        errorId={error instanceof ApiProblem ? (error.requestId ?? undefined) : undefined}
      >
        {error.message}
      </ErrorState>
    );
  }
  const counts = countHours(analytics.data, analytics.dataUpdatedAt);
  if (counts.total === 0) {
    return (
      <EmptyState icon={<ChartColumn aria-hidden="true" />} title={analyticsWords.empty.title}>
        {analyticsWords.empty.body}
      </EmptyState>
    );
  }
  return (
    <div className="grid gap-3 md:grid-cols-2">
      <ByHour counts={counts} />
      <HowFresh freshness={analytics.data.total.freshness} />
      <ByKind kinds={counts.kinds} />
    </div>
  );
}

function ByHour({ counts: { series, total } }: { counts: HourlyCounts }) {
  return (
    <Panel title={analyticsWords.changes} aside={analyticsWords.day}>
      <Stat value={formatCount(total)} note={analyticsWords.inAll} />
      <Bars
        className="mt-3"
        values={series}
        format={(changes) => analyticsWords.inHour(formatCount(changes))}
        label={analyticsWords.bars(formatCount(total))}
      />
      <p className="mt-1 flex justify-between text-dim text-micro">
        <span>{analyticsWords.begin}</span>
        <span>{analyticsWords.now}</span>
      </p>
    </Panel>
  );
}

function HowFresh({ freshness }: { freshness: Analytics['total']['freshness'] }) {
  const { count, p50, p95, max } = freshness;
  return (
    <Panel title={analyticsWords.freshness} aside={analyticsWords.day}>
      {p50 === null ? (
        <p className="text-mut">{analyticsWords.noFreshness}</p>
      ) : (
        <>
          <Stat value={formatDuration(p50)} note={analyticsWords.median} />
          <p className="mt-2 text-mut">
            {analyticsWords.spread(
              p95 === null ? null : formatDuration(p95),
              formatDuration(max ?? p50),
            )}
          </p>
          <p className="mt-1 text-dim text-meta">{analyticsWords.measured(formatCount(count))}</p>
        </>
      )}
    </Panel>
  );
}

function ByKind({ kinds }: { kinds: HourlyCounts['kinds'] }) {
  const columns = ['created', 'updated', 'deleted'] as const;
  return (
    <Panel
      title={analyticsWords.byKind}
      aside={analyticsWords.day}
      padding="flush"
      className="md:col-span-2"
    >
      <table className="w-full">
        <thead>
          <tr className="text-dim text-meta">
            <th scope="col" className="px-4 py-2 text-left font-normal">
              {analyticsWords.kind}
            </th>
            {columns.map((column) => (
              <th key={column} scope="col" className="px-4 py-2 text-right font-normal">
                {analyticsWords[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {kinds.map((row) => (
            <tr key={row.kind} className="border-line border-t">
              <th scope="row" className="px-4 py-2 text-left font-normal">
                {words.recordKinds[row.kind as keyof typeof words.recordKinds] ?? row.kind}
              </th>
              {columns.map((column) => (
                <td key={column} className="px-4 py-2 text-right tabular-nums">
                  {row[column] === 0 ? '–' : formatCount(row[column])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
