'use client';

import { SearchX, Send } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { Chip } from '@/components/ui/chip';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorState } from '@/components/ui/error-state';
import { Menu } from '@/components/ui/menu';
import { TableSkeleton } from '@/components/ui/skeleton';
import { VirtualTable } from '@/components/ui/virtual-table';
import { type DeliveryStatus, deliveryStatuses } from '@/lib/delivery/schema';
import { ApiProblem } from '@/lib/live/index';
import { deliveryColumns } from './delivery-columns';
import type { Watched } from './health';
import { RedriveMany } from './redrive-many';
import { useDeliveries } from './use-deliveries';
import { words } from './words';

interface ListProps {
  params: URLSearchParams;
  change: (change: Record<string, string | undefined>) => void;
  rows: readonly Watched[];
}

/** A state this page knows; the address may hold anything. */
const statusOf = (params: URLSearchParams): DeliveryStatus | undefined =>
  deliveryStatuses.find((status) => status === params.get('status'));

function nameIn(rows: readonly Watched[], id: string): string {
  const found = rows.find(({ subscription }) => subscription.id === id);
  return found?.subscription.name ?? id.slice(0, 8);
}

/** Deliveries, newest first; more are loaded as one scrolls. */
export function DeliveryList({ params, change, rows: subscriptions }: ListProps) {
  const status = statusOf(params);
  const subscription = params.get('subscription') ?? undefined;
  const open = params.get('delivery');
  const [lastActive, setActive] = useState<string | null>(null);
  const deliveries = useDeliveries({ status, subscription });
  const rows = deliveries.data?.pages.flatMap((page) => page.data) ?? [];
  if (deliveries.error && rows.length === 0) {
    const { error } = deliveries;
    return (
      <ErrorState
        title={words.failed}
        onRetry={() => void deliveries.refetch()}
        errorId={error instanceof ApiProblem ? (error.requestId ?? undefined) : undefined}
      >
        {error.message}
      </ErrorState>
    );
  }
  if (deliveries.isPending) return <TableSkeleton label={words.loading} rows={18} columns={5} />;
  return (
    <VirtualTable
      label={words.views.deliveries}
      rows={rows}
      rowKey={(delivery) => delivery.id}
      columns={deliveryColumns((id) => nameIn(subscriptions, id))}
      activeKey={open ?? lastActive}
      onActiveChange={(id) => {
        setActive(id);
        if (open && id) change({ delivery: id });
      }}
      onOpen={(delivery) => change({ delivery: delivery.id })}
      onEscape={() => change({ delivery: undefined })}
      edition={`${status ?? ''}:${subscription ?? ''}`}
      onEndReached={() => {
        if (deliveries.hasNextPage && !deliveries.isFetchingNextPage) {
          void deliveries.fetchNextPage();
        }
      }}
      empty={
        status || subscription ? (
          <EmptyState
            icon={<SearchX aria-hidden="true" />}
            title={words.none.title}
            action={
              <Button onClick={() => change({ status: undefined, subscription: undefined })}>
                {words.none.action}
              </Button>
            }
          >
            {words.none.body}
          </EmptyState>
        ) : (
          <EmptyState icon={<Send aria-hidden="true" />} title={words.emptyDeliveries.title}>
            {words.emptyDeliveries.body}
          </EmptyState>
        )
      }
    />
  );
}

function Filters({ params, change, rows }: ListProps) {
  const status = statusOf(params);
  const subscription = params.get('subscription') ?? undefined;
  const mayEdit = useMay('editor');
  return (
    <>
      <Menu
        align="start"
        trigger={
          <Chip
            name={words.filters.status}
            value={status && words.statuses[status]}
            onRemove={status ? () => change({ status: undefined }) : undefined}
          />
        }
        groups={[
          {
            items: deliveryStatuses.map((one) => ({
              id: one,
              label: words.statuses[one],
              checked: one === status,
              onSelect: () => change({ status: one }),
            })),
          },
        ]}
      />
      <Menu
        align="start"
        trigger={
          <Chip
            name={words.filters.subscription}
            value={subscription && nameIn(rows, subscription)}
            onRemove={subscription ? () => change({ subscription: undefined }) : undefined}
          />
        }
        groups={[
          {
            items: rows.map(({ subscription: one }) => ({
              id: one.id,
              label: one.name,
              hint: words.kinds[one.kind],
              checked: one.id === subscription,
              onSelect: () => change({ subscription: one.id }),
            })),
          },
        ]}
      />
      {mayEdit && subscription && <RedriveMany key={subscription} subscriptionId={subscription} />}
    </>
  );
}

DeliveryList.Filters = Filters;
