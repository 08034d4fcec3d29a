'use client';

import { stepLines } from '@/components/connections/saga-timeline';
import { ErrorState } from '@/components/ui/error-state';
import { Notice } from '@/components/ui/notice';
import { ListSkeleton } from '@/components/ui/skeleton';
import { StepList } from '@/components/ui/step-list';
import type { RecordPlace } from '@/lib/records/schema';
import type { Saga } from '@/lib/sagas/schema';
import { newRecordWords as words } from './new-record-words';
import { useRecordSagas } from './use-new-record';

/** How far it has come at each service; when one refuses, why, and what became of the others. */
export function NewRecordProgress({
  recordId,
  chosen,
}: {
  recordId: string;
  /** In the order they were asked for. */
  chosen: readonly RecordPlace[];
}) {
  const sagas = useRecordSagas(recordId);
  const saga = sagas.data?.[0];
  if (sagas.error && !saga) {
    return (
      <ErrorState title={words.failed} onRetry={() => void sagas.refetch()}>
        {sagas.error.message}
      </ErrorState>
    );
  }
  if (!saga) return <ListSkeleton label={words.progress} />;
  const titles = Object.fromEntries(
    chosen.map(({ provider, stream_name: name }, index) => [
      `create_${index + 1}`,
      words.at(provider, name),
    ]),
  );
  return (
    <div className="grid gap-4">
      <SagaEnd saga={saga} />
      <StepList
        label={words.progress}
        steps={saga.steps.flatMap((step) => stepLines(step, titles[step.name]))}
      />
    </div>
  );
}

/** Why it was taken back, in the service's words. */
export const reasonOf = ({ steps }: Saga): string | null =>
  steps.find(({ state, error }) => state === 'failed' && error !== null)?.error?.message ?? null;

/** What a saga of a record came to, as far as somebody has to know. */
export function SagaEnd({ saga }: { saga: Saga }) {
  switch (saga.state) {
    case 'completed':
      return (
        <Notice tone="ok" live>
          {words.done}
        </Notice>
      );
    case 'compensated':
    case 'failed': {
      const isClean = saga.state === 'compensated';
      return (
        <Notice
          tone={isClean ? 'warn' : 'bad'}
          title={isClean ? words.takenBack : words.notTakenBack}
          live
        >
          <p>{reasonOf(saga)}</p>
          <p>{isClean ? words.nothingMade : words.someMade}</p>
        </Notice>
      );
    }
    case 'pending':
    case 'running':
    case 'compensating':
      return <p className="text-mut">{words.goesOn}</p>;
  }
}
