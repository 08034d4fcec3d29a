'use client';

import { Pause, Play, RotateCw } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { useState } from 'react';
import { RunAsks } from '@/components/runs/run-asks';
import { useMay, useSession } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { IconButton } from '@/components/ui/icon-button';
import { RelativeTime } from '@/components/ui/relative-time';
import { closeToast, showToast } from '@/components/ui/toaster';
import type { Run, Stream } from '@/lib/sync/schema';
import { isActiveRun, RunProgress } from './run-progress';
import { useAct } from './use-connections';
import { words } from './words';

const phaseTones = {
  waiting: 'neutral',
  backfill: 'accent',
  live: 'ok',
  paused: 'warn',
  failed: 'bad',
} as const;

/** One repository kept in step: how much, how fresh, the run under way. */
export function StreamRow({
  stream,
  runs,
  isConnected,
}: {
  stream: Stream;
  runs: Run[];
  isConnected: boolean;
}) {
  const { home } = useSession();
  const mayAct = useMay('editor') && isConnected;
  const act = useAct((message) =>
    showToast({ tone: 'bad', title: words.didNotWork, description: message }),
  );
  const run = runs.find(isActiveRun);
  const last = runs.find((one) => one.kind === 'backfill');
  const isIncomplete = !run && last !== undefined && last.status !== 'completed';
  const shown = run ?? (isIncomplete ? last : undefined);
  const setPhase = (phase: 'live' | 'paused') =>
    act.mutate({ method: 'PATCH', path: `/streams/${stream.id}`, json: { phase } });
  const [pausedToast, setPausedToast] = useState<string>();
  const goOn = () => {
    if (pausedToast) closeToast(pausedToast);
    setPhase('live');
  };
  const pause = () => {
    setPhase('paused');
    const toast = showToast({
      title: words.streams.paused(stream.name),
      description: words.streams.pausedHint,
      action: {
        label: words.streams.goOn,
        onPress: () => {
          closeToast(toast);
          setPhase('live');
        },
      },
    });
    setPausedToast(toast);
  };
  const readAgain = () =>
    act.mutate({
      method: 'POST',
      path: `/streams/${stream.id}/runs`,
      json: { kind: 'backfill' },
    });
  const isPaused = stream.phase === 'paused';
  return (
    <li className="grid gap-3 px-4 py-3">
      <div className="flex flex-wrap items-center gap-3">
        <span className="min-w-0 flex-1 basis-48">
          <span className="block truncate font-medium">{stream.name}</span>
          <span className="block text-meta text-mut">
            {words.records(stream.records)}
            {stream.unreadable ? <> · {words.unreadable(stream.unreadable)}</> : null}
            {stream.last_changed_at && (
              <>
                {' '}
                · last change <RelativeTime value={stream.last_changed_at} />
              </>
            )}
            {!shown && runs[0] && (
              <>
                {' '}
                ·{' '}
                <Link
                  href={`${home}/runs/${runs[0].id}` as Route}
                  className="text-accent underline underline-offset-2"
                >
                  {words.runs.last}
                </Link>
              </>
            )}
          </span>
        </span>
        <Badge tone={phaseTones[stream.phase]}>{words.phases[stream.phase]}</Badge>
        {mayAct && !run && stream.phase !== 'waiting' && (
          <span className="flex items-center gap-1">
            <IconButton
              label={isPaused ? words.streams.goOn : words.streams.pause}
              onClick={isPaused ? goOn : pause}
              icon={isPaused ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
            />
            {!isIncomplete && (
              <IconButton
                label={words.streams.readAgain}
                onClick={readAgain}
                icon={<RotateCw aria-hidden="true" />}
              />
            )}
          </span>
        )}
      </div>
      {stream.phase_detail && <p className="text-meta text-mut">{stream.phase_detail}</p>}
      {run?.asks && <RunAsks run={run} name={stream.name} />}
      {shown && !run?.asks && (
        <RunProgress
          run={shown}
          onAct={
            mayAct
              ? (action) =>
                  act.mutate({ method: 'PATCH', path: `/runs/${shown.id}`, json: { action } })
              : undefined
          }
        />
      )}
      {isIncomplete && mayAct && (
        <div>
          <Button size="sm" icon={<RotateCw aria-hidden="true" />} onClick={readAgain}>
            {words.streams.readAgain}
          </Button>
        </div>
      )}
    </li>
  );
}
