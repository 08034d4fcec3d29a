'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { useSession } from '@/components/shell/use-session';
import { ErrorState } from '@/components/ui/error-state';
import { formatDuration } from '@/components/ui/format-time';
import { Panel } from '@/components/ui/panel';
import { PanelSkeleton } from '@/components/ui/skeleton';
import { type Board, boardSchema } from '@/lib/hub/schema';
import { callApi, keys } from '@/lib/live/index';
import { words } from './words';

/** Figures that move without a change of a record are asked for again this often. */
const lookEveryMs = 10_000;

function figuresOf(board: Board) {
  const text = words.figures;
  const median = board.freshness.p50_ms;
  return [
    { ...text.position, value: words.count(board.position), path: '' },
    { ...text.rate, value: words.count(board.changes_per_minute), path: '' },
    {
      ...text.waiting,
      value: words.count(board.inbox.waiting),
      path: board.inbox.waiting > 0 ? '/inbox?status=pending' : '',
    },
    {
      ...text.dead,
      value: words.count(board.inbox.dead),
      path: board.inbox.dead > 0 ? '/inbox?status=dead' : '',
    },
    { ...text.freshness, value: median === null ? words.none : formatDuration(median), path: '' },
  ];
}

/** How much there is to do, and how fast it gets done. */
export function WorkPanel() {
  const { workspace, home } = useSession();
  const board = useQuery({
    queryKey: keys.board(workspace.id),
    refetchInterval: lookEveryMs,
    queryFn: ({ signal }) =>
      callApi('/board', { query: { workspace_id: workspace.id }, schema: boardSchema, signal }),
  });
  if (board.error && !board.data) {
    return (
      <ErrorState title={words.workFailed} onRetry={() => void board.refetch()}>
        {board.error.message}
      </ErrorState>
    );
  }
  if (!board.data) return <PanelSkeleton label={words.work} lines={5} />;
  return (
    <Panel title={words.work} padding="flush">
      <dl className="divide-y divide-line">
        {figuresOf(board.data).map((figure) => (
          <div key={figure.label} className="flex items-center gap-3 px-4 py-2.5">
            <dt className="min-w-0 flex-1">
              <span className="block font-medium">{figure.label}</span>
              <span className="block text-meta text-mut">{figure.hint}</span>
            </dt>
            <dd className="font-semibold text-lead">
              {figure.path ? (
                <Link
                  href={`${home}${figure.path}` as Route}
                  className="text-accent underline decoration-accent/40 underline-offset-3"
                >
                  {figure.value}
                </Link>
              ) : (
                figure.value
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
