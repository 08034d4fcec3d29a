'use client';

import { Plug, Plus, Send, Spline } from 'lucide-react';
import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { useMay, useSession } from '@/components/shell/use-session';
import { EmptyState } from '@/components/ui/empty-state';
import { LinkButton } from '@/components/ui/link-button';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { Panel } from '@/components/ui/panel';
import { useShortcut } from '@/components/ui/use-shortcut';
import { Failure } from './failure';
import { FlowCard } from './flow-card';
import { FlowsLoading } from './flow-loading';
import { FlowStrip } from './flow-strip';
import { tellSlackPath } from './tell-path';
import { useFlows, useStock } from './use-flows';
import { words } from './words';

/** All flows of the workspace. */
export function FlowsPage() {
  const { home } = useSession();
  const router = useRouter();
  const mayEdit = useMay('editor');
  const flows = useFlows();
  const rows = flows.data?.data ?? [];
  const make = `${home}/flows/new` as Route;
  useShortcut('n', () => router.push(make), { enabled: mayEdit });
  const add = mayEdit && (
    <LinkButton href={make} variant="primary" icon={<Plus aria-hidden="true" />}>
      {words.add}
    </LinkButton>
  );
  const tell = mayEdit && (
    <LinkButton href={tellSlackPath(home) as Route} icon={<Send aria-hidden="true" />}>
      {words.tell.offer}
    </LinkButton>
  );
  const actions = rows.length > 0 && (
    <>
      {tell}
      {add}
    </>
  );
  return (
    <Page>
      <PageHeader title={words.title} sub={words.sub} actions={actions} />
      {flows.error && rows.length === 0 ? (
        <Failure title={words.failed} error={flows.error} onRetry={() => void flows.refetch()} />
      ) : flows.isPending ? (
        <FlowsLoading />
      ) : rows.length === 0 ? (
        <NoFlows add={add} tell={tell} />
      ) : (
        <ul className="grid gap-3">
          {rows.map((flow) => (
            <li key={flow.id}>
              <FlowCard flow={flow} />
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

const ghost = [
  { id: 'left', name: 'One service', sub: 'its issues' },
  { id: 'right', name: 'Another', sub: 'its issues' },
];

/**
 * What a flow is, and the next step: a flow where there are two services, else a second service. Whoever
 * only wants to hear of changes needs neither.
 */
function NoFlows({ add, tell }: { add: React.ReactNode; tell: React.ReactNode }) {
  const { home } = useSession();
  const mayConnect = useMay('admin');
  const stock = useStock();
  const isShort =
    !stock.isPending && new Set(stock.streams.map((stream) => stream.connection_id)).size < 2;
  const text = isShort ? words.few : words.empty;
  return (
    <Panel className="board-ground">
      <div aria-hidden="true" className="mx-auto mt-6 max-w-lg">
        <FlowStrip jacks={ghost} health="idle" />
      </div>
      <EmptyState
        icon={<Spline aria-hidden="true" />}
        title={text.title}
        action={
          <>
            {isShort
              ? mayConnect && (
                  <LinkButton
                    href={`${home}/connections?connect=1` as Route}
                    variant="primary"
                    icon={<Plug aria-hidden="true" />}
                  >
                    {words.few.action}
                  </LinkButton>
                )
              : add}
            {tell}
          </>
        }
      >
        {isShort ? `${words.empty.body} ${words.few.body}` : text.body}
        {tell && <p className="mt-2">{words.tell.only}</p>}
      </EmptyState>
    </Panel>
  );
}
