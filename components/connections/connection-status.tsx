import { Badge } from '@/components/ui/badge';
import { StatusDot, type StatusShape } from '@/components/ui/status-dot';
import type { Tone } from '@/components/ui/tone';
import type { Connection } from '@/lib/connections/schema';
import { words } from './words';

const looks: Record<Connection['status'], { tone: Tone; shape: StatusShape }> = {
  active: { tone: 'ok', shape: 'solid' },
  needs_reauth: { tone: 'bad', shape: 'diamond' },
  paused: { tone: 'warn', shape: 'half' },
  disconnecting: { tone: 'warn', shape: 'half' },
  disconnected: { tone: 'neutral', shape: 'ring' },
};

export function ConnectionStatus({ status }: { status: Connection['status'] }) {
  const look = looks[status];
  return (
    <Badge tone={look.tone} icon={<StatusDot tone={look.tone} shape={look.shape} />}>
      {words.statuses[status]}
    </Badge>
  );
}
