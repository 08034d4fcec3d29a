'use client';

import { StatusDot, type StatusShape } from '@/components/ui/status-dot';
import type { Tone } from '@/components/ui/tone';
import { Tooltip } from '@/components/ui/tooltip';
import { type LiveState, useLiveState } from '@/lib/live/index';
import { words } from './words';

const looks: Record<LiveState, { tone: Tone; shape: StatusShape }> = {
  connecting: { tone: 'neutral', shape: 'half' },
  live: { tone: 'ok', shape: 'live' },
  catching_up: { tone: 'warn', shape: 'half' },
  offline: { tone: 'bad', shape: 'square' },
};

/** Says whether what is on the screen is the present. */
export function LiveDot() {
  const state = useLiveState();
  const look = looks[state];
  return (
    <Tooltip content={words.liveHint[state]}>
      <span role="status" className="inline-flex items-center gap-2" data-live={state}>
        <StatusDot tone={look.tone} shape={look.shape} />
        {words.live[state]}
      </span>
    </Tooltip>
  );
}
