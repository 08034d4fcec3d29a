'use client';

import { CheckCheck, SearchX } from 'lucide-react';
import { useState } from 'react';
import { EmptyState } from '@/components/ui/empty-state';
import { formatCount } from '@/components/ui/format-number';
import { SegmentedControl } from '@/components/ui/segmented-control';
import { TableSkeleton } from '@/components/ui/skeleton';
import { VirtualTable } from '@/components/ui/virtual-table';
import type { Plan } from '@/lib/flows/schema';
import { Failure } from './failure';
import { planColumns } from './plan-columns';
import { PlanRowDrawer } from './plan-row-drawer';
import { editionOf, filterOf, type SideNames, tabsOf, toTab } from './plan-view';
import { planWords as text } from './plan-words';
import { usePlanRows } from './use-plan';

export interface PlanRowsProps {
  plan: Plan;
  sides: SideNames;
  params: URLSearchParams;
  change: (change: Record<string, string | undefined>) => void;
}

/** The rows of a plan by what they do; the address holds which are shown and which is open. */
export function PlanRows({ plan, sides, params, change }: PlanRowsProps) {
  const tabs = tabsOf(plan);
  const tab = toTab(params.get('rows'), tabs);
  const open = params.get('row');
  const [lastActive, setActive] = useState<string | null>(null);
  const asked = usePlanRows(plan.id, filterOf(tab), editionOf(plan));
  const rows = asked.data?.pages.flatMap((page) => page.data) ?? [];
  const opened = rows.find((row) => String(row.ordinal) === open);
  const isRun = ['enabling', 'done', 'cancelled', 'failed'].includes(plan.status);
  return (
    <>
      <SegmentedControl
        label={text.columns.does}
        value={tab}
        onValueChange={(rows) =>
          change({ rows: rows === 'all' ? undefined : rows, row: undefined })
        }
        segments={tabs.map(({ name, count }) => ({
          value: name,
          label: `${text.tabs[name]} ${formatCount(count)}`,
        }))}
      />
      {asked.error && rows.length === 0 ? (
        <Failure title={text.rowsFailed} error={asked.error} onRetry={() => void asked.refetch()} />
      ) : asked.isPending ? (
        <TableSkeleton label={text.title} rows={12} columns={4} />
      ) : (
        <VirtualTable
          label={text.what}
          rows={rows}
          rowKey={(row) => String(row.ordinal)}
          columns={planColumns(sides, isRun)}
          total={tabs.find(({ name }) => name === tab)?.count}
          activeKey={open ?? lastActive}
          onActiveChange={(key) => {
            setActive(key);
            if (open && key) change({ row: key });
          }}
          onOpen={(row) => change({ row: String(row.ordinal) })}
          onEscape={() => change({ row: undefined })}
          edition={`${plan.id}:${tab}`}
          isStale={asked.isPlaceholderData && tab !== 'all'}
          onEndReached={() => {
            if (asked.hasNextPage && !asked.isFetchingNextPage) void asked.fetchNextPage();
          }}
          empty={<NoRows isWhole={tab === 'all'} />}
        />
      )}
      {opened && (
        <PlanRowDrawer
          key={opened.ordinal}
          plan={plan}
          row={opened}
          sides={sides}
          onClose={() => change({ row: undefined })}
        />
      )}
    </>
  );
}

function NoRows({ isWhole }: { isWhole: boolean }) {
  return isWhole ? (
    <EmptyState icon={<CheckCheck aria-hidden="true" />} title={text.empty.whole}>
      {text.empty.wholeBody}
    </EmptyState>
  ) : (
    <EmptyState icon={<SearchX aria-hidden="true" />} title={text.empty.title}>
      {text.empty.body}
    </EmptyState>
  );
}
