'use client';

import { History } from 'lucide-react';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useMay } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorState } from '@/components/ui/error-state';
import { formatCount } from '@/components/ui/format-number';
import { Panel } from '@/components/ui/panel';
import { ProgressBar } from '@/components/ui/progress-bar';
import { RelativeTime } from '@/components/ui/relative-time';
import { PanelSkeleton } from '@/components/ui/skeleton';
import { showToast } from '@/components/ui/toaster';
import type { Replay } from '@/lib/webhooks/schema';
import { useCancelReplay, useReplays } from './use-inbox';
import { reasonInWords, words } from './words';

const text = words.replays;
const tones = {
  pending: 'accent',
  running: 'accent',
  completed: 'ok',
  cancelled: 'neutral',
} as const;

const progress = {
  pending: 'running',
  running: 'running',
  completed: 'done',
  cancelled: 'cancelled',
} as const;

/** What a replay was asked for, in a line. */
function selectionInWords({ selection }: Replay, nameOf: (connector: string) => string): string {
  if ('ids' in selection) return text.chosen(formatCount(selection.ids.length));
  const { status, reason, verdict, connector, event, text: search } = selection.filter;
  const parts = [
    connector && nameOf(connector),
    event,
    status && words.statuses[status],
    reason && reasonInWords(reason),
    verdict && words.verdictNames[verdict],
    search && `“${search}”`,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(' · ') : text.everything;
}

/** Replays and how far they are. What has been handed out is applied even after a cancellation. */
export function ReplayList() {
  const replays = useReplays();
  const nameOf = useProviderName();
  const mayCancel = useMay('editor');
  const cancel = useCancelReplay((message) =>
    showToast({ tone: 'bad', title: words.many.refused, description: message }),
  );
  if (replays.error && !replays.data) {
    return (
      <ErrorState title={words.failed} onRetry={() => void replays.refetch()}>
        {replays.error.message}
      </ErrorState>
    );
  }
  if (!replays.data) return <PanelSkeleton label={words.loading} lines={6} />;
  if (replays.data.data.length === 0) {
    return (
      <EmptyState icon={<History aria-hidden="true" />} title={text.none}>
        {text.noneBody}
      </EmptyState>
    );
  }
  return (
    <ul className="grid grid-cols-1 gap-3" aria-label={words.views.replays}>
      {replays.data.data.map((replay) => (
        <li key={replay.id}>
          <Panel
            title={selectionInWords(replay, nameOf)}
            aside={
              <span className="flex items-center gap-2">
                <RelativeTime value={replay.created_at} short />
                <Badge tone={tones[replay.status]}>{text.statuses[replay.status]}</Badge>
              </span>
            }
          >
            <div className="flex flex-wrap items-center gap-3">
              <div className="min-w-0 flex-1 basis-52">
                <Progress replay={replay} />
              </div>
              {mayCancel && (replay.status === 'running' || replay.status === 'pending') && (
                <Button size="sm" busy={cancel.isPending} onClick={() => cancel.mutate(replay.id)}>
                  {text.cancel}
                </Button>
              )}
            </div>
          </Panel>
        </li>
      ))}
    </ul>
  );
}

function Progress({ replay }: { replay: Replay }) {
  const settled = replay.applied + replay.ignored + replay.dead;
  return (
    <>
      <ProgressBar
        label={text.progress}
        done={settled}
        total={Math.max(replay.expected, replay.taken)}
        unit={text.unit}
        state={progress[replay.status]}
      />
      <p className="mt-1 text-meta text-mut">
        {text.outcome(
          formatCount(replay.applied),
          formatCount(replay.ignored),
          formatCount(replay.dead),
        )}
      </p>
    </>
  );
}
