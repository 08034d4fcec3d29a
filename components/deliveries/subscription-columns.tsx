import { formatCount } from '@/components/ui/format-number';
import { RelativeTime } from '@/components/ui/relative-time';
import { StatusDot } from '@/components/ui/status-dot';
import type { TableColumn } from '@/components/ui/virtual-table';
import {
  arrivedShare,
  destinationText,
  healthLooks,
  healthOf,
  shareText,
  type Watched,
} from './health';
import { HealthBadge, KindMark } from './marks';
import { words } from './words';

export function subscriptionColumns(nowMs: number): TableColumn<Watched>[] {
  return [
    {
      id: 'subscription',
      header: words.columns.subscription,
      width: 'minmax(0, 1fr)',
      cell: (row) => <Name row={row} nowMs={nowMs} />,
    },
    {
      id: 'health',
      header: words.columns.health,
      width: '148px',
      showFrom: 520,
      cell: (row) => <HealthBadge health={healthOf(row, nowMs)} />,
    },
    {
      id: 'behind',
      header: words.columns.behind,
      width: '72px',
      align: 'end',
      showFrom: 700,
      cell: ({ subscription }) => <Figure value={subscription.behind} />,
    },
    {
      id: 'owed',
      header: words.columns.owed,
      width: '72px',
      align: 'end',
      showFrom: 700,
      cell: ({ subscription }) => <Figure value={subscription.owed} />,
    },
    {
      id: 'arrived',
      header: words.columns.arrived,
      width: '72px',
      align: 'end',
      cell: ({ health }) => {
        const share = arrivedShare(health);
        return (
          <span className={share !== null && share < 0.95 ? 'text-warn' : 'text-mut'}>
            {shareText(share)}
          </span>
        );
      },
    },
    {
      id: 'last',
      header: words.columns.last,
      width: '76px',
      align: 'end',
      showFrom: 600,
      cell: ({ subscription }) =>
        subscription.delivered_at ? (
          <RelativeTime value={subscription.delivered_at} short className="text-mut" />
        ) : (
          <span className="text-dim">{words.never}</span>
        ),
    },
  ];
}

function Figure({ value }: { value: number }) {
  return <span className={value > 0 ? 'text-ink' : 'text-dim'}>{formatCount(value)}</span>;
}

function Name({ row, nowMs }: { row: Watched; nowMs: number }) {
  const { subscription } = row;
  const health = healthOf(row, nowMs);
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <span className="sm:hidden">
        <StatusDot {...healthLooks[health]} label={words.health[health]} />
      </span>
      <KindMark kind={subscription.kind} />
      <span className="min-w-0 shrink-0 truncate font-medium max-sm:shrink">
        {subscription.name}
      </span>
      <span className="min-w-0 truncate text-dim text-meta max-sm:hidden">
        {destinationText(subscription)}
      </span>
    </span>
  );
}
