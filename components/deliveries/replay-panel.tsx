'use client';

import { useState } from 'react';
import { useMay } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { ProgressBar } from '@/components/ui/progress-bar';
import { Select } from '@/components/ui/select';
import type { Replay, ReplayInput, Subscription } from '@/lib/delivery/schema';
import { replaySchema } from '@/lib/delivery/schema';
import { useReplays, useWrite } from './use-deliveries';
import { words } from './words';

const text = words.replay;
type Source = keyof typeof text.sources;
const dayMs = 24 * 3_600_000;
const shownReplays = 3;

function fromOf(source: Source, position: string, nowMs: number): ReplayInput['from'] {
  if (source === 'beginning') return 'beginning';
  if (source === 'position') return { position: Math.max(1, Number(position) || 1) };
  return { at: new Date(nowMs - (source === 'day' ? dayMs : 7 * dayMs)).toISOString() };
}

/** A stretch of the log once more: first how much that is, then its progress. */
export function ReplayPanel({ subscription }: { subscription: Subscription }) {
  const mayEdit = useMay('editor');
  const replays = useReplays(subscription.id);
  const write = useWrite(replaySchema);
  const [source, setSource] = useState<Source>('day');
  const [position, setPosition] = useState('1');
  const [found, setFound] = useState<Replay | null>(null);
  const path = `/subscriptions/${subscription.id}/replays`;
  const send = (preview: boolean) =>
    write.mutate(
      {
        method: 'POST',
        path,
        json: { from: fromOf(source, position, Date.now()), preview },
      },
      { onSuccess: (replay) => setFound(preview ? replay : null) },
    );
  const choose = (change: () => void) => {
    change();
    setFound(null);
  };
  const rows = (replays.data?.data ?? []).slice(0, shownReplays);
  return (
    <section className="grid gap-3 rounded-md border border-line p-3" aria-label={text.title}>
      <div>
        <h3 className="font-semibold">{text.title}</h3>
        <p className="text-mut">{text.body}</p>
      </div>
      {mayEdit && (
        <div className="flex flex-wrap items-end gap-2">
          <Field label={text.from} marksOptional={false} className="w-44">
            {(control) => (
              <Select
                control={control}
                value={source}
                onValueChange={(next) => choose(() => setSource(next))}
                options={(['day', 'week', 'beginning', 'position'] as const).map((value) => ({
                  value,
                  label: text.sources[value],
                }))}
              />
            )}
          </Field>
          {source === 'position' && (
            <Field label={text.position} marksOptional={false} className="w-28">
              {(control) => (
                <Input
                  {...control}
                  inputMode="numeric"
                  value={position}
                  onChange={(event) => choose(() => setPosition(event.target.value))}
                />
              )}
            </Field>
          )}
          <Button busy={write.isPending} onClick={() => send(found === null)}>
            {found === null ? text.look : text.start}
          </Button>
        </div>
      )}
      {found !== null && (
        <p role="status" className="text-mut">
          {text.found(found)}
        </p>
      )}
      {rows.map((replay) => (
        <ReplayRow
          key={replay.id}
          replay={replay}
          onCancel={
            mayEdit && replay.status === 'running'
              ? () => write.mutate({ method: 'DELETE', path: `${path}/${replay.id}` })
              : undefined
          }
        />
      ))}
    </section>
  );
}

function ReplayRow({ replay, onCancel }: { replay: Replay; onCancel: (() => void) | undefined }) {
  return (
    <div className="flex items-center gap-2">
      <div className="min-w-0 flex-1">
        <ProgressBar
          label={text.running}
          done={replay.cursor - replay.after_position}
          total={replay.upto_position - replay.after_position}
          unit="changes"
          state={replay.status === 'preview' ? 'running' : replay.status}
        />
      </div>
      {onCancel && (
        <Button size="sm" onClick={onCancel}>
          {text.cancel}
        </Button>
      )}
    </div>
  );
}
