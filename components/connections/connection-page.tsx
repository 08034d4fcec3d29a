'use client';

import { ExternalLink, RefreshCw } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useMay, useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { ErrorState } from '@/components/ui/error-state';
import { Notice } from '@/components/ui/notice';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { Panel } from '@/components/ui/panel';
import { showToast } from '@/components/ui/toaster';
import type { Connection } from '@/lib/connections/schema';
import { ApiProblem } from '@/lib/live/index';
import { ConnectionFacts } from './connection-facts';
import { ConnectionLoading } from './connection-loading';
import { ConnectionLog } from './connection-log';
import { ConnectionStatus } from './connection-status';
import { ListenPanel } from './listen-panel';
import { Receipt } from './receipt';
import { Reconnect } from './reconnect';
import { SagaTimeline } from './saga-timeline';
import { SandboxActivity } from './sandbox-activity';
import { StreamList } from './stream-list';
import { useAct, useConnection } from './use-connections';
import { words } from './words';

export function ConnectionPage({ id }: { id: string }) {
  const { home } = useSession();
  const connection = useConnection(id);
  const nameOf = useProviderName();
  const back = (
    <Link href={`${home}/connections` as Route} className="hover:text-ink hover:underline">
      {words.title}
    </Link>
  );
  if (connection.error && !connection.data) {
    return (
      <Page>
        <PageHeader title={words.one} back={back} />
        <ErrorState
          title="The connection could not be read"
          onRetry={() => void connection.refetch()}
          errorId={
            connection.error instanceof ApiProblem
              ? (connection.error.requestId ?? undefined)
              : undefined
          }
        >
          {connection.error.message}
        </ErrorState>
      </Page>
    );
  }
  if (!connection.data) {
    return (
      <Page>
        <PageHeader title={words.one} back={back} />
        <ConnectionLoading />
      </Page>
    );
  }
  const row = connection.data;
  return (
    <Page>
      <PageHeader
        title={row.account_name}
        back={back}
        sub={<ConnectionStatus status={row.status} />}
        actions={<Actions connection={row} />}
      />
      <Attention connection={row} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          {row.receipt && row.status === 'disconnected' && (
            <Receipt connection={row} service={nameOf(row.connector)} />
          )}
          {row.auth_kind === 'webhook' && <ListenPanel connectionId={id} />}
          <StreamList connection={row} />
          <SagaTimeline id={id} />
          <Panel title="What happened">
            <ConnectionLog id={id} />
          </Panel>
        </div>
        <div className="grid min-w-0 gap-4">
          <ConnectionFacts connection={row} />
          <SandboxActivity connector={row.connector} />
        </div>
      </div>
    </Page>
  );
}

/** What stands in the way, with the one next step. */
function Attention({ connection }: { connection: Connection }) {
  const nameOf = useProviderName();
  const mayConnect = useMay('admin');
  if (connection.status === 'needs_reauth') {
    return (
      <Notice
        tone="bad"
        title={`${nameOf(connection.connector)} does not accept the credential any more`}
        action={mayConnect && <Reconnect connection={connection} />}
        live
      >
        {connection.status_detail ??
          'Connect the same account again; edits are kept and sent afterwards.'}
      </Notice>
    );
  }
  if (connection.status === 'disconnected') {
    return (
      <Notice title="Disconnected" action={mayConnect && <Reconnect connection={connection} />}>
        {connection.status_detail ?? 'The credential is erased. Records stay.'}
      </Notice>
    );
  }
  if (connection.status_detail) return <Notice tone="warn" title={connection.status_detail} />;
  return null;
}

function Actions({ connection }: { connection: Connection }) {
  const mayCheck = useMay('editor');
  const mayDisconnect = useMay('admin');
  const act = useAct((message) =>
    showToast({ tone: 'bad', title: words.checkFailed, description: message }),
  );
  if (connection.status === 'disconnected') return null;
  return (
    <>
      {connection.account_url && (
        <a
          href={connection.account_url}
          target="_blank"
          rel="noreferrer"
          className="inline-flex h-8 items-center gap-2 rounded-md px-3 text-mut hover:text-ink"
        >
          Open <ExternalLink aria-hidden="true" className="size-3.5" />
        </a>
      )}
      {mayCheck && connection.auth_kind !== 'webhook' && (
        <Button
          icon={<RefreshCw aria-hidden="true" />}
          busy={act.isPending}
          onClick={() =>
            act.mutate(
              { method: 'POST', path: `/connections/${connection.id}/check` },
              {
                onSuccess: () => showToast({ tone: 'ok', title: words.checked }),
              },
            )
          }
        >
          Test connection
        </Button>
      )}
      {mayDisconnect && (
        <ConfirmDialog
          danger
          trigger={<Button>{words.disconnect.action}</Button>}
          title={`Disconnect ${connection.account_name}?`}
          action={words.disconnect.action}
          onConfirm={async () => {
            await act.mutateAsync({ method: 'DELETE', path: `/connections/${connection.id}` });
          }}
        >
          {words.disconnect.body}
        </ConfirmDialog>
      )}
    </>
  );
}
