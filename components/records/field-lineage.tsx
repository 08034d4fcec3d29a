'use client';

import { Popover } from '@base-ui/react/popover';
import { useQuery } from '@tanstack/react-query';
import { CircleHelp } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '@/components/shell/use-session';
import { popupLook } from '@/components/ui/popup-look';
import { RelativeTime } from '@/components/ui/relative-time';
import { ListSkeleton } from '@/components/ui/skeleton';
import { type LineageStep, lineageSchema } from '@/lib/hub/schema';
import { callApi, keys } from '@/lib/live/index';
import { historyWords as words } from './history-words';
import { OriginLinks } from './origin-links';
import { showValue } from './values';

/** Beside a field: why its value is what it is. */
export function FieldLineage({ recordId, field }: { recordId: string; field: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger
        aria-label={words.whyOf(field)}
        className="inline-flex items-center gap-1 rounded-sm text-dim text-meta hover:text-ink"
      >
        <CircleHelp aria-hidden="true" className="size-3.5" />
        {words.why}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="z-50" sideOffset={6} align="end" collisionPadding={12}>
          <Popover.Popup
            className={`${popupLook} max-h-96 w-[min(24rem,90vw)] overflow-y-auto p-4`}
          >
            <Popover.Title className="mb-2 font-medium">{words.whyOf(field)}</Popover.Title>
            <Reasons recordId={recordId} field={field} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Reasons({ recordId, field }: { recordId: string; field: string }) {
  const { workspace } = useSession();
  const lineage = useQuery({
    queryKey: keys.lineage(workspace.id, recordId, field),
    queryFn: ({ signal }) =>
      callApi(`/records/${recordId}/lineage`, { query: { field }, schema: lineageSchema, signal }),
  });
  if (lineage.error) {
    return (
      <p role="alert" className="text-bad">
        {words.whyFailed}. {lineage.error.message}
      </p>
    );
  }
  if (!lineage.data) return <ListSkeleton label={words.whyLoading} rows={3} />;
  return <ReasonList steps={lineage.data.steps} />;
}

export function ReasonList({ steps }: { steps: readonly LineageStep[] }) {
  return (
    <ol className="grid gap-2.5">
      {steps.map((step) => (
        <li key={`${step.code} ${step.text}`} className="border-line-2 border-l-2 pl-3">
          <p>{step.text}</p>
          {step.value !== undefined && (
            <p className="break-words text-meta text-mut">{showValue(step.value)}</p>
          )}
          <p className="flex flex-wrap items-baseline gap-x-2 text-dim text-meta">
            {step.at && <RelativeTime value={step.at} />}
            <OriginLinks refs={step.refs} />
          </p>
        </li>
      ))}
    </ol>
  );
}
