'use client';

import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { ErrorState } from '@/components/ui/error-state';
import { formatDuration } from '@/components/ui/format-time';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import { ListSkeleton } from '@/components/ui/skeleton';
import { type Step, StepList, type StepState } from '@/components/ui/step-list';
import { callApi, keys } from '@/lib/live/index';
import { type Saga, sagaSchema } from '@/lib/sagas/schema';
import { nameIn, sagaWords as words } from './saga-words';

type SagaStep = Saga['steps'][number];

const answer = z.object({ data: z.array(sagaSchema) });

function useSagas(connectionId: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.sagas(workspace.id, connectionId),
    queryFn: ({ signal }) =>
      callApi(`/connections/${connectionId}/sagas`, { schema: answer, signal }),
  });
}

/** Connecting, starting streams and disconnecting as they went: steps, tries, times, what was taken back. */
export function SagaTimeline({ id }: { id: string }) {
  const sagas = useSagas(id);
  if (sagas.error && !sagas.data) {
    return (
      <Panel title={words.title}>
        <ErrorState title={words.failed} onRetry={() => void sagas.refetch()}>
          {sagas.error.message}
        </ErrorState>
      </Panel>
    );
  }
  if (!sagas.data) {
    return (
      <Panel title={words.title}>
        <ListSkeleton label={words.loading} />
      </Panel>
    );
  }
  if (sagas.data.data.length === 0) return null;
  return (
    <Panel title={words.title}>
      <ul className="grid gap-3">
        {sagas.data.data.map((saga, index) => (
          <li key={saga.id}>
            <SagaLine saga={saga} isOpen={index === 0 || saga.finished_at === null} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const tones = {
  pending: 'neutral',
  running: 'neutral',
  completed: 'ok',
  failed: 'bad',
  compensating: 'warn',
  compensated: 'warn',
} as const;

/** One saga, open to its steps. */
export function SagaLine({ saga, isOpen }: { saga: Saga; isOpen: boolean }) {
  const title = nameIn(words.kinds, saga.kind);
  return (
    <details open={isOpen}>
      <summary className="flex cursor-pointer flex-wrap items-center gap-2">
        <span className="font-medium text-ink">{title}</span>
        <Badge tone={tones[saga.state]}>{words.states[saga.state]}</Badge>
        <span className="ml-auto text-dim text-meta">
          <RelativeTime value={saga.created_at} />
        </span>
      </summary>
      <div className="mt-3">
        <StepList label={title} steps={saga.steps.flatMap((step) => stepLines(step))} />
      </div>
    </details>
  );
}

const looks: Record<SagaStep['state'], StepState> = {
  pending: 'waiting',
  running: 'busy',
  waiting: 'busy',
  completed: 'done',
  failed: 'failed',
  skipped: 'skipped',
};

/** A step, and below it what became of taking it back. */
export function stepLines(step: SagaStep, title = nameIn(words.steps, step.name)): Step[] {
  const line: Step = {
    id: step.name,
    title,
    state: looks[step.state],
    detail: <StepDetail step={step} />,
    aside: took(step.began_at, step.ended_at),
  };
  const { compensation } = step;
  if (!compensation) return [line];
  const titles = {
    running: words.takingBack,
    completed: words.takenBack,
    failed: words.notTakenBack,
  };
  return [
    line,
    {
      id: `${step.name} back`,
      title: titles[compensation.state],
      state: ({ running: 'busy', completed: 'done', failed: 'failed' } as const)[
        compensation.state
      ],
      detail: compensation.error?.message ?? compensation.note ?? undefined,
      aside: took(compensation.began_at, compensation.ended_at),
    },
  ];
}

function StepDetail({ step }: { step: SagaStep }) {
  return (
    <>
      {step.error?.message ?? step.note}
      {step.attempts > 1 && <span className="text-dim"> · {words.tries(step.attempts)}</span>}
      {step.next_attempt_at !== null && step.state === 'running' && (
        <span className="text-dim">
          {' '}
          · {words.again} <RelativeTime value={step.next_attempt_at} />
        </span>
      )}
    </>
  );
}

const took = (began: string | null, ended: string | null): string | undefined =>
  began !== null && ended !== null && ended > began
    ? formatDuration(Date.parse(ended) - Date.parse(began))
    : undefined;
