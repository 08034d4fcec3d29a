'use client';

import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { RelativeTime } from '@/components/ui/relative-time';
import { namedOption, SuggestInput, type SuggestOption } from '@/components/ui/suggest-input';
import { isChannelId } from './form-draft';
import { useChannels } from './use-channels';
import { words } from './words';

const text = words.form;

interface ChannelFieldProps {
  connectionId: string;
  channel: string;
  channelName: string;
  /** The one it has been so far, taken as it is. */
  kept: string | null;
  onChange: (change: { channel: string; channelName: string }) => void;
  /** What the API says is wrong with it. */
  fault: string | undefined;
}

/** A channel of the workspace: chosen from those the app sees, or named, or given by its id. */
export function ChannelField({ connectionId, ...props }: ChannelFieldProps) {
  const { channel, channelName, onChange } = props;
  const { channels, refresh } = useChannels(connectionId);
  const options: SuggestOption[] = (channels.data?.data ?? []).map(({ id, name, detail }) => ({
    value: id,
    label: name,
    hint: detail,
  }));
  // What stood in the field when it was left: no longer the beginning of something.
  const [left, setLeft] = useState<string | null>(null);
  const hasLeft = left === channel;
  const chosen =
    namedOption(options, channel) ??
    (hasLeft ? namedOption(options, `#${channel.trim()}`) : undefined);
  const choose = (value: string) => {
    const known = namedOption(options, value);
    onChange({ channel: known?.value ?? value, channelName: known?.label ?? '' });
  };
  // The list may come after the name was typed, and a channel be called otherwise since it was chosen.
  const isUnsettled =
    chosen !== undefined && (chosen.value !== channel || chosen.label !== channelName);
  useEffect(() => {
    if (isUnsettled) onChange({ channel: chosen.value, channelName: chosen.label });
  });
  return (
    <Field
      label={text.channel}
      required
      hint={chosen?.hint ?? text.channelHint}
      error={
        props.fault ??
        (channel === props.kept
          ? undefined
          : faultOf(channel, hasLeft, options, channels.data ? 'success' : channels.status))
      }
      action={
        channels.data && (
          <span className="flex min-w-0 items-baseline gap-1 text-dim text-meta">
            <span className="truncate">
              {text.channels.asOf} <RelativeTime value={channels.data.as_of} />
            </span>
            <Button
              size="sm"
              variant="ghost"
              className="-my-1"
              busy={refresh.isPending}
              onClick={() => refresh.mutate()}
            >
              {text.channels.askAgain}
            </Button>
          </span>
        )
      }
    >
      {(control) => (
        <>
          <SuggestInput
            control={control}
            value={channel}
            onValueChange={(value) => {
              setLeft(null);
              choose(value);
            }}
            options={options}
            label={text.channels.list}
            {...(channelName ? { shown: channelName } : {})}
            busy={channels.isPending || refresh.isPending ? text.channels.asking : null}
            empty={isChannelId(channel) ? text.channels.idTaken : text.channels.empty}
            placeholder={text.channelPlaceholder}
            onLeave={setLeft}
          />
          <Unlisted
            error={channels.error ?? refresh.error}
            retry={() => (channels.error ? void channels.refetch() : refresh.mutate())}
            busy={channels.isFetching || refresh.isPending}
          />
        </>
      )}
    </Field>
  );
}

function faultOf(
  typed: string,
  hasLeft: boolean,
  options: readonly SuggestOption[],
  status: 'pending' | 'error' | 'success',
): string | undefined {
  if (typed.trim() === '' || isChannelId(typed) || status === 'pending') return undefined;
  if (status === 'error') return text.channels.needsId;
  const isBeginning =
    !hasLeft &&
    options.some(({ label }) => label.toLowerCase().includes(typed.trim().toLowerCase()));
  return isBeginning ? undefined : text.channels.unknown(typed.trim());
}

function Unlisted(props: { error: Error | null; retry: () => void; busy: boolean }) {
  if (!props.error) return null;
  return (
    <div role="status" className="flex flex-wrap items-center gap-2 text-meta">
      <span className="min-w-0 flex-1 basis-40 text-warn">
        {`${text.channels.notNow}: ${props.error.message} ${text.channels.idWorks}`}
      </span>
      <Button size="sm" busy={props.busy} onClick={props.retry}>
        {text.channels.retry}
      </Button>
    </div>
  );
}
