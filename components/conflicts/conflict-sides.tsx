'use client';

import type { ReactNode } from 'react';
import { useProviderName } from '@/components/shell/use-provider-name';
import { cn } from '@/components/ui/class-names';
import { RelativeTime } from '@/components/ui/relative-time';
import type { Conflict } from '@/lib/records/schema';
import { shapeOf } from './conflict-view';
import { SideValue } from './side-value';
import { words } from './words';

/** Before, here and there side by side; where it is narrow, below one another. */
export function ConflictSides({ conflict, service }: { conflict: Conflict; service: string }) {
  const { base, local, remote, remote_at, resolution, status } = conflict;
  const shape = shapeOf(conflict);
  return (
    <div className="@container">
      <div className="grid gap-2.5 @2xl:grid-cols-3">
        <Side title={words.sides.base}>
          <SideValue shape={shape} value={base} />
        </Side>
        <Side title={words.sides.local} aside={<Here conflict={conflict} />}>
          <SideValue shape={shape} value={local} before={base} />
        </Side>
        <Side
          title={`${words.sides.remote} · ${service}`}
          aside={remote_at && <RelativeTime value={remote_at} short />}
        >
          <SideValue shape={shape} value={remote} before={base} />
        </Side>
        {status !== 'open' && (
          <Side title={words.stands} className="@2xl:col-span-3">
            <SideValue shape={shape} value={resolution} />
          </Side>
        )}
      </div>
    </div>
  );
}

function Side({
  title,
  aside,
  className,
  children,
}: {
  title: string;
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  return (
    // A figure and no section: a landmark for each side of each field would drown the page's own.
    <figure
      aria-label={title}
      className={cn('min-w-0 rounded-md border border-line bg-panel px-3 py-2', className)}
    >
      <figcaption className="mb-1 flex items-baseline justify-between gap-3 text-dim text-meta">
        <h4 className="shrink-0 font-medium text-mut">{title}</h4>
        {aside && <span className="truncate">{aside}</span>}
      </figcaption>
      {children}
    </figure>
  );
}

/** Who changed it here, when, and in which version of the record. */
function Here({ conflict: { local_change: change } }: { conflict: Conflict }) {
  const nameOf = useProviderName();
  if (!change) return words.since;
  const service = change.connector ? nameOf(change.connector) : words.hub;
  const who = change.origin === 'user' ? (change.actor?.name ?? words.somebody) : service;
  return (
    <span title={`${words.changedBy(who)}, ${words.version(change.version)}`}>
      {who} · <RelativeTime value={change.at} short />
    </span>
  );
}
