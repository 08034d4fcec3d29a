'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useSession } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Panel } from '@/components/ui/panel';
import { ProviderMark } from '@/components/ui/provider-mark';
import { RelativeTime } from '@/components/ui/relative-time';
import type { Flow, FlowSide } from '@/lib/flows/schema';
import type { Stream } from '@/lib/sync/schema';
import { phaseTones, sidesInOrder } from './flow-view';
import { useStock } from './use-flows';
import { words } from './words';

const text = words.sides;

/** The streams of a flow, each with how it is and what is made there. */
export function FlowSides({ flow }: { flow: Flow }) {
  const stock = useStock();
  return (
    <Panel title={text.title} padding="flush">
      <ul className="divide-y divide-line">
        {sidesInOrder(flow).map((side) => (
          <Side
            key={side.stream_id}
            side={side}
            stream={stock.streams.find(({ id }) => id === side.stream_id)}
            isPending={stock.isPending}
          />
        ))}
      </ul>
    </Panel>
  );
}

function Side({
  side,
  stream,
  isPending,
}: {
  side: FlowSide;
  stream: Stream | undefined;
  isPending: boolean;
}) {
  const { home } = useSession();
  const nameOf = useProviderName();
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3">
      <ProviderMark name={nameOf(side.connector)} size="sm" />
      <span className="min-w-0 flex-1 basis-48">
        <span className="flex min-w-0 items-center gap-2">
          <Link
            href={`${home}/connections/${side.connection_id}` as Route}
            className="truncate font-medium hover:underline"
          >
            {side.stream_name}
          </Link>
          <span className="shrink-0 text-mut">{nameOf(side.connector)}</span>
        </span>
        <span className="block text-meta text-mut">
          {stream ? (
            <>
              {text.records(stream.records)}
              {stream.last_changed_at && (
                <>
                  {' '}
                  · {text.changed} <RelativeTime value={stream.last_changed_at} />
                </>
              )}
              {' · '}
            </>
          ) : (
            !isPending && `${text.gone} · `
          )}
          {side.can_create ? (side.creates ? text.creates : text.createsNot) : text.cannot}
        </span>
        {stream?.phase_detail && (
          <span className="block text-meta text-warn">{stream.phase_detail}</span>
        )}
      </span>
      {side.position === 0 && (
        <Badge shape="tag" className="max-sm:hidden">
          <span title={text.first}>1</span>
        </Badge>
      )}
      {stream && <Badge tone={phaseTones[stream.phase]}>{words.phases[stream.phase]}</Badge>}
    </li>
  );
}
