'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import type { Route } from 'next';
import { useState } from 'react';
import { ReauthNotices } from '@/components/connections/reauth-notice';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useMay, useSession } from '@/components/shell/use-session';
import { useUrlQuery } from '@/components/shell/use-url-query';
import { ErrorState } from '@/components/ui/error-state';
import { formatCount } from '@/components/ui/format-number';
import { LinkButton } from '@/components/ui/link-button';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { SegmentedControl } from '@/components/ui/segmented-control';
import { boardSchema } from '@/lib/hub/schema';
import { ApiProblem, cachedRecord, callApi, keys, useChanges } from '@/lib/live/index';
import { Attention } from './attention';
import { BoardLoading } from './board-loading';
import { toBoard } from './board-view';
import { crossings } from './flow-cables';
import { Freshness } from './freshness';
import { Latest } from './latest';
import { Patchbay } from './patchbay';
import { PatchbayTable } from './patchbay-table';
import { createPulseSource } from './pulse-engine';
import { words } from './words';

/** Figures of the last minute and hour move although nothing changes. */
const lookEveryMs = 15_000;

export function BoardPage() {
  const client = useQueryClient();
  // The log brings each changed record with it, so where an edit goes is known here.
  const destinations = (recordId: string) =>
    new Set(cachedRecord(client, recordId)?.links.map((link) => link.connection_id));
  const { workspace, home } = useSession();
  const mayConnect = useMay('admin');
  const nameOf = useProviderName();
  const [params, show] = useUrlQuery();
  const view = params.get('view') === 'table' ? 'table' : 'patchbay';
  const [pulses] = useState(createPulseSource);
  const board = useQuery({
    queryKey: keys.board(workspace.id),
    refetchInterval: lookEveryMs,
    queryFn: ({ signal }) =>
      callApi('/board', { query: { workspace_id: workspace.id }, schema: boardSchema, signal }),
  });
  useChanges((changes) => {
    for (const change of changes) {
      const links = cachedRecord(client, change.record_id)?.links ?? [];
      for (const { cableId, direction } of crossings(change, links, board.data?.flows ?? [])) {
        pulses.emit(cableId, direction);
      }
      if (change.origin === 'connection' && change.connection_id)
        pulses.emit(change.connection_id, 'forth');
      else for (const id of destinations(change.record_id)) pulses.emit(id, 'back');
    }
  });
  const connect = mayConnect && (
    <LinkButton
      href={`${home}/connections?connect=1` as Route}
      variant="primary"
      icon={<Plus aria-hidden="true" />}
    >
      {words.connect}
    </LinkButton>
  );
  if (board.error && !board.data) {
    return (
      <Page>
        <PageHeader title={words.title} />
        <ErrorState
          title={words.failed}
          onRetry={() => void board.refetch()}
          errorId={
            board.error instanceof ApiProblem ? (board.error.requestId ?? undefined) : undefined
          }
        >
          {board.error.message}
        </ErrorState>
      </Page>
    );
  }
  if (!board.data) {
    return <BoardLoading />;
  }
  const drawing = toBoard(board.data, home, nameOf);
  const count = board.data.connections.length;
  return (
    <Page fill>
      <PageHeader
        title={words.title}
        sub={`${count} ${count === 1 ? 'connection' : 'connections'} · ${formatCount(board.data.records)} records`}
        actions={
          <>
            <SegmentedControl
              label="How to show the Board"
              value={view}
              onValueChange={(next) => show({ view: next === 'table' ? next : undefined })}
              segments={[
                { value: 'patchbay', label: words.views.patchbay },
                { value: 'table', label: words.views.table },
              ]}
            />
            {connect}
          </>
        }
      />
      <ReauthNotices connections={board.data.connections} />
      {view === 'table' ? (
        <PatchbayTable
          className="min-h-0 flex-1"
          {...drawing}
          empty={<p className="p-6 text-mut">{words.invitation.text}</p>}
        />
      ) : (
        <Patchbay
          className="flex-1"
          {...drawing}
          pulses={pulses}
          caption={words.caption}
          invitation={{ ...words.invitation, action: connect }}
        />
      )}
      <div className="grid gap-4 md:grid-cols-[1.2fr_0.9fr_1.3fr]">
        <Attention items={board.data.attention} />
        <Freshness freshness={board.data.freshness} />
        <Latest changes={board.data.latest} perMinute={board.data.changes_per_minute} />
      </div>
    </Page>
  );
}
