import { Pause, Play, RotateCcw } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { IconButton } from '@/components/ui/icon-button';
import { RelativeTime } from '@/components/ui/relative-time';
import { StatusDot } from '@/components/ui/status-dot';
import { toneText } from '@/components/ui/tone';
import type { InstanceQueue } from '@/lib/queue/schema';
import { queueName, queueWords } from './queue-words';

const looks = {
  idle: { tone: 'neutral', shape: 'ring' },
  working: { tone: 'ok', shape: 'solid' },
  behind: { tone: 'warn', shape: 'half' },
  failing: { tone: 'warn', shape: 'diamond' },
  stuck: { tone: 'bad', shape: 'square' },
  paused: { tone: 'accent', shape: 'half' },
} as const;

export interface QueueRowProps {
  queue: InstanceQueue;
  isBusy: boolean;
  onRule: (queue: string, paused: boolean) => void;
  onRedrive: (queue: string) => void;
}

/** One queue of the instance: how it is, what waits, why it fails, and the two things to be done. */
export function QueueRow({ queue, isBusy, onRule, onRedrive }: QueueRowProps) {
  const look = looks[queue.condition];
  const isPaused = queue.paused_at !== null;
  const name = queueName(queue.name);
  const rule = isPaused ? queueWords.resumeOf(name) : queueWords.pauseOf(name);
  return (
    <li className="grid gap-1.5 px-4 py-2.5">
      <div className="flex items-center gap-3">
        <StatusDot {...look} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{name}</span>
          <span className="block text-meta text-mut">{queueWords.names[queue.name]?.does}</span>
        </span>
        <span className={toneText[look.tone]}>{queueWords.condition[queue.condition]}</span>
        {queue.failing > 0 && (
          <IconButton
            label={queueWords.redriveOf(name)}
            disabled={isBusy}
            icon={<RotateCcw aria-hidden="true" />}
            onClick={() => onRedrive(queue.name)}
          />
        )}
        <IconButton
          label={rule}
          disabled={isBusy}
          icon={isPaused ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
          onClick={() => onRule(queue.name, !isPaused)}
        />
      </div>
      <QueueFacts queue={queue} />
    </li>
  );
}

function QueueFacts({ queue }: { queue: InstanceQueue }) {
  const { due, waiting, running, oldest_at: oldestAt, paused_at: pausedAt, reasons } = queue;
  if (due + waiting + running + reasons.length === 0 && pausedAt === null) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 pl-5.5 text-meta text-mut tabular-nums">
      {pausedAt && (
        <span className={toneText.accent}>
          {queueWords.rests}, {queueWords.since} <RelativeTime value={pausedAt} />
        </span>
      )}
      {due > 0 && <span className="text-ink">{queueWords.due(due)}</span>}
      {waiting > 0 && <span>{queueWords.waiting(waiting)}</span>}
      {running > 0 && <span>{queueWords.running(running)}</span>}
      {due > 0 && oldestAt && (
        <span>
          {queueWords.oldest} <RelativeTime value={oldestAt} />
        </span>
      )}
      {reasons.map((reason) => (
        <Badge key={reason.code} tone="warn" shape="tag">
          {queueWords.reason({
            ...reason,
            code: queueWords.reasons[reason.code] ?? reason.code,
          })}
        </Badge>
      ))}
    </div>
  );
}
