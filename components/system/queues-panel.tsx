'use client';

import { useQuery } from '@tanstack/react-query';
import { useSession } from '@/components/shell/use-session';
import { ErrorState } from '@/components/ui/error-state';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import { PanelSkeleton } from '@/components/ui/skeleton';
import { StatusDot } from '@/components/ui/status-dot';
import { toneText } from '@/components/ui/tone';
import { callApi, keys } from '@/lib/live/index';
import { type OwedQueue, type OwedWork, owedSchema, type QueueFailure } from '@/lib/queue/schema';
import { InstanceQueues } from './instance-queues';
import { queueName, queueWords } from './queue-words';

const lookEveryMs = 3_000;

/** What this workspace is owed; for the owner of the instance the queues themselves, too. */
export function QueuesPanel() {
  const { workspace, info } = useSession();
  const owed = useQuery({
    queryKey: keys.queues(workspace.id),
    refetchInterval: lookEveryMs,
    queryFn: ({ signal }) =>
      callApi('/system/queues', {
        query: { workspace_id: workspace.id },
        schema: owedSchema,
        signal,
      }),
  });
  return (
    <>
      {info.is_instance_owner && <InstanceQueues />}
      {owed.error && !owed.data ? (
        <ErrorState title={queueWords.failed} onRetry={() => void owed.refetch()}>
          {owed.error.message}
        </ErrorState>
      ) : owed.data ? (
        <OwedView owed={owed.data} />
      ) : (
        <PanelSkeleton label={queueWords.loading} lines={4} />
      )}
    </>
  );
}

/** The panel itself, without asking anybody. */
export function OwedView({ owed }: { owed: OwedWork }) {
  const { listening, polling } = owed.workers;
  const busy = owed.queues.filter(
    (queue) => queue.due > 0 || queue.failing > 0 || queue.paused_at !== null,
  );
  return (
    <Panel title={queueWords.titleOwn} padding="flush">
      <p className="flex items-center gap-3 border-line border-b px-4 py-2.5 text-mut">
        <StatusDot
          tone={listening + polling === 0 ? 'bad' : polling > 0 ? 'warn' : 'ok'}
          shape={listening + polling === 0 ? 'square' : polling > 0 ? 'half' : 'solid'}
        />
        {queueWords.mode(owed.workers)}
      </p>
      {busy.length === 0 ? (
        <p className="px-4 py-2.5 text-mut">{queueWords.nothing}</p>
      ) : (
        <ul className="divide-y divide-line">
          {busy.map((queue) => (
            <OwedRow key={queue.name} queue={queue} />
          ))}
        </ul>
      )}
      {owed.failures.length > 0 && (
        <section aria-label={queueWords.failures} className="border-line border-t">
          <h3 className="px-4 pt-2.5 text-meta text-mut">{queueWords.failures}</h3>
          <ul className="divide-y divide-line">
            {owed.failures.map((failure) => (
              <FailureRow key={`${failure.queue} ${failure.key}`} failure={failure} />
            ))}
          </ul>
        </section>
      )}
    </Panel>
  );
}

function OwedRow({ queue }: { queue: OwedQueue }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 px-4 py-2.5">
      <span className="min-w-0 flex-1">
        <span className="block font-medium">{queueName(queue.name)}</span>
        <span className="block text-meta text-mut">
          {queue.paused_at ? queueWords.rests : queueWords.names[queue.name]?.does}
        </span>
      </span>
      <span className="text-right text-meta text-mut tabular-nums">
        {queue.failing > 0 && (
          <span className={toneText.warn}>{queueWords.failing(queue.failing)} </span>
        )}
        {queue.due > 0 && <span className="block text-ink">{queueWords.due(queue.due)}</span>}
        {queue.due > 0 && queue.oldest_at && (
          <span className="block">
            {queueWords.oldest} <RelativeTime value={queue.oldest_at} />
          </span>
        )}
      </span>
    </li>
  );
}

function FailureRow({ failure }: { failure: QueueFailure }) {
  return (
    <li className="grid gap-0.5 px-4 py-2.5">
      <p className="break-words">
        <span className="font-medium">{queueName(failure.queue)}</span>{' '}
        <code className="break-all text-dim text-micro">{failure.key}</code>
      </p>
      <p className="break-words text-meta text-mut">
        {failure.reason} <code className="text-dim text-micro">{failure.code}</code>
      </p>
      <p className="text-meta text-mut">
        {queueWords.attempts(failure.count)}, {queueWords.next}{' '}
        <RelativeTime value={failure.retry_at} />
      </p>
    </li>
  );
}
