'use client';

import { Plus, Send } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorState } from '@/components/ui/error-state';
import { TableSkeleton } from '@/components/ui/skeleton';
import { VirtualTable } from '@/components/ui/virtual-table';
import { ApiProblem } from '@/lib/live/index';
import { subscriptionColumns } from './subscription-columns';
import type { useSubscriptions } from './use-deliveries';
import { words } from './words';

/** Each subscription in a line with how it is. */
export function SubscriptionList({
  list,
  activeId,
  onOpen,
  onMake,
}: {
  list: ReturnType<typeof useSubscriptions>;
  activeId: string | null;
  onOpen: (id: string | undefined) => void;
  onMake: (() => void) | undefined;
}) {
  const [lastActive, setActive] = useState<string | null>(null);
  if (list.error && list.rows.length === 0) {
    return (
      <ErrorState
        title={words.failed}
        onRetry={() => void list.refetch()}
        errorId={list.error instanceof ApiProblem ? (list.error.requestId ?? undefined) : undefined}
      >
        {list.error.message}
      </ErrorState>
    );
  }
  if (list.isPending) return <TableSkeleton label={words.loading} rows={6} columns={5} />;
  return (
    <VirtualTable
      label={words.views.subscriptions}
      rows={list.rows}
      rowKey={({ subscription }) => subscription.id}
      columns={subscriptionColumns(list.dataUpdatedAt)}
      activeKey={activeId ?? lastActive}
      onActiveChange={(id) => {
        setActive(id);
        if (activeId && id) onOpen(id);
      }}
      onOpen={({ subscription }) => onOpen(subscription.id)}
      onEscape={() => onOpen(undefined)}
      empty={
        <EmptyState
          icon={<Send aria-hidden="true" />}
          title={words.empty.title}
          {...(onMake
            ? {
                action: (
                  <Button variant="primary" icon={<Plus aria-hidden="true" />} onClick={onMake}>
                    {words.add}
                  </Button>
                ),
              }
            : {})}
        >
          {words.empty.body}
        </EmptyState>
      }
    />
  );
}
