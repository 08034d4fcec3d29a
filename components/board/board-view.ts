import type { Route } from 'next';
import { formatCount } from '@/components/ui/format-number';
import type { Board } from '@/lib/hub/schema';
import type { Cable, Health, Jack } from './board-model';
import { flowCables, inFlowOrder } from './flow-cables';
import { words } from './words';

type Connected = Board['connections'][number];

/** The jack on the right: everything passes through it. */
export const storeId = 'store';

export function healthOf(connection: Connected): Health {
  if (
    connection.status === 'needs_reauth' ||
    connection.streams.some((stream) => stream.phase === 'failed')
  )
    return 'waiting';
  if (connection.status !== 'active') return 'stopped';
  if (connection.streams.length === 0) return 'idle';
  return connection.streams.every((stream) => stream.phase === 'paused') ? 'stopped' : 'ok';
}

/** First reads under way, taken together. */
function reading(connection: Connected) {
  const runs = connection.streams.flatMap((stream) => stream.run ?? []);
  if (runs.length === 0) return null;
  const done = runs.reduce((sum, run) => sum + run.done, 0);
  const total = runs.reduce<number | null>(
    (sum, run) => (sum === null || run.total === null ? null : sum + run.total),
    0,
  );
  const isPaused = runs.every((run) => run.status === 'paused');
  return { done, total: total === 0 ? null : total, isPaused };
}

function describe(connection: Connected): string {
  if (connection.status === 'needs_reauth') return 'needs sign-in';
  const run = reading(connection);
  if (run) {
    const verb = run.isPaused ? words.readingPaused : words.reading;
    return run.total === null
      ? `${verb} ${formatCount(run.done)}`
      : `${verb} ${words.of(run.done, run.total)}`;
  }
  const [first, ...others] = connection.streams;
  if (!first) return `${connection.account_name} · choose what to follow`;
  return `${first.name}${others.length > 0 ? ` +${others.length}` : ''} · ${formatCount(connection.records)}`;
}

function progressOf(connection: Connected): number | null | undefined {
  const run = reading(connection);
  if (!run) return undefined;
  return run.total === null ? null : Math.min(1, run.done / run.total);
}

function labelOf(connection: Connected): string {
  if (connection.streams.length === 0) return words.unused;
  return reading(connection) ? words.firstRead : words.bothWays;
}

/** Services left, the workspace's own database right, a cable for each connection and between the sides of a flow. */
export function toBoard(
  board: Board,
  home: string,
  nameOf: (connector: string) => string,
): { left: Jack[]; right: Jack[]; cables: Cable[] } {
  const left = inFlowOrder(board.connections, board.flows).map((connection) => ({
    id: connection.id,
    name: nameOf(connection.connector),
    sub: describe(connection),
    health: healthOf(connection),
    href: `${home}/connections/${connection.id}` as Route,
    progress: progressOf(connection),
  }));
  const store: Jack = {
    id: storeId,
    kind: 'store',
    name: words.store,
    sub: words.storeSub,
    health: board.connections.length === 0 ? 'idle' : 'ok',
    href: `${home}/records` as Route,
    facts: [
      { label: 'records', value: formatCount(board.records) },
      { label: 'position', value: formatCount(board.position) },
    ],
  };
  const cables = board.connections.map((connection) => ({
    id: connection.id,
    from: connection.id,
    to: storeId,
    health: healthOf(connection),
    perHour: connection.changes_per_hour,
    href: `${home}/connections/${connection.id}` as Route,
    label: labelOf(connection),
  }));
  return { left, right: [store], cables: [...cables, ...flowCables(board.flows, home)] };
}
