'use client';

import { RotateCw } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { useMay, useSession } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import { ListSkeleton } from '@/components/ui/skeleton';
import { StatusDot, type StatusShape } from '@/components/ui/status-dot';
import { showToast } from '@/components/ui/toaster';
import type { Tone } from '@/components/ui/tone';
import { type Creation, creationSchema, type Flow, releasedSchema } from '@/lib/flows/schema';
import { Failure } from './failure';
import type { SideNames } from './plan-view';
import { useCreations, useFlowWrite } from './use-flows';
import { words } from './words';

const text = words.owed;

const looks: Record<Creation['state'], { tone: Tone; shape: StatusShape }> = {
  owed: { tone: 'neutral', shape: 'ring' },
  sending: { tone: 'accent', shape: 'half' },
  unknown: { tone: 'warn', shape: 'diamond' },
  refused: { tone: 'bad', shape: 'square' },
  done: { tone: 'ok', shape: 'solid' },
  cancelled: { tone: 'neutral', shape: 'square' },
};

/** Objects still to be made at a side: what was refused with its reason, and what can be done. */
export function OwedList({ flow, sides }: { flow: Flow; sides: SideNames }) {
  const owed = useCreations(flow.id);
  const rows = owed.data?.data ?? [];
  const total = owed.data?.total ?? 0;
  return (
    <section id="owed" className="min-w-0 scroll-mt-4">
      <Panel
        title={text.title}
        padding={rows.length > 0 ? 'flush' : 'normal'}
        aside={total > rows.length ? text.showing(rows.length, total) : undefined}
      >
        {owed.error && !owed.data ? (
          <Failure title={text.failed} error={owed.error} onRetry={() => void owed.refetch()} />
        ) : owed.isPending ? (
          <ListSkeleton label={text.title} rows={2} />
        ) : rows.length === 0 ? (
          <p className="text-mut">{text.none}</p>
        ) : (
          <ul className="divide-y divide-line">
            {rows.some(isOneOfMany) && <Release flow={flow} />}
            {rows.map((row) => (
              <Owed key={row.id} row={row} flow={flow} side={sides.of(row.stream_id)} />
            ))}
          </ul>
        )}
      </Panel>
    </section>
  );
}

const isOneOfMany = (row: Creation): boolean =>
  asks(row) && row.error?.code === 'sync.many_creations';

/** More were to be made at once than usual: somebody says yes to all of them. */
function Release({ flow }: { flow: Flow }) {
  const mayEdit = useMay('editor');
  const write = useFlowWrite(releasedSchema);
  if (!mayEdit) return null;
  const path = `/flows/${flow.id}/creations/release`;
  const said = { tone: 'ok', title: text.released } as const;
  return (
    <li className="flex flex-wrap items-center gap-3 px-4 py-2.5">
      <span className="min-w-0 flex-1 basis-52">{text.many}</span>
      <Button
        size="sm"
        busy={write.isPending}
        onClick={() => write.mutate({ method: 'POST', path }, { onSuccess: () => showToast(said) })}
      >
        {text.release}
      </Button>
    </li>
  );
}

function Owed({ row, flow, side }: { row: Creation; flow: Flow; side: string }) {
  const { home } = useSession();
  const look = looks[row.state];
  const why = row.error?.message ?? (row.state === 'unknown' ? text.stateHints.unknown : null);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 py-2.5">
      <span className="min-w-0 flex-1 basis-52">
        <Link
          href={`${home}/records?record=${row.record_id}` as Route}
          className="block truncate font-medium hover:underline"
        >
          {row.title || words.crossings.untitled}
        </Link>
        <span className="block text-meta text-mut">
          {words.crossings.at(side)} · <RelativeTime value={row.created_at} />
        </span>
        {why && (
          <span
            className={
              row.state === 'refused' ? 'block text-bad text-meta' : 'block text-meta text-warn'
            }
          >
            {why}
          </span>
        )}
      </span>
      <Badge tone={look.tone} icon={<StatusDot {...look} className="size-2" />}>
        {text.states[row.state]}
      </Badge>
      <Acts row={row} flow={flow} />
    </li>
  );
}

/** It waits for a person: many at once, or nobody else can tell whether it is there. */
const asks = (row: Creation): boolean =>
  (row.state === 'owed' || row.state === 'unknown') && row.next_attempt_at === null;

/** What was refused, or asks, is tried again by hand; what may be there already is not let go of. */
function Acts({ row, flow }: { row: Creation; flow: Flow }) {
  const mayEdit = useMay('editor');
  const write = useFlowWrite(creationSchema);
  if (!mayEdit || (row.state !== 'refused' && row.state !== 'owed' && !asks(row))) return null;
  const path = `/flows/${flow.id}/creations/${row.id}`;
  const send = (act: 'retry' | 'cancel', said: string) =>
    write.mutate(
      { method: 'POST', path: `${path}/${act}` },
      { onSuccess: () => showToast({ tone: 'ok', title: said, description: row.title }) },
    );
  return (
    <span className="flex gap-1.5">
      {(row.state === 'refused' || asks(row)) && (
        <Button
          size="sm"
          busy={write.isPending}
          icon={<RotateCw aria-hidden="true" />}
          onClick={() => send('retry', text.retried)}
        >
          {text.retry}
        </Button>
      )}
      <Button
        size="sm"
        variant="ghost"
        busy={write.isPending}
        onClick={() => send('cancel', text.dropped)}
      >
        {text.drop}
      </Button>
    </span>
  );
}
