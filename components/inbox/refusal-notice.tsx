'use client';

import { ShieldX } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { formatCount } from '@/components/ui/format-number';
import { Tooltip } from '@/components/ui/tooltip';
import { useRefusals } from './use-inbox';

/** Requests turned away today, with the reasons on hover. */
export function RefusalNotice() {
  const refusals = useRefusals();
  const rows = refusals.data?.data ?? [];
  const total = rows.reduce((sum, row) => sum + row.count, 0);
  if (total === 0) return null;
  return (
    <Tooltip content={rows.map((row) => `${formatCount(row.count)} × ${row.reason}`).join(', ')}>
      <span>
        <Badge tone="warn" icon={<ShieldX aria-hidden="true" />}>
          {formatCount(total)} refused today
        </Badge>
      </span>
    </Tooltip>
  );
}
