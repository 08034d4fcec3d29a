'use client';

import { FastForward, RotateCw } from 'lucide-react';
import type { Route } from 'next';
import { fieldWords, shownFields } from '@/components/records/values';
import { useMay, useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Drawer } from '@/components/ui/drawer';
import { ErrorState } from '@/components/ui/error-state';
import { FactList } from '@/components/ui/fact-list';
import { formatDuration } from '@/components/ui/format-time';
import { JsonView } from '@/components/ui/json-view';
import { LinkButton } from '@/components/ui/link-button';
import { RelativeTime } from '@/components/ui/relative-time';
import { PanelSkeleton } from '@/components/ui/skeleton';
import { Timeline, type TimelineEntry } from '@/components/ui/timeline';
import type { Attempt, DeliveryDetail } from '@/lib/delivery/schema';
import { deliveryDetailSchema } from '@/lib/delivery/schema';
import { deliveryTitle } from './delivery-columns';
import { DeliveryBadge } from './marks';
import { useDelivery, useDeliveryContent, useWrite } from './use-deliveries';
import { words } from './words';

const text = words.delivery;
const isOver = (delivery: DeliveryDetail): boolean => delivery.ended_at !== null;

/** One delivery: what it says, its attempts with what was answered, and the button to send it again. */
export function DeliveryDrawer({
  id,
  nameOf,
  onClose,
}: {
  id: string;
  nameOf: (subscriptionId: string) => string | undefined;
  onClose: () => void;
}) {
  const delivery = useDelivery(id);
  const row = delivery.data;
  return (
    <Drawer
      open
      modal={false}
      size="lg"
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={row ? deliveryTitle(row) : words.views.deliveries}
      eyebrow={row && nameOf(row.subscription_id)}
      footer={row && <Actions row={row} />}
    >
      {delivery.error && !row ? (
        <ErrorState title={text.unread} onRetry={() => void delivery.refetch()}>
          {delivery.error.message}
        </ErrorState>
      ) : row ? (
        <Body row={row} />
      ) : (
        <PanelSkeleton label={words.loading} lines={8} />
      )}
    </Drawer>
  );
}

function Actions({ row }: { row: DeliveryDetail }) {
  const { home } = useSession();
  const mayEdit = useMay('editor');
  const write = useWrite(deliveryDetailSchema);
  const act = (what: 'redrive' | 'skip') =>
    write.mutate({ method: 'POST', path: `/deliveries/${row.id}/${what}` });
  return (
    <>
      {mayEdit && (isOver(row) || row.status === 'failed') && (
        <Button
          icon={<RotateCw aria-hidden="true" />}
          busy={write.isPending}
          onClick={() => act('redrive')}
        >
          {words.actions.redrive}
        </Button>
      )}
      {mayEdit && (row.status === 'pending' || row.status === 'failed') && (
        <Button
          icon={<FastForward aria-hidden="true" />}
          busy={write.isPending}
          onClick={() => act('skip')}
        >
          {words.actions.skip}
        </Button>
      )}
      {row.position > 0 && (
        <LinkButton href={`${home}/records?record=${row.record_id}` as Route}>
          {text.openRecord}
        </LinkButton>
      )}
      <CopyButton value={row.id} label="Copy delivery id" prefix={text.id.toLowerCase()} />
    </>
  );
}

function Body({ row }: { row: DeliveryDetail }) {
  const waits = !isOver(row) && row.next_attempt_at === null && row.status !== 'sending';
  return (
    <div className="grid grid-cols-1 gap-5">
      <div className="flex flex-wrap items-center gap-2">
        <DeliveryBadge status={row.status} />
        <span className="text-mut">
          {words.ops[row.op]}
          {row.fields.length > 0 && `: ${shownFields(row.fields).map(fieldWords).join(', ')}`}
        </span>
      </div>
      <FactList
        facts={[
          { label: text.change, value: <RelativeTime value={row.changed_at} /> },
          ...(row.position > 0
            ? [{ label: words.replay.position, value: row.position.toLocaleString('en') }]
            : []),
          ...(row.next_attempt_at
            ? [{ label: text.next, value: <RelativeTime value={row.next_attempt_at} /> }]
            : []),
        ]}
      />
      {waits && <p className="text-mut">{text.waits}</p>}
      <section className="grid grid-cols-1 gap-2" aria-label={text.attempts}>
        <h3 className="font-semibold">{text.attempts}</h3>
        {row.attempt_log.length === 0 ? (
          <p className="text-mut">{text.noAttempt}</p>
        ) : (
          <Timeline label={text.attempts} entries={row.attempt_log.map(toEntry)} />
        )}
      </section>
      <Content id={row.id} />
      <section className="grid grid-cols-1 gap-2" aria-label={text.change}>
        <h3 className="font-semibold">{text.change}</h3>
        {row.diff ? (
          <JsonView value={row.diff} label={text.diff} />
        ) : (
          <p className="text-mut">{text.gone}</p>
        )}
      </section>
    </div>
  );
}

const tones = {
  delivered: 'ok',
  retry: 'warn',
  refused: 'bad',
  gone: 'bad',
  held: 'neutral',
  unknown: 'warn',
} as const;

function toEntry(attempt: Attempt, index: number): TimelineEntry {
  return {
    id: `${attempt.at}:${index}`,
    tone: tones[attempt.outcome],
    title: (
      <>
        {text.outcomes[attempt.outcome]}
        {attempt.status !== null && <code className="ml-2 text-mut">{attempt.status}</code>}
      </>
    ),
    aside: (
      <>
        {attempt.ms !== null && `${formatDuration(attempt.ms)} · `}
        <RelativeTime value={attempt.at} short />
      </>
    ),
    body:
      attempt.reason || attempt.excerpt ? (
        <>
          {attempt.reason}
          {attempt.excerpt && (
            <code className="mt-1 block max-h-32 overflow-y-auto whitespace-pre-wrap break-words rounded-sm border border-line bg-raise p-2 text-meta">
              {attempt.excerpt}
            </code>
          )}
        </>
      ) : undefined,
  };
}

function Content({ id }: { id: string }) {
  const content = useDeliveryContent(id);
  return (
    <section className="grid grid-cols-1 gap-2" aria-label={text.content}>
      <h3 className="font-semibold">{text.content}</h3>
      {content.error ? (
        <p className="text-bad">{content.error.message}</p>
      ) : content.data ? (
        <MessageBody content={content.data} />
      ) : (
        <PanelSkeleton label={words.loading} lines={3} />
      )}
      <p className="text-dim text-meta">{text.contentHint}</p>
    </section>
  );
}

/** The body of a webhook, or the text of a message as its place reads it. */
export function MessageBody({ content }: { content: { text: string | null; body?: unknown } }) {
  if (content.text === null) return <JsonView value={content.body} label={text.body} />;
  return (
    <p className="whitespace-pre-wrap break-words rounded-md border border-line bg-raise p-3">
      {content.text}
    </p>
  );
}
