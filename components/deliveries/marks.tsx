import { Hash, Mail, Webhook } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { StatusDot, type StatusShape } from '@/components/ui/status-dot';
import type { Tone } from '@/components/ui/tone';
import type { DeliveryStatus, Subscription } from '@/lib/delivery/schema';
import { type HealthName, healthLooks } from './health';
import { words } from './words';

const icons = { webhook: Webhook, slack: Hash, mail: Mail, analytics: Webhook };

/** What kind of destination it is. */
export function KindMark({ kind }: { kind: Subscription['kind'] }) {
  const Icon = icons[kind];
  return (
    <span
      title={words.kinds[kind]}
      className="grid size-6 shrink-0 place-items-center rounded-sm border border-line bg-raise text-mut"
    >
      <Icon aria-hidden="true" className="size-3.5" />
      <span className="sr-only">{words.kinds[kind]}</span>
    </span>
  );
}

export function HealthBadge({ health }: { health: HealthName }) {
  const look = healthLooks[health];
  return (
    <Badge tone={look.tone} icon={<StatusDot {...look} />}>
      {words.health[health]}
    </Badge>
  );
}

const statusLooks: Record<DeliveryStatus, { tone: Tone; shape: StatusShape }> = {
  pending: { tone: 'accent', shape: 'ring' },
  sending: { tone: 'accent', shape: 'half' },
  failed: { tone: 'warn', shape: 'diamond' },
  delivered: { tone: 'ok', shape: 'solid' },
  dead: { tone: 'bad', shape: 'square' },
  skipped: { tone: 'neutral', shape: 'solid' },
  cancelled: { tone: 'neutral', shape: 'square' },
};

export function DeliveryBadge({ status }: { status: DeliveryStatus }) {
  const look = statusLooks[status];
  return (
    <Badge tone={look.tone} icon={<StatusDot {...look} />}>
      {words.statuses[status]}
    </Badge>
  );
}

/** The shape alone, where a table has no room for words. */
export function DeliverySign({ status }: { status: DeliveryStatus }) {
  return <StatusDot {...statusLooks[status]} label={words.statuses[status]} />;
}
