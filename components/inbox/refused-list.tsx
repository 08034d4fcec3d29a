'use client';

import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorState } from '@/components/ui/error-state';
import { formatBytes, formatCount } from '@/components/ui/format-number';
import { RelativeTime } from '@/components/ui/relative-time';
import { TableSkeleton } from '@/components/ui/skeleton';
import { type TableColumn, VirtualTable } from '@/components/ui/virtual-table';
import type { RefusedRequest } from '@/lib/webhooks/schema';
import { RefusedDrawer } from './refused-drawer';
import { useRefusals, useRefused } from './use-inbox';
import { reasonInWords, words } from './words';

const text = words.refused;

const columns: TableColumn<RefusedRequest>[] = [
  {
    id: 'received',
    header: words.columns.received,
    width: '68px',
    cell: (row) => <RelativeTime value={row.received_at} short className="text-mut" />,
  },
  {
    id: 'why',
    header: words.columns.why,
    width: 'minmax(0, 1fr)',
    cell: (row) => (
      <span className="flex min-w-0 gap-2">
        <span className="shrink-0">{reasonInWords(row.reason)}</span>
        <span className="truncate text-mut">{row.diagnosis}</span>
      </span>
    ),
  },
  {
    id: 'size',
    header: words.columns.size,
    width: '72px',
    align: 'end',
    showFrom: 560,
    cell: (row) => (
      <span className="text-mut">
        {row.body_bytes === null ? '–' : formatBytes(row.body_bytes)}
      </span>
    ),
  },
];

interface RefusedListProps {
  /** The request in the drawer. */
  open: string | null;
  change: (change: Record<string, string | undefined>) => void;
}

/** Requests that were turned away, as far as they are kept, with what is probably the matter. */
export function RefusedList({ open, change }: RefusedListProps) {
  const refused = useRefused();
  const [lastActive, setActive] = useState<string | null>(null);
  const rows = refused.data?.pages.flatMap((page) => page.data) ?? [];
  const shown = rows.find(({ id }) => id === open);
  if (refused.error && rows.length === 0) {
    return (
      <ErrorState title={words.failed} onRetry={() => void refused.refetch()}>
        {refused.error.message}
      </ErrorState>
    );
  }
  if (refused.isPending) return <TableSkeleton label={words.loading} rows={12} columns={3} />;
  return (
    <>
      <VirtualTable
        label={words.views.refused}
        rows={rows}
        rowKey={(row) => row.id}
        columns={columns}
        activeKey={open ?? lastActive}
        onActiveChange={(id) => {
          setActive(id);
          if (open && id) change({ request: id });
        }}
        onOpen={(row) => change({ request: row.id })}
        onEscape={() => change({ request: undefined })}
        onEndReached={() => {
          if (refused.hasNextPage && !refused.isFetchingNextPage) void refused.fetchNextPage();
        }}
        empty={
          <EmptyState icon={<ShieldCheck aria-hidden="true" />} title={text.none}>
            {text.noneBody}
          </EmptyState>
        }
      />
      {shown && (
        <RefusedDrawer
          key={shown.id}
          request={shown}
          onClose={() => change({ request: undefined })}
        />
      )}
    </>
  );
}

/** How many were turned away today, by reason: the counts are complete, unlike what is kept. */
export function RefusedToday() {
  const rows = useRefusals().data?.data ?? [];
  const byReason = new Map<string, number>();
  for (const { reason, count } of rows) byReason.set(reason, (byReason.get(reason) ?? 0) + count);
  const total = [...byReason.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  return (
    <p className="text-mut">
      {text.today(formatCount(total))}:{' '}
      {[...byReason]
        .map(([reason, n]) => `${formatCount(n)} × ${reasonInWords(reason)}`)
        .join(', ')}
    </p>
  );
}
