'use client';

import { Inbox, SearchX } from 'lucide-react';
import { useState } from 'react';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useUrlQuery } from '@/components/shell/use-url-query';
import { Button } from '@/components/ui/button';
import { Chip } from '@/components/ui/chip';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorState } from '@/components/ui/error-state';
import { Menu } from '@/components/ui/menu';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { TableSkeleton } from '@/components/ui/skeleton';
import { VirtualTable } from '@/components/ui/virtual-table';
import { ApiProblem } from '@/lib/live/index';
import { type InboxEvent, inboxStatuses } from '@/lib/webhooks/schema';
import { EventDrawer } from './event-drawer';
import { inboxColumns } from './inbox-columns';
import { RefusalNotice } from './refusal-notice';
import { useInbox } from './use-inbox';
import { words } from './words';

export function InboxPage() {
  const [params, change] = useUrlQuery();
  const nameOf = useProviderName();
  const status = params.get('status') ?? undefined;
  const open = params.get('event');
  const connection = params.get('connection') ?? undefined;
  const [lastActive, setActive] = useState<string | null>(null);
  const inbox = useInbox(status, connection);
  const rows = inbox.data?.pages.flatMap((page) => page.data) ?? [];
  const isFiltered = Boolean(status || connection);
  return (
    <Page fill beside={open ? 'lg' : undefined}>
      <PageHeader title={words.title} sub={words.sub} />
      <div className="flex flex-wrap items-center gap-2">
        <Menu
          align="start"
          trigger={
            <Chip
              name={words.filters.status}
              value={status && words.statuses[status as InboxEvent['status']]}
              onRemove={status ? () => change({ status: undefined }) : undefined}
            />
          }
          groups={[
            {
              items: inboxStatuses.map((one) => ({
                id: one,
                label: words.statuses[one],
                checked: one === status,
                onSelect: () => change({ status: one }),
              })),
            },
          ]}
        />
        <RefusalNotice />
      </div>
      {inbox.error && rows.length === 0 ? (
        <ErrorState
          title={words.failed}
          onRetry={() => void inbox.refetch()}
          errorId={
            inbox.error instanceof ApiProblem ? (inbox.error.requestId ?? undefined) : undefined
          }
        >
          {inbox.error.message}
        </ErrorState>
      ) : inbox.isPending ? (
        <TableSkeleton label="The inbox is loading" rows={18} columns={5} />
      ) : (
        <VirtualTable
          label={words.title}
          rows={rows}
          rowKey={(event) => event.id}
          columns={inboxColumns(nameOf)}
          activeKey={open ?? lastActive}
          onActiveChange={(id) => {
            setActive(id);
            if (open && id) change({ event: id });
          }}
          onOpen={(event) => change({ event: event.id })}
          onEscape={() => change({ event: undefined })}
          onEndReached={() => {
            if (inbox.hasNextPage && !inbox.isFetchingNextPage) void inbox.fetchNextPage();
          }}
          empty={
            isFiltered ? (
              <EmptyState
                icon={<SearchX aria-hidden="true" />}
                title={words.none.title}
                action={
                  <Button onClick={() => change({ status: undefined, connection: undefined })}>
                    {words.none.action}
                  </Button>
                }
              >
                {words.none.body}
              </EmptyState>
            ) : (
              <EmptyState icon={<Inbox aria-hidden="true" />} title={words.empty.title}>
                {words.empty.body} {words.empty.polling}
              </EmptyState>
            )
          }
        />
      )}
      {open && (
        <EventDrawer
          key={open}
          id={open}
          onClose={() => {
            setActive(open);
            change({ event: undefined });
          }}
        />
      )}
    </Page>
  );
}
