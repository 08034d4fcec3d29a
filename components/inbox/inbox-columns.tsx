import { Badge } from '@/components/ui/badge';
import { formatDuration } from '@/components/ui/format-time';
import { ProviderMark } from '@/components/ui/provider-mark';
import { RelativeTime } from '@/components/ui/relative-time';
import type { TableColumn } from '@/components/ui/virtual-table';
import type { InboxEvent } from '@/lib/webhooks/schema';
import { StatusBadge, StatusSign } from './status-badge';
import { words } from './words';

/** From its arrival to its effect; a replay says nothing about that. */
function took(event: InboxEvent): string {
  if (!event.processed_at || event.replayed_at) return '–';
  return formatDuration(
    Math.max(0, Date.parse(event.processed_at) - Date.parse(event.received_at)),
  );
}

export function inboxColumns(nameOf: (connector: string) => string): TableColumn<InboxEvent>[] {
  return [
    {
      id: 'received',
      header: words.columns.received,
      width: '68px',
      cell: (event) => <RelativeTime value={event.received_at} short className="text-mut" />,
    },
    {
      id: 'source',
      header: words.columns.source,
      width: '44px',
      showFrom: 480,
      cell: (event) => <ProviderMark name={nameOf(event.connector)} size="xs" decorative={false} />,
    },
    {
      id: 'event',
      header: words.columns.event,
      width: '124px',
      showFrom: 900,
      cell: (event) => <code className="text-meta text-mut">{event.event}</code>,
    },
    {
      id: 'outcome',
      header: words.columns.outcome,
      width: 'minmax(0, 1fr)',
      cell: (event) => <Outcome event={event} />,
    },
    {
      id: 'status',
      header: words.columns.status,
      width: '132px',
      showFrom: 560,
      cell: (event) => <StatusBadge status={event.status} />,
    },
    {
      id: 'took',
      header: words.columns.took,
      width: '64px',
      align: 'end',
      showFrom: 640,
      cell: (event) => <span className="text-mut">{took(event)}</span>,
    },
  ];
}

/** "Issue #7 Title: edited; record updated": the title gives way, what happened stays in sight. */
function Outcome({ event }: { event: InboxEvent }) {
  const sentence = event.outcome ?? words.noOutcome(event.event);
  const [, about, what] = /^(.*): ([^:]+)$/u.exec(sentence) ?? [null, sentence, ''];
  const [did, ...came] = what.split('; ');
  return (
    <span title={sentence} className="flex min-w-0 items-center gap-2">
      <span className="sm:hidden">
        <StatusSign status={event.status} />
      </span>
      {event.verdict === 'unverified' && (
        <Badge tone="warn" className="shrink-0">
          {words.verdictNames.unverified}
        </Badge>
      )}
      <span className="min-w-0 truncate">{about}</span>
      {did && (
        <span className="max-w-[60%] shrink-0 truncate text-mut">
          {did}
          {came.length > 0 && <span className="max-sm:hidden"> · {came.join(' · ')}</span>}
        </span>
      )}
    </span>
  );
}
