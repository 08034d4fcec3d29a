'use client';

import { useState } from 'react';
import { useMay } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { ErrorState } from '@/components/ui/error-state';
import { Panel } from '@/components/ui/panel';
import { ListSkeleton } from '@/components/ui/skeleton';
import type { InboundLimit } from '@/lib/resilience/schema';
import { LimitForm } from './limit-form';
import { limitWords as text } from './limit-words';
import { useInboundLimits } from './use-settings';

/** Every limit on what comes in as it holds here; an admin may change those meant for a workspace. */
export function LimitSettings() {
  const limits = useInboundLimits();
  const isAdmin = useMay('admin');
  if (limits.error && !limits.data) {
    return (
      <ErrorState title={text.failed} onRetry={() => void limits.refetch()}>
        {limits.error.message}
      </ErrorState>
    );
  }
  if (!limits.data) return <ListSkeleton label={text.reading} rows={6} />;
  return (
    <Panel
      title={text.title}
      aside={<span className="text-meta text-mut">{text.place(limits.data.counted_in)}</span>}
      padding="flush"
    >
      <ul className="divide-y divide-line">
        {limits.data.data.map((limit) => (
          <LimitRow key={limit.name} limit={limit} mayChange={isAdmin} />
        ))}
      </ul>
    </Panel>
  );
}

function LimitRow({ limit, mayChange }: { limit: InboundLimit; mayChange: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const isChosen = limit.limit !== limit.usual;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
      <span className="min-w-0 flex-1 basis-72">
        <span className="block font-medium">{limit.about}</span>
        <span className="block text-meta text-mut">
          {text.pace(limit)}
          {isChosen && <> · {text.usual(limit.usual)}</>}
          {limit.on_fault === 'closed' && <> · {text.closed}</>}
        </span>
      </span>
      <Badge>{limit.name}</Badge>
      {mayChange && limit.chosen && !isOpen && (
        <Button size="sm" aria-label={text.changeOf(limit.name)} onClick={() => setOpen(true)}>
          {text.change}
        </Button>
      )}
      {isOpen && limit.chosen && (
        <LimitForm limit={limit} bounds={limit.chosen} onDone={() => setOpen(false)} />
      )}
    </li>
  );
}
