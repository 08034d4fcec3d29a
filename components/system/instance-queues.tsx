'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { ErrorState } from '@/components/ui/error-state';
import { Panel } from '@/components/ui/panel';
import { PanelSkeleton } from '@/components/ui/skeleton';
import { showToast } from '@/components/ui/toaster';
import { callApi, keys } from '@/lib/live/index';
import { type InstanceQueue, instanceQueueSchema, redrivenSchema } from '@/lib/queue/schema';
import { QueueRow } from './queue-row';
import { queueWords } from './queue-words';

const listSchema = z.object({ data: z.array(instanceQueueSchema) });
const lookEveryMs = 3_000;
const at = (queue: string) => `/system/instance-queues/${queue}` as const;

/** The queues of the whole instance, for who owns it. */
export function InstanceQueues() {
  const client = useQueryClient();
  const queues = useQuery({
    queryKey: keys.instanceQueues(),
    refetchInterval: lookEveryMs,
    queryFn: ({ signal }) => callApi('/system/instance-queues', { schema: listSchema, signal }),
  });
  const outcome = {
    onError: (error: Error) =>
      showToast({ tone: 'bad', title: queueWords.notDone, description: error.message }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.instanceQueues() }),
  };
  const rule = useMutation({
    ...outcome,
    mutationFn: ({ queue, paused }: { queue: string; paused: boolean }) =>
      callApi(at(queue), { method: 'PATCH', json: { paused }, schema: z.unknown() }),
  });
  const redrive = useMutation({
    ...outcome,
    mutationFn: (queue: string) =>
      callApi(`${at(queue)}/redrive`, { method: 'POST', json: {}, schema: redrivenSchema }),
    onSuccess: ({ redriven }) => showToast({ tone: 'ok', title: queueWords.redriven(redriven) }),
  });
  if (queues.error && !queues.data) {
    return (
      <ErrorState title={queueWords.failed} onRetry={() => void queues.refetch()}>
        {queues.error.message}
      </ErrorState>
    );
  }
  if (!queues.data) return <PanelSkeleton label={queueWords.loading} lines={8} />;
  return (
    <InstanceQueuesView
      queues={queues.data.data}
      isBusy={rule.isPending || redrive.isPending}
      onRule={(queue, paused) => rule.mutate({ queue, paused })}
      onRedrive={(queue) => redrive.mutate(queue)}
    />
  );
}

export interface InstanceQueuesViewProps {
  queues: InstanceQueue[];
  isBusy: boolean;
  onRule: (queue: string, paused: boolean) => void;
  onRedrive: (queue: string) => void;
}

/** The panel itself, without asking anybody. */
export function InstanceQueuesView({ queues, ...actions }: InstanceQueuesViewProps) {
  return (
    <Panel title={queueWords.title} padding="flush">
      <ul className="divide-y divide-line">
        {queues.map((queue) => (
          <QueueRow key={queue.name} queue={queue} {...actions} />
        ))}
      </ul>
    </Panel>
  );
}
