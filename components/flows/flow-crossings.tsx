'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import { ListSkeleton } from '@/components/ui/skeleton';
import type { Flow } from '@/lib/flows/schema';
import type { Board } from '@/lib/hub/schema';
import { fieldName } from './editor-words';
import type { SideNames } from './plan-view';
import { useBoard } from './use-flows';
import { words } from './words';

const text = words.crossings;
const shownRows = 8;

/** Of the latest changes those at the flow's services, and of its kind. */
export function crossingsOf(flow: Flow, latest: Board['latest']): Board['latest'] {
  const connections = new Set(flow.sides.map((side) => side.connection_id));
  return latest
    .filter(
      ({ kind, connection_id: at }) => kind === flow.kind && at !== null && connections.has(at),
    )
    .slice(0, shownRows);
}

/** Changes an hour at the flow's services, taken together. */
export function crossingRate(flow: Flow, connections: Board['connections']): number {
  const ids = new Set(flow.sides.map((side) => side.connection_id));
  return connections
    .filter(({ id }) => ids.has(id))
    .reduce((sum, one) => sum + one.changes_per_hour, 0);
}

/** What has just changed at the services of a flow. */
export function FlowCrossings({ flow, sides }: { flow: Flow; sides: SideNames }) {
  const { home } = useSession();
  const board = useBoard();
  const rows = crossingsOf(flow, board.data?.latest ?? []);
  const sideAt = (connectionId: string | null) =>
    flow.sides.find((side) => side.connection_id === connectionId);
  return (
    <Panel
      title={text.title}
      aside={board.data && text.perHour(crossingRate(flow, board.data.connections))}
    >
      {board.isPending ? (
        <ListSkeleton label={text.title} rows={3} />
      ) : board.isError && !board.data ? (
        <p role="alert" className="flex flex-wrap items-center gap-x-3 gap-y-1 text-mut">
          {text.failed}
          <Button size="sm" busy={board.isFetching} onClick={() => void board.refetch()}>
            {text.retry}
          </Button>
        </p>
      ) : rows.length === 0 ? (
        <p className="text-mut">{text.none}</p>
      ) : (
        <ul className="-mx-2 grid grid-cols-1">
          {rows.map((row) => {
            const side = sideAt(row.connection_id);
            return (
              <li key={row.position}>
                <Link
                  href={`${home}/records?record=${row.record_id}` as Route}
                  className="flex min-h-8 items-center gap-3 rounded-md px-2 hover:bg-raise"
                >
                  <RelativeTime value={row.at} short className="w-10 shrink-0 text-dim text-meta" />
                  <span className="w-20 shrink-0 truncate text-mut max-sm:hidden">
                    {side ? sides.of(side.stream_id) : ''}
                  </span>
                  <span className="min-w-0 flex-1 truncate">{row.title || text.untitled}</span>
                  <span className="max-w-32 shrink-0 truncate text-dim text-meta">
                    {row.fields.map(fieldName).join(', ')}
                  </span>
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}
