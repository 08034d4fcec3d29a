import { GitMerge, Plus, Split } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { StatusDot } from '@/components/ui/status-dot';
import type { TableColumn } from '@/components/ui/virtual-table';
import type { PlanRow } from '@/lib/flows/schema';
import { differenceCounts, doesOf, rowLooks, type SideNames } from './plan-view';
import { planWords as text } from './plan-words';

const icons = {
  join: <GitMerge className="size-4 text-ok" />,
  create: <Plus className="size-4 text-accent" />,
  review: <Split className="size-4 text-warn" />,
};

/** `isRun`: the plan is or was carried out, so each row says what became of it. */
export function planColumns(sides: SideNames, isRun: boolean): TableColumn<PlanRow>[] {
  return [
    {
      id: 'title',
      header: text.columns.title,
      width: 'minmax(0, 1.4fr)',
      cell: (row) => (
        <span className="flex min-w-0 items-center gap-2.5">
          <span role="img" aria-label={text.actions[row.action]} title={text.actions[row.action]}>
            {icons[row.action]}
          </span>
          <span className="truncate font-medium">{row.title || text.untitled}</span>
        </span>
      ),
    },
    {
      id: 'does',
      header: text.columns.does,
      width: 'minmax(0, 1fr)',
      showFrom: 480,
      cell: (row) => <Does row={row} sides={sides} />,
    },
    {
      id: 'differences',
      header: text.columns.differences,
      width: '152px',
      showFrom: 640,
      cell: (row) => <Differences row={row} />,
    },
    ...(isRun
      ? [
          {
            id: 'status',
            header: text.columns.status,
            width: 'minmax(96px, 0.8fr)',
            cell: (row: PlanRow) => <RowStatus row={row} />,
          },
        ]
      : []),
  ];
}

function Does({ row, sides }: { row: PlanRow; sides: SideNames }) {
  const isOpen = row.action === 'review' && !row.choice;
  return <span className={isOpen ? 'text-warn' : 'text-mut'}>{doesOf(row, sides)}</span>;
}

function Differences({ row }: { row: PlanRow }) {
  const { updates, conflicts } = differenceCounts(row);
  if (row.action === 'create') return null;
  if (updates + conflicts === 0) return <span className="text-dim">{text.differences.none}</span>;
  return (
    <span className="flex gap-2">
      {updates > 0 && <span className="text-mut">{text.differences.updates(updates)}</span>}
      {conflicts > 0 && <span className="text-warn">{text.differences.conflicts(conflicts)}</span>}
    </span>
  );
}

export function RowStatus({ row }: { row: PlanRow }) {
  const look = rowLooks[row.status];
  return (
    <span className="flex min-w-0 items-center gap-2" title={row.reason ?? undefined}>
      <Badge tone={look.tone} icon={<StatusDot {...look} className="size-2" />}>
        {text.rowStatuses[row.status]}
      </Badge>
      {row.reason && <span className="truncate text-meta text-mut">{row.reason}</span>}
    </span>
  );
}
