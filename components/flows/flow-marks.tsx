import { Badge } from '@/components/ui/badge';
import { StatusDot } from '@/components/ui/status-dot';
import type { Flow } from '@/lib/flows/schema';
import { statusLooks } from './flow-view';
import { words } from './words';

export function FlowStatus({ status }: { status: Flow['status'] }) {
  const look = statusLooks[status];
  return (
    <Badge tone={look.tone} icon={<StatusDot {...look} className="size-2" />}>
      {words.statuses[status]}
    </Badge>
  );
}
