'use client';

import { ArrowUp } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useMay, useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { ErrorState } from '@/components/ui/error-state';
import { formatCount } from '@/components/ui/format-number';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { TableSkeleton } from '@/components/ui/skeleton';
import { VirtualTable } from '@/components/ui/virtual-table';
import { ApiProblem, useRecordList } from '@/lib/live/index';
import { NewRecord } from './new-record';
import { recordColumns } from './record-columns';
import { RecordDrawer } from './record-drawer';
import { RecordFilters } from './record-filters';
import { RecordsEmpty } from './records-empty';
import { TitleEditingProvider } from './title-editing';
import { noFilters, useRecordView } from './view-state';
import { words } from './words';

export function RecordsPage() {
  const { workspace } = useSession();
  const mayEdit = useMay('editor');
  const [view, change] = useRecordView();
  const [lastActive, setActive] = useState<string | null>(null);
  const [editing, setEditing] = useState<string | null>(null);
  const active = view.record ?? lastActive;
  const q = useDeferredValue(view.q.trim());
  const list = useRecordList(workspace.id, {
    kind: view.kind,
    q,
    state: view.kind === 'task' ? view.state : undefined,
    connection_id: view.connection,
    label: view.label,
    assignee: view.assignee,
    sort: view.sort,
  });
  const isFiltered = Boolean(q || view.state || view.connection || view.label || view.assignee);
  return (
    <Page fill beside={view.record ? 'md' : undefined}>
      <PageHeader
        title={words.title}
        sub={
          list.total === null ? undefined : `${words.kinds[view.kind]} · ${formatCount(list.total)}`
        }
        actions={
          <>
            {list.fresh.length > 0 && (
              <Button
                size="sm"
                icon={<ArrowUp aria-hidden="true" />}
                title={words.freshHint}
                onClick={list.refresh}
              >
                {words.fresh(list.fresh.length)}
              </Button>
            )}
            {mayEdit && view.kind === 'task' && (
              <NewRecord kind={view.kind} onOpenRecord={(id) => change({ record: id })} />
            )}
          </>
        }
      />
      <RecordFilters view={view} onChange={change} isBusy={list.isFetching} />
      {list.error && list.ids.length === 0 ? (
        <ErrorState
          title={words.failed}
          onRetry={list.refresh}
          retrying={list.isFetching}
          errorId={
            list.error instanceof ApiProblem ? (list.error.requestId ?? undefined) : undefined
          }
        >
          {list.error.message}
        </ErrorState>
      ) : list.isLoading ? (
        <TableSkeleton label="Records are loading" rows={18} columns={6} />
      ) : (
        <TitleEditingProvider editing={editing} onChange={setEditing}>
          <VirtualTable
            label={words.title}
            rows={list.ids}
            rowKey={(id) => id}
            columns={recordColumns(view.kind)}
            total={list.total ?? undefined}
            activeKey={active}
            onActiveChange={(id) => {
              setActive(id);
              if (view.record && id) change({ record: id });
            }}
            onOpen={(id) => change({ record: id })}
            onEscape={() => change({ record: undefined })}
            onEndReached={list.fetchMore}
            edition={list.edition}
            isStale={list.isFetching}
            empty={
              <RecordsEmpty isFiltered={isFiltered} wanted={q} onClear={() => change(noFilters)} />
            }
            {...(mayEdit && view.kind === 'task' ? { onEdit: (id: string) => setEditing(id) } : {})}
          />
        </TitleEditingProvider>
      )}
      {view.record && (
        <RecordDrawer
          key={view.record}
          id={view.record}
          tab={view.tab}
          onTab={(tab) => change({ tab })}
          onClose={() => {
            setActive(view.record ?? null);
            change({ record: undefined });
          }}
          onFilter={change}
        />
      )}
    </Page>
  );
}
