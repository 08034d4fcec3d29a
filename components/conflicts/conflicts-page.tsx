'use client';

import { useQueryClient } from '@tanstack/react-query';
import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { useRef, useState } from 'react';
import { useMay, useSession } from '@/components/shell/use-session';
import { useUrlQuery } from '@/components/shell/use-url-query';
import { Button } from '@/components/ui/button';
import { ErrorState } from '@/components/ui/error-state';
import { Notice } from '@/components/ui/notice';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { ListSkeleton } from '@/components/ui/skeleton';
import { ApiProblem, useChanges } from '@/lib/live/index';
import { type ResolveAnswer, settledAtOnce } from '@/lib/records/schema';
import { BulkBar } from './bulk-bar';
import { ConflictFilters } from './conflict-filters';
import { ConflictGroups } from './conflict-groups';
import { filterNames, groupByRecord, readView, toApiFilter } from './conflict-view';
import { ConflictsEmpty } from './conflicts-empty';
import { SettleAll, SettleAllDialog, useSettleAll } from './settle-all';
import { useConflictKeys } from './use-conflict-keys';
import { useConflictCounts, useConflictList } from './use-conflicts';
import { useSettling } from './use-settling';
import { words } from './words';

/** What changed on both sides, by record. The address holds what is shown. */
export function ConflictsPage() {
  const { workspace, home } = useSession();
  const mayEdit = useMay('editor');
  const router = useRouter();
  const client = useQueryClient();
  const [params, change] = useUrlQuery();
  const view = readView(params);
  const filter = toApiFilter(view);
  const list = useConflictList({ status: view.status, ...filter });
  const counts = useConflictCounts(filter);
  const everywhere = useConflictCounts({});
  const [editingId, setEditing] = useState<string | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [kept, setKept] = useState<ResolveAnswer['always']>([]);
  const settling = useSettling(setKept);
  const rows = list.data?.pages.flatMap((page) => page.data) ?? [];
  const conflicts = groupByRecord(rows).flatMap((group) => group.conflicts);
  const chosen = conflicts.filter(({ id, status }) => selected.has(id) && status === 'open');
  const select = (id: string) =>
    setSelected((present) => {
      const next = new Set(present);
      if (!next.delete(id) && chosen.length < settledAtOnce) next.add(id);
      return next;
    });
  const heading = useRef<HTMLHeadingElement>(null);
  const { activeId, onFocus } = useConflictKeys({
    heading,
    conflicts,
    settling,
    mayEdit,
    onEdit: setEditing,
    onSelect: select,
    onOpen: ({ record_id }) => router.push(`${home}/records?record=${record_id}` as Route),
  });
  // What a record has is one side of its open conflicts.
  useChanges((changes) => {
    const shown = new Set(rows.map((row) => row.record_id));
    if (!changes.some((one) => shown.has(one.record_id))) return;
    void client.invalidateQueries({ queryKey: ['conflicts', workspace.id] });
  });
  const clear = () => change(Object.fromEntries(filterNames.map((name) => [name, undefined])));
  return (
    <Page>
      <PageHeader
        title={words.title}
        titleRef={heading}
        sub={counts.data?.open ? words.sub(counts.data.open, counts.data.records) : undefined}
        actions={
          mayEdit &&
          view.status === 'open' &&
          (counts.data?.open ?? 0) > 1 && <SettleAll filter={filter} />
        }
      />
      <ConflictFilters view={view} change={change} counts={everywhere.data} />
      {!mayEdit && <Notice title={words.readOnly} />}
      {kept.map((one) => (
        <KeptAlways
          key={`${one.stream_id} ${one.field}`}
          kept={one}
          onDone={() => setKept((present) => present.filter((other) => other !== one))}
        />
      ))}
      {list.error && rows.length === 0 ? (
        <ErrorState
          title={words.failed}
          onRetry={() => void list.refetch()}
          retrying={list.isFetching}
          errorId={
            list.error instanceof ApiProblem ? (list.error.requestId ?? undefined) : undefined
          }
        >
          {list.error.message}
        </ErrorState>
      ) : list.isPending ? (
        <ListSkeleton label={words.loading} rows={6} />
      ) : rows.length === 0 ? (
        <ConflictsEmpty
          status={view.status}
          isFiltered={Object.keys(view.filter).length > 0}
          onClear={clear}
        />
      ) : (
        <>
          <ConflictGroups
            conflicts={conflicts}
            settling={settling}
            activeId={activeId}
            onFocus={onFocus}
            editingId={editingId}
            onEdit={setEditing}
            selected={selected}
            onSelect={select}
          />
          {list.hasNextPage && (
            <div className="flex justify-center">
              <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {words.more}
              </Button>
            </div>
          )}
          <BulkBar selected={chosen} settling={settling} onClear={() => setSelected(new Set())} />
        </>
      )}
    </Page>
  );
}

/** After a choice for always: what is open of the same could be settled by it too. */
function KeptAlways({
  kept,
  onDone,
}: {
  kept: ResolveAnswer['always'][number];
  onDone: () => void;
}) {
  const many = useSettleAll({ stream_id: kept.stream_id, field: kept.field });
  const { choice, open, field } = kept;
  const isSide = choice === 'local' || choice === 'remote';
  return (
    <Notice
      live
      tone="ok"
      title={words.always.kept}
      action={
        <span className="flex gap-2">
          {isSide && open > 0 && (
            <Button size="sm" busy={many.isLooking} onClick={() => many.look(choice)}>
              {words.always.settle}
            </Button>
          )}
          <Button size="sm" variant="ghost" onClick={onDone}>
            {words.bulk.clear}
          </Button>
        </span>
      }
    >
      {open > 0 && words.always.others(open, field)}
      <SettleAllDialog many={many} onSettled={onDone} />
    </Notice>
  );
}
