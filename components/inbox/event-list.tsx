'use client';

import { Inbox, SearchX } from 'lucide-react';
import { useState } from 'react';
import { useProviderName } from '@/components/shell/use-provider-name';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorState } from '@/components/ui/error-state';
import { TableSkeleton } from '@/components/ui/skeleton';
import { VirtualTable } from '@/components/ui/virtual-table';
import { ApiProblem } from '@/lib/live/index';
import { inboxColumns } from './inbox-columns';
import { type FilterName, filterNames } from './inbox-filter';
import { useEventList } from './use-event-list';
import { words } from './words';

interface EventListProps {
  filter: Partial<Record<FilterName, string>>;
  /** The event in the drawer. */
  open: string | null;
  change: (change: Record<string, string | undefined>) => void;
}

/** Events, newest first; older ones are read as one scrolls. Its key is its filter. */
export function EventList({ filter, open, change }: EventListProps) {
  const nameOf = useProviderName();
  const [lastActive, setActive] = useState<string | null>(null);
  const list = useEventList(filter);
  if (list.error && list.rows.length === 0) {
    const { error } = list;
    return (
      <ErrorState
        title={words.failed}
        onRetry={list.retry}
        errorId={error instanceof ApiProblem ? (error.requestId ?? undefined) : undefined}
      >
        {error.message}
      </ErrorState>
    );
  }
  if (list.isPending) return <TableSkeleton label={words.loading} rows={18} columns={5} />;
  const table = (
    <VirtualTable
      label={words.title}
      rows={list.rows}
      rowKey={(event) => event.id}
      columns={inboxColumns(nameOf)}
      activeKey={open ?? lastActive}
      onActiveChange={(id) => {
        setActive(id);
        if (open && id) change({ event: id });
      }}
      onOpen={(event) => change({ event: event.id })}
      onEscape={() => change({ event: undefined })}
      onEndReached={list.stopped ? undefined : list.readOlder}
      edition={String(list.edition)}
      keepsPlace
      onSight={list.onSight}
      empty={
        <NoEvents
          isFiltered={Object.keys(filter).length > 0}
          change={change}
          onLookBack={list.hasMore ? list.readOlder : undefined}
        />
      }
      footer={
        list.stopped ? (
          <p role="alert" className="p-3 text-center text-meta">
            {words.stopped[list.stopped].told}{' '}
            <Button size="sm" onClick={list.readOlder}>
              {words.stopped[list.stopped].action}
            </Button>
          </p>
        ) : (
          !list.hasMore &&
          list.rows.length > 100 && (
            <p className="p-3 text-center text-dim text-meta">{words.all}</p>
          )
        )
      }
    />
  );
  return (
    <>
      {list.beginAnew && (
        <p role="status" className="mb-2 text-center text-meta">
          {list.hasNewRows ? words.manyMore : words.unseenNew}{' '}
          <Button size="sm" onClick={list.beginAnew}>
            {words.showNewest}
          </Button>
        </p>
      )}
      {table}
    </>
  );
}

interface NoEventsProps extends Pick<EventListProps, 'change'> {
  isFiltered: boolean;
  /** One request looks through so many events and no more: older ones were not looked at yet. */
  onLookBack: (() => void) | undefined;
}

export function NoEvents({ isFiltered, change, onLookBack }: NoEventsProps) {
  if (!isFiltered) {
    return (
      <EmptyState icon={<Inbox aria-hidden="true" />} title={words.empty.title}>
        {words.empty.body} {words.empty.polling}
      </EmptyState>
    );
  }
  const showAll = () => change(Object.fromEntries(filterNames.map((name) => [name, undefined])));
  return (
    <EmptyState
      icon={<SearchX aria-hidden="true" />}
      title={words.none.title}
      action={
        <>
          {onLookBack && <Button onClick={onLookBack}>{words.none.lookBack}</Button>}
          <Button onClick={showAll}>{words.none.action}</Button>
        </>
      }
    >
      {onLookBack ? words.none.ofLate : words.none.body}
    </EmptyState>
  );
}
