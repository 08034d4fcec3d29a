import { fieldWords, shownFields } from '@/components/records/values';
import { RelativeTime } from '@/components/ui/relative-time';
import type { TableColumn } from '@/components/ui/virtual-table';
import type { Delivery } from '@/lib/delivery/schema';
import { DeliveryBadge, DeliverySign } from './marks';
import { words } from './words';

export const deliveryTitle = (delivery: Pick<Delivery, 'title' | 'op' | 'kind'>): string =>
  delivery.title ?? (delivery.op === 'test' ? words.test : `${delivery.kind} ${words.untitled}`);

export function deliveryColumns(nameOf: (id: string) => string): TableColumn<Delivery>[] {
  return [
    {
      id: 'made',
      header: words.columns.made,
      width: '68px',
      cell: (delivery) => <RelativeTime value={delivery.created_at} short className="text-mut" />,
    },
    {
      id: 'to',
      header: words.columns.to,
      width: '180px',
      showFrom: 760,
      cell: (delivery) => <span className="truncate">{nameOf(delivery.subscription_id)}</span>,
    },
    {
      id: 'change',
      header: words.columns.change,
      width: 'minmax(0, 1fr)',
      cell: (delivery) => <Change delivery={delivery} />,
    },
    {
      id: 'status',
      header: words.columns.status,
      width: '150px',
      showFrom: 520,
      cell: (delivery) => <DeliveryBadge status={delivery.status} />,
    },
    {
      id: 'attempts',
      header: words.columns.attempts,
      width: '56px',
      align: 'end',
      showFrom: 640,
      cell: (delivery) => <span className="text-mut">{delivery.attempts || '–'}</span>,
    },
  ];
}

/** "Title: changed state, labels" and, when it failed, what was answered last. */
function Change({ delivery }: { delivery: Delivery }) {
  const { last_attempt: last, status } = delivery;
  const isBad = (status === 'failed' || status === 'dead') && last !== null;
  const of =
    delivery.op === 'update' ? ` ${shownFields(delivery.fields).map(fieldWords).join(', ')}` : '';
  return (
    <span className="flex min-w-0 items-center gap-2">
      <span className="sm:hidden">
        <DeliverySign status={status} />
      </span>
      <span className="min-w-0 truncate">{deliveryTitle(delivery)}</span>
      <span className="max-w-[55%] shrink-0 truncate text-mut max-sm:hidden">
        {words.ops[delivery.op]}
        {of}
        {isBad && <span className="text-warn"> · {last.reason ?? last.code}</span>}
      </span>
    </span>
  );
}
