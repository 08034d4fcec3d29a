'use client';

import { RotateCw, ShieldCheck } from 'lucide-react';
import type { Route } from 'next';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useMay, useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Drawer } from '@/components/ui/drawer';
import { ErrorState } from '@/components/ui/error-state';
import { FactList } from '@/components/ui/fact-list';
import { formatBytes } from '@/components/ui/format-number';
import { formatDuration } from '@/components/ui/format-time';
import { JsonView } from '@/components/ui/json-view';
import { LinkButton } from '@/components/ui/link-button';
import { Notice } from '@/components/ui/notice';
import { RelativeTime } from '@/components/ui/relative-time';
import { PanelSkeleton } from '@/components/ui/skeleton';
import { Timeline } from '@/components/ui/timeline';
import { showToast } from '@/components/ui/toaster';
import type { InboxEventDetail } from '@/lib/webhooks/schema';
import { parsePayload } from './parse-payload';
import { StatusBadge } from './status-badge';
import { useInboxEvent, useReplay } from './use-inbox';
import { words } from './words';

interface EventDrawerProps {
  id: string;
  change: (change: Record<string, string | undefined>) => void;
  onClose: () => void;
}

/** One event: verdict, attempts, headers, payload, and the button to apply it again. */
export function EventDrawer({ id, change, onClose }: EventDrawerProps) {
  const event = useInboxEvent(id);
  const { home } = useSession();
  const nameOf = useProviderName();
  const mayReplay = useMay('editor');
  const replay = useReplay((message) =>
    showToast({ tone: 'bad', title: 'The event was not replayed', description: message }),
  );
  return (
    <Drawer
      open
      modal={false}
      size="lg"
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={event.data?.event ?? 'Event'}
      eyebrow={event.data ? nameOf(event.data.connector) : undefined}
      footer={
        event.data && (
          <>
            {mayReplay && event.data.status !== 'split' && (
              <Button
                icon={<RotateCw aria-hidden="true" />}
                busy={replay.isPending}
                title={words.replayHint}
                onClick={() => replay.mutate(id)}
              >
                {words.replay}
              </Button>
            )}
            {event.data.record_id && (
              <LinkButton href={`${home}/records?record=${event.data.record_id}` as Route}>
                Open the record
              </LinkButton>
            )}
            {event.data.parts !== null && (
              <Button onClick={() => change({ event: undefined, parent: id })}>
                {words.parts(event.data.parts)}
              </Button>
            )}
            {event.data.parent_id && (
              <Button onClick={() => change({ event: event.data?.parent_id ?? undefined })}>
                {words.whole}
              </Button>
            )}
            <CopyButton value={id} label="Copy event id" prefix="id" />
          </>
        )
      }
    >
      {event.error && !event.data ? (
        <ErrorState title="The event could not be read" onRetry={() => void event.refetch()}>
          {event.error.message}
        </ErrorState>
      ) : event.data ? (
        <EventBody event={event.data} />
      ) : (
        <PanelSkeleton label="The event is loading" lines={8} />
      )}
    </Drawer>
  );
}

function EventBody({ event }: { event: InboxEventDetail }) {
  return (
    <div className="grid gap-5">
      <div className="flex flex-wrap items-center gap-2">
        <StatusBadge status={event.status} />
        <span className="text-mut">{event.outcome}</span>
        {event.reason && <code className="text-dim text-meta">{event.reason}</code>}
      </div>
      <Notice
        tone={event.verdict === 'unverified' ? 'warn' : 'ok'}
        title={words.verdicts[event.verdict]}
      />
      <FactList
        facts={[
          { label: 'Received', value: <RelativeTime value={event.received_at} /> },
          {
            label: 'Applied',
            value: event.processed_at ? <RelativeTime value={event.processed_at} /> : 'not yet',
          },
          {
            label: 'Replayed',
            value: event.replayed_at ? <RelativeTime value={event.replayed_at} /> : 'never',
          },
          {
            label: 'Delivery',
            value: <CopyButton value={event.delivery_id} label="Copy delivery id" />,
          },
          { label: 'Size', value: formatBytes(event.body_bytes) },
        ]}
      />
      <section className="grid gap-2" aria-label="Attempts">
        <h3 className="font-semibold">Attempts</h3>
        <Timeline
          label="Attempts, newest first"
          entries={event.attempt_log.map((attempt) => ({
            id: attempt.at,
            tone: attempt.code ? 'bad' : 'ok',
            title:
              words.statuses[attempt.outcome as keyof typeof words.statuses] ?? attempt.outcome,
            aside: (
              <>
                {formatDuration(attempt.ms)} · <RelativeTime value={attempt.at} short />
              </>
            ),
            body: attempt.message === event.outcome ? undefined : attempt.message,
          }))}
        />
      </section>
      <div className="grid gap-2">
        <h3 className="font-semibold">Payload</h3>
        <JsonView
          value={parsePayload(event.body)}
          label="Payload"
          openDepth={2}
          copyText={event.body}
        />
      </div>
      {/* Those of an event that came with others stand at the body they came in. */}
      {Object.keys(event.headers).length > 0 && (
        <section className="grid gap-2" aria-label="Headers">
          <h3 className="flex items-center gap-2 font-semibold">
            <ShieldCheck aria-hidden="true" className="size-4 text-ok" /> Headers
          </h3>
          <FactList
            facts={Object.entries(event.headers).map(([label, value]) => ({
              label,
              value: <code className="break-all text-meta">{value}</code>,
            }))}
          />
        </section>
      )}
    </div>
  );
}
