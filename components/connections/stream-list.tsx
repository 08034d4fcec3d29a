'use client';

import { FolderGit2, Plus } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorState } from '@/components/ui/error-state';
import { Panel } from '@/components/ui/panel';
import { ListSkeleton } from '@/components/ui/skeleton';
import type { Connection, ConnectorCard } from '@/lib/connections/schema';
import { DefineDialog } from './define-dialog';
import { defineWords } from './define-words';
import { ScopeDialog } from './scope-dialog';
import { StreamRow } from './stream-row';
import { useConnectors, useRuns, useStreams } from './use-connections';
import { words } from './words';

const noResources: ConnectorCard['resources'] = [];
/** A connection this young opens the choice of what to keep in step by itself. */
const justConnectedMs = 60_000;

/** What is kept in step, each with its progress. */
export function StreamList({ connection }: { connection: Connection }) {
  const streams = useStreams(connection.id);
  const runs = useRuns(connection.id);
  const mayAdd = useMay('editor') && connection.status === 'active';
  const [isChoosing, setChoosing] = useState<boolean | null>(null);
  const connectors = useConnectors();
  const connector = connectors.data?.data.find(({ name }) => name === connection.connector);
  const ChooseDialog = connector?.defines_streams ? DefineDialog : ScopeDialog;
  const thing = connector?.resources[0]?.scope_title ?? 'stream';
  const rows = streams.data?.data ?? [];
  const isListening = connection.auth_kind === 'webhook';
  // Whoever has just connected wants to choose next, but for an address that has to be told first;
  // later the page waits to be asked.
  const [openedAt] = useState(Date.now);
  const isUnused =
    !isListening &&
    streams.data?.data.length === 0 &&
    openedAt - Date.parse(connection.created_at) < justConnectedMs;
  const add = mayAdd && (
    <Button size="sm" icon={<Plus aria-hidden="true" />} onClick={() => setChoosing(true)}>
      {connector?.defines_streams ? defineWords.action : words.scopes.choose(thing)}
    </Button>
  );
  return (
    <Panel title="In step" aside={rows.length > 0 && add} padding="flush">
      {streams.error && !streams.data ? (
        <ErrorState title="The streams could not be read" onRetry={() => void streams.refetch()}>
          {streams.error.message}
        </ErrorState>
      ) : streams.isPending ? (
        <div className="p-4">
          <ListSkeleton label="The streams are loading" rows={2} />
        </div>
      ) : rows.length === 0 ? (
        <EmptyState
          icon={<FolderGit2 aria-hidden="true" />}
          title={words.scopes.nothing}
          action={add}
        >
          {words.scopes.nothingHint}
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {rows.map((stream) => (
            <StreamRow
              key={stream.id}
              stream={stream}
              isConnected={connection.status !== 'disconnected'}
              runs={runs.data?.data.filter((run) => run.stream_id === stream.id) ?? []}
            />
          ))}
        </ul>
      )}
      <ChooseDialog
        connectionId={connection.id}
        resources={connector?.resources ?? noResources}
        isListening={isListening}
        open={mayAdd && (isChoosing ?? isUnused)}
        onOpenChange={setChoosing}
      />
    </Panel>
  );
}
