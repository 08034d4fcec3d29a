import { Badge } from '@/components/ui/badge';
import { StatusDot, type StatusShape } from '@/components/ui/status-dot';
import type { Tone } from '@/components/ui/tone';
import type { InboxEvent } from '@/lib/webhooks/schema';
import { words } from './words';

const looks: Record<InboxEvent['status'], { tone: Tone; shape: StatusShape }> = {
  pending: { tone: 'accent', shape: 'ring' },
  queued: { tone: 'accent', shape: 'half' },
  applied: { tone: 'ok', shape: 'solid' },
  ignored: { tone: 'neutral', shape: 'solid' },
  failed: { tone: 'warn', shape: 'diamond' },
  dead: { tone: 'bad', shape: 'square' },
  split: { tone: 'neutral', shape: 'half' },
};

/** The shape alone, where a table has no room for words. */
export function StatusSign({ status }: { status: InboxEvent['status'] }) {
  return <StatusDot {...looks[status]} label={words.statuses[status]} />;
}

export function StatusBadge({ status }: { status: InboxEvent['status'] }) {
  const look = looks[status];
  return (
    <Badge tone={look.tone} icon={<StatusDot tone={look.tone} shape={look.shape} />}>
      {words.statuses[status]}
    </Badge>
  );
}
