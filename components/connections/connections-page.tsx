'use client';

import { Plug, Plus } from 'lucide-react';
import { useMay } from '@/components/shell/use-session';
import { useUrlQuery } from '@/components/shell/use-url-query';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorState } from '@/components/ui/error-state';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { Panel } from '@/components/ui/panel';
import { ApiProblem } from '@/lib/live/index';
import type { Run } from '@/lib/sync/schema';
import { Catalogue } from './catalogue';
import { ConnectionCard } from './connection-card';
import { ConnectionsLoading } from './connection-loading';
import { ReauthNotices } from './reauth-notice';
import { useConnections, useRuns } from './use-connections';
import { words } from './words';

const noRuns: Run[] = [];

export function ConnectionsPage() {
  const [params, show] = useUrlQuery();
  const isChoosing = params.has('connect');
  const mayConnect = useMay('admin');
  const connections = useConnections();
  const runs = useRuns();
  const rows = connections.data?.data ?? [];
  const choose = (open: boolean) => show({ connect: open ? '1' : undefined });
  const connect = mayConnect && (
    <Button variant="primary" icon={<Plus aria-hidden="true" />} onClick={() => choose(true)}>
      {words.connect}
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title={words.title}
        sub={
          rows.length > 0
            ? `${rows.filter((row) => row.status !== 'disconnected').length} connected`
            : undefined
        }
        actions={rows.length > 0 && connect}
      />
      <ReauthNotices connections={rows} />
      {connections.error && rows.length === 0 ? (
        <ErrorState
          title={words.failed}
          onRetry={() => void connections.refetch()}
          errorId={
            connections.error instanceof ApiProblem
              ? (connections.error.requestId ?? undefined)
              : undefined
          }
        >
          {connections.error.message}
        </ErrorState>
      ) : connections.isPending ? (
        <ConnectionsLoading />
      ) : rows.length === 0 ? (
        <Panel>
          <EmptyState icon={<Plug aria-hidden="true" />} title={words.empty.title} action={connect}>
            {words.empty.body}
          </EmptyState>
        </Panel>
      ) : (
        <ul className="grid grid-cols-1 gap-3 lg:grid-cols-2">
          {rows.map((connection) => (
            <li key={connection.id}>
              <ConnectionCard
                connection={connection}
                runs={
                  runs.data?.data.filter((run) => run.connection_id === connection.id) ?? noRuns
                }
              />
            </li>
          ))}
        </ul>
      )}
      <Catalogue open={isChoosing && mayConnect} onOpenChange={choose} />
    </Page>
  );
}
