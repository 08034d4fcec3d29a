'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { useMay, useSession } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { ErrorState } from '@/components/ui/error-state';
import { FactList } from '@/components/ui/fact-list';
import { formatCount } from '@/components/ui/format-number';
import { Notice } from '@/components/ui/notice';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { Panel } from '@/components/ui/panel';
import { ProgressBar } from '@/components/ui/progress-bar';
import { RelativeTime } from '@/components/ui/relative-time';
import { ListSkeleton } from '@/components/ui/skeleton';
import { showToast } from '@/components/ui/toaster';
import { ApiProblem } from '@/lib/live/index';
import type { Run } from '@/lib/sync/schema';
import { RunAsks } from './run-asks';
import { RunLoading } from './run-loading';
import { RunTimeline } from './run-timeline';
import { UndoRunButton } from './undo-dialog';
import { UndoPanel } from './undo-panel';
import { useActOnRun, useRun, useRunHistory, useStreamOf } from './use-run';
import { words } from './words';

const tones = {
  queued: 'neutral',
  running: 'accent',
  paused: 'warn',
  completed: 'ok',
  failed: 'bad',
  cancelled: 'neutral',
} as const;
const bars = {
  queued: 'running',
  running: 'running',
  paused: 'paused',
  completed: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;

/** One run: how far it is, what it asks, what happened to it, and the way to take back what it did. */
export function RunPage({ id }: { id: string }) {
  const { home } = useSession();
  const run = useRun(id);
  const stream = useStreamOf(run.data);
  const back = run.data && (
    <Link
      href={`${home}/connections/${run.data.connection_id}` as Route}
      className="hover:text-ink hover:underline"
    >
      {words.back}
    </Link>
  );
  if (run.error && !run.data) {
    const errorId = run.error instanceof ApiProblem ? run.error.requestId : null;
    return (
      <Page>
        <PageHeader title={words.one} />
        <ErrorState
          title={words.failed}
          onRetry={() => void run.refetch()}
          errorId={errorId ?? undefined}
        >
          {run.error.message}
        </ErrorState>
      </Page>
    );
  }
  if (!run.data) {
    return (
      <Page>
        <PageHeader title={words.one} />
        <RunLoading />
      </Page>
    );
  }
  const row = run.data;
  const name = stream?.name ?? '';
  return (
    <Page>
      <PageHeader
        title={words.kinds[row.kind]}
        back={back}
        sub={
          <span className="inline-flex items-center gap-2">
            {name && words.of(name)}
            <Badge tone={tones[row.status]}>{words.statuses[row.status]}</Badge>
          </span>
        }
        actions={<RunActions run={row} />}
      />
      {row.asks && row.status === 'paused' ? (
        <RunAsks run={row} name={name || words.kinds[row.kind]} />
      ) : (
        row.error && <Notice tone="bad" title={row.error.message} live />
      )}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          <Panel>
            <ProgressBar
              label={words.progress.label}
              unit={words.progress.unit}
              done={row.done}
              total={row.total}
              ratePerSecond={rateOf(row)}
              state={bars[row.status]}
            />
          </Panel>
          <UndoPanel runId={id} />
          <RunEvents id={id} />
        </div>
        <RunFacts run={row} />
      </div>
    </Page>
  );
}

/** Before this many seconds the rate says more about the start than about the way. */
const rateAfterSeconds = 0.5;

function rateOf(run: Run): number | undefined {
  if (!run.started_at) return undefined;
  const seconds = (Date.parse(run.updated_at) - Date.parse(run.started_at)) / 1000;
  return seconds > rateAfterSeconds ? run.done / seconds : undefined;
}

function RunActions({ run }: { run: Run }) {
  const mayAct = useMay('editor');
  const act = useActOnRun(run.id, (message) =>
    showToast({ tone: 'bad', title: words.didNot, description: message }),
  );
  if (!mayAct) return null;
  if (run.finished_at !== null) {
    return (
      <>
        {run.status === 'failed' && (
          <Button busy={act.isPending} onClick={() => act.mutate('resume')}>
            {words.actions.resume}
          </Button>
        )}
        {run.created + run.updated > 0 && <UndoRunButton runId={run.id} />}
      </>
    );
  }
  // A question is answered where it stands.
  if (run.asks) return null;
  const isPaused = run.status === 'paused';
  return (
    <>
      <Button busy={act.isPending} onClick={() => act.mutate(isPaused ? 'resume' : 'pause')}>
        {isPaused ? words.actions.resume : words.actions.pause}
      </Button>
      <Button busy={act.isPending} onClick={() => act.mutate('cancel')}>
        {words.actions.cancel}
      </Button>
    </>
  );
}

function RunEvents({ id }: { id: string }) {
  const history = useRunHistory(id);
  return (
    <Panel title={words.timeline}>
      {history.error && !history.data ? (
        <ErrorState title={words.failed} onRetry={() => void history.refetch()}>
          {history.error.message}
        </ErrorState>
      ) : !history.data ? (
        <ListSkeleton label={words.loading} />
      ) : (
        <>
          {!history.data.is_whole && (
            <p className="mb-3 text-mut">
              {history.data.data.length === 0 ? words.noEvents : words.cut}
            </p>
          )}
          <RunTimeline events={history.data.data} />
        </>
      )}
    </Panel>
  );
}

function RunFacts({ run }: { run: Run }) {
  const history = useRunHistory(run.id);
  const { facts } = words;
  const moment = (at: string | null) => (at === null ? '–' : <RelativeTime value={at} />);
  return (
    <Panel title={facts.title}>
      <FactList
        facts={[
          { label: facts.done, value: formatCount(run.done) },
          { label: facts.created, value: formatCount(run.created) },
          { label: facts.updated, value: formatCount(run.updated) },
          { label: facts.unchanged, value: formatCount(run.unchanged) },
          { label: facts.calls, value: formatCount(run.calls) },
          { label: facts.saved, value: formatCount(history.data?.calls_saved ?? 0) },
          { label: facts.attempts, value: formatCount(run.attempts) },
          { label: facts.started, value: moment(run.started_at) },
          { label: facts.finished, value: moment(run.finished_at) },
        ]}
      />
      <div className="mt-3">
        <CopyButton value={run.id} label="Copy run id" prefix="id" className="-ml-1.5" />
      </div>
    </Panel>
  );
}
