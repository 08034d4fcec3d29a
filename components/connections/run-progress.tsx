'use client';

import { Pause, Play, X } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { useSession } from '@/components/shell/use-session';
import { IconButton } from '@/components/ui/icon-button';
import { ProgressBar } from '@/components/ui/progress-bar';
import type { Run } from '@/lib/sync/schema';
import { words } from './words';

export const isActiveRun = (run: Run): boolean =>
  run.status === 'queued' || run.status === 'running' || run.status === 'paused';

const barStates = {
  queued: 'running',
  running: 'running',
  paused: 'paused',
  failed: 'failed',
  cancelled: 'cancelled',
  completed: 'done',
} as const;
/** Before this the rate says more about the start than about the way, in seconds. */
const rateAfterSeconds = 0.5;

type Act = (action: 'pause' | 'resume' | 'cancel') => void;

/** How far a run is, with what can be done about it. */
export function RunProgress({ run, onAct }: { run: Run; onAct: Act | undefined }) {
  const { home } = useSession();
  const seconds = run.started_at
    ? (Date.parse(run.updated_at) - Date.parse(run.started_at)) / 1000
    : 0;
  return (
    <div className="grid gap-1.5">
      <ProgressBar
        label={run.kind === 'backfill' ? words.runs.backfill : words.runs.poll}
        done={run.done}
        total={run.total}
        unit={words.runs.unit}
        ratePerSecond={seconds > rateAfterSeconds ? run.done / seconds : undefined}
        state={barStates[run.status]}
        actions={onAct && isActiveRun(run) && <Actions run={run} onAct={onAct} />}
      />
      {run.error && <p className="text-bad text-meta">{run.error.message}</p>}
      <Link
        href={`${home}/runs/${run.id}` as Route}
        className="justify-self-start text-accent text-meta hover:underline"
      >
        {words.runs.open}
      </Link>
    </div>
  );
}

function Actions({ run, onAct }: { run: Run; onAct: Act }) {
  const isPaused = run.status === 'paused';
  return (
    <span className="flex gap-1">
      <IconButton
        label={isPaused ? words.runs.resume : words.runs.pause}
        onClick={() => onAct(isPaused ? 'resume' : 'pause')}
        icon={isPaused ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
      />
      <IconButton
        label={words.runs.cancel}
        onClick={() => onAct('cancel')}
        icon={<X aria-hidden="true" />}
      />
    </span>
  );
}
