'use client';

import { PartyPopper } from 'lucide-react';
import { useMay } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorState } from '@/components/ui/error-state';
import { formatCount } from '@/components/ui/format-number';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import { PanelSkeleton } from '@/components/ui/skeleton';
import { ReplayMany } from './replay-many';
import { useDeadLetters } from './use-inbox';
import { reasonInWords, words } from './words';

const text = words.dead;

interface DeadLettersProps {
  change: (change: Record<string, string | undefined>) => void;
}

/** What was given up, by reason: the worst first, each with its latest event and a way out. */
export function DeadLetters({ change }: DeadLettersProps) {
  const groups = useDeadLetters();
  const mayReplay = useMay('editor');
  if (groups.error && !groups.data) {
    return (
      <ErrorState title={words.failed} onRetry={() => void groups.refetch()}>
        {groups.error.message}
      </ErrorState>
    );
  }
  if (!groups.data) return <PanelSkeleton label={words.loading} lines={6} />;
  const rows = groups.data.data.toSorted((a, b) => b.count - a.count);
  if (rows.length === 0) {
    return (
      <EmptyState icon={<PartyPopper aria-hidden="true" />} title={text.none}>
        {text.noneBody}
      </EmptyState>
    );
  }
  return (
    <ul className="grid grid-cols-1 gap-3" aria-label={words.views.dead}>
      {rows.map(({ reason, count, last }) => (
        <li key={reason}>
          <Panel
            title={reasonInWords(reason)}
            aside={<Badge tone="bad">{formatCount(count)}</Badge>}
          >
            {last && (
              <p className="text-mut">
                <span className="text-dim">
                  {text.last}, <RelativeTime value={last.received_at} />:
                </span>{' '}
                {last.outcome ?? words.noOutcome(last.event)}
              </p>
            )}
            <div className="mt-3 flex flex-wrap gap-2">
              <Button size="sm" onClick={() => change({ view: undefined, status: 'dead', reason })}>
                {text.see}
              </Button>
              {mayReplay && <ReplayMany filter={{ status: 'dead', reason }} label={text.replay} />}
            </div>
          </Panel>
        </li>
      ))}
    </ul>
  );
}
