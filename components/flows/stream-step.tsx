'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { useId } from 'react';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useSession } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { cn } from '@/components/ui/class-names';
import { Panel } from '@/components/ui/panel';
import { ProviderMark } from '@/components/ui/provider-mark';
import { editorWords } from './editor-words';
import type { ChoiceGroup, StreamChoice } from './stream-choices';
import { tellSlackPath } from './tell-path';
import { words } from './words';

const text = editorWords.streams;

/** The streams one can choose from, by connection; of each that cannot be chosen the reason. */
export function StreamStep({
  groups,
  fault,
  onToggle,
}: {
  groups: readonly ChoiceGroup[];
  fault: string | undefined;
  onToggle: (streamId: string) => void;
}) {
  const nameOf = useProviderName();
  return (
    <Panel title={text.title} className="[&_h2]:text-body [&_h2]:text-ink">
      <p className="-mt-2 mb-3 text-mut">{text.hint}</p>
      {fault && (
        <p role="alert" className="mb-3 text-bad">
          {fault}
        </p>
      )}
      {groups.length === 0 ? (
        <p className="text-mut">{text.none}</p>
      ) : (
        <div className="grid gap-4 lg:grid-cols-2 2xl:grid-cols-3">
          {groups.map(({ connection, choices }) => (
            <fieldset key={connection.id} className="min-w-0">
              <legend className="mb-1.5 flex max-w-full items-center gap-2">
                <ProviderMark name={nameOf(connection.connector)} size="xs" />
                <span className="truncate font-medium">{connection.account_name}</span>
                <span className="text-mut">{nameOf(connection.connector)}</span>
              </legend>
              <div className="grid gap-1.5">
                {choices.map((choice) => (
                  <div key={choice.stream.id}>
                    <Choice choice={choice} onToggle={onToggle} />
                    {choice.tell && <TellInstead of={choice.tell} />}
                  </div>
                ))}
              </div>
            </fieldset>
          ))}
        </div>
      )}
    </Panel>
  );
}

function Choice({
  choice,
  onToggle,
}: {
  choice: StreamChoice;
  onToggle: (streamId: string) => void;
}) {
  const id = useId();
  const { stream, place, reason } = choice;
  const isChosen = place !== -1;
  return (
    <label
      htmlFor={id}
      className={cn(
        'flex min-h-10 items-center gap-3 rounded-md border px-3 py-1.5 transition-colors',
        isChosen
          ? 'border-accent/60 bg-accent/6'
          : reason
            ? 'cursor-not-allowed border-line border-dashed'
            : 'cursor-pointer border-line-2 bg-panel hover:bg-hover',
      )}
    >
      <input
        id={id}
        type="checkbox"
        checked={isChosen}
        disabled={reason !== null}
        aria-describedby={`${id}-says`}
        onChange={() => onToggle(stream.id)}
        className="size-4 shrink-0 accent-accent"
      />
      <span className="min-w-0 flex-1">
        <span className={cn('block truncate', reason ? 'text-mut' : 'font-medium')}>
          {stream.name}
        </span>
        <span id={`${id}-says`} className="block text-dim text-meta">
          {reason ?? saysOf(stream)}
        </span>
      </span>
      {isChosen && <Badge tone="accent">{text.place(place)}</Badge>}
    </label>
  );
}

/** Whoever looks for a channel here most likely wants to hear of the others' changes in it. */
function TellInstead({ of }: { of: NonNullable<StreamChoice['tell']> }) {
  const { home } = useSession();
  return (
    <p className="mt-1 px-3 text-meta text-mut">
      {words.tell.at}{' '}
      <Link
        href={tellSlackPath(home, of) as Route}
        className="underline underline-offset-3 hover:text-ink"
      >
        {words.tell.action}
      </Link>
    </p>
  );
}

function saysOf(stream: StreamChoice['stream']): string {
  const kind =
    stream.kind in words.kinds ? words.kinds[stream.kind as keyof typeof words.kinds] : stream.kind;
  return [
    kind,
    words.sides.records(stream.records),
    stream.phase === 'live' ? null : words.phases[stream.phase].toLowerCase(),
  ]
    .filter(Boolean)
    .join(' · ');
}
