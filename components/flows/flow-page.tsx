'use client';

import { Send } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useMay, useSession } from '@/components/shell/use-session';
import { FactList } from '@/components/ui/fact-list';
import { LinkButton } from '@/components/ui/link-button';
import { Notice } from '@/components/ui/notice';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { Panel } from '@/components/ui/panel';
import { ProgressBar } from '@/components/ui/progress-bar';
import { RelativeTime } from '@/components/ui/relative-time';
import type { Flow } from '@/lib/flows/schema';
import { fieldName } from './editor-words';
import { Failure } from './failure';
import { FlowCrossings } from './flow-crossings';
import { FlowFigures } from './flow-figures';
import { FlowLoading } from './flow-loading';
import { FlowStatus } from './flow-marks';
import { FlowPageActions } from './flow-page-actions';
import { FlowSides } from './flow-sides';
import { FlowStrip } from './flow-strip';
import { healthOf, sidesInOrder } from './flow-view';
import { OwedList } from './owed-list';
import { progressOf, sideNames } from './plan-view';
import { tellSlackPath } from './tell-path';
import { useFlow } from './use-flows';
import { usePlan } from './use-plan';
import { words } from './words';

/** One flow: its sides, what crosses, what is owed, and the ways to its mapping and its plan. */
export function FlowPage({ id }: { id: string }) {
  const { home } = useSession();
  const flow = useFlow(id);
  const back = (
    <Link href={`${home}/flows` as Route} className="hover:text-ink hover:underline">
      {words.title}
    </Link>
  );
  if (!flow.data) {
    return (
      <Page>
        <PageHeader title={words.one} back={back} />
        {flow.error ? (
          <Failure title={words.oneFailed} error={flow.error} onRetry={() => void flow.refetch()} />
        ) : (
          <FlowLoading />
        )}
      </Page>
    );
  }
  const row = flow.data;
  return (
    <Page>
      <PageHeader
        title={row.name}
        back={back}
        sub={<FlowStatus status={row.status} />}
        actions={<FlowPageActions flow={row} />}
      />
      <Standing flow={row} />
      <Body flow={row} />
    </Page>
  );
}

function Body({ flow }: { flow: Flow }) {
  const nameOf = useProviderName();
  const sides = sideNames(flow.sides, nameOf);
  return (
    <>
      <Panel className="board-ground" label={flow.name}>
        <FlowStrip
          className="mx-auto max-w-4xl py-3"
          jacks={sidesInOrder(flow).map((side) => ({
            id: side.stream_id,
            name: nameOf(side.connector),
            sub: side.stream_name,
          }))}
          health={healthOf(flow)}
          note={words.way(flow.joined)}
        />
        <FlowFigures flow={flow} className="mt-4 border-line border-t pt-3" />
      </Panel>
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          <FlowSides flow={flow} />
          <OwedList flow={flow} sides={sides} />
          <FlowCrossings flow={flow} sides={sides} />
        </div>
        <div className="grid min-w-0 gap-4">
          <Panel title={words.facts.title}>
            <FactList facts={factsOf(flow)} />
          </Panel>
          <Tell flow={flow} />
        </div>
      </div>
    </>
  );
}

function factsOf(flow: Flow) {
  const text = words.facts;
  const fields = flow.match_fields.map(fieldName);
  return [
    {
      label: text.match,
      value: fields.length === 1 ? text.matchOne(fields[0] ?? '') : text.matchValue(fields),
    },
    { label: text.difference, value: text.differences[flow.on_difference] },
    { label: text.version, value: String(flow.version) },
    { label: text.made, value: <RelativeTime value={flow.created_at} /> },
    { label: text.changed, value: <RelativeTime value={flow.updated_at} /> },
  ];
}

/** What a draft or a paused flow waits for, and a plan that is on its way. */
function Standing({ flow }: { flow: Flow }) {
  const { home } = useSession();
  const mayEdit = useMay('editor');
  const plan = usePlan(flow.id);
  const progress = plan.data && progressOf(plan.data);
  const preview = (
    <LinkButton size="sm" href={`${home}/flows/${flow.id}/plan` as Route}>
      {words.seePlan}
    </LinkButton>
  );
  if (plan.data && progress) {
    return (
      <Panel label={progress.label}>
        <ProgressBar
          label={progress.label}
          done={plan.data.done}
          total={plan.data.total}
          unit={progress.unit}
          actions={preview}
        />
      </Panel>
    );
  }
  if (flow.status === 'live') return null;
  return (
    <Notice
      tone={flow.status === 'paused' ? 'warn' : 'accent'}
      title={words.statuses[flow.status]}
      action={flow.status === 'draft' && mayEdit && preview}
    >
      {words.statusHints[flow.status]}
      {flow.status === 'paused' && flow.owed > 0 && ` ${words.owedWaits(flow.owed)}`}
    </Notice>
  );
}

/** A channel that is told needs no flow. */
function Tell({ flow }: { flow: Flow }) {
  const { home } = useSession();
  const { name, kind, sides } = flow;
  const of = { name, kind, streamIds: sides.map((side) => side.stream_id) };
  return (
    <Panel title={words.tell.title}>
      <p className="mb-3 text-mut">{words.tell.body}</p>
      <LinkButton
        size="sm"
        href={tellSlackPath(home, of) as Route}
        icon={<Send aria-hidden="true" />}
      >
        {words.tell.action}
      </LinkButton>
    </Panel>
  );
}
