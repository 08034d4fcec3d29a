'use client';

import { formatDuration } from '@/components/ui/format-time';
import { RelativeTime } from '@/components/ui/relative-time';
import { Timeline, type TimelineEntry } from '@/components/ui/timeline';
import type { Tone } from '@/components/ui/tone';
import type { RunEvent, RunEventType } from '@/lib/sync/schema';
import { words } from './words';

const tones: Record<RunEventType, Tone> = {
  queued: 'neutral',
  released: 'neutral',
  started: 'neutral',
  page: 'neutral',
  yielded: 'neutral',
  postponed: 'warn',
  restarted: 'warn',
  paused: 'warn',
  asked: 'warn',
  resumed: 'accent',
  cancelled: 'warn',
  completed: 'ok',
  failed: 'bad',
  polled: 'ok',
};

/** The run told by its events, newest first. */
export function RunTimeline({ events }: { events: readonly RunEvent[] }) {
  return <Timeline label={words.timeline} entries={events.toReversed().map(toEntry)} />;
}

function toEntry(event: RunEvent): TimelineEntry {
  const isFailed = event.type === 'polled' && event.data.status === 'failed';
  const body = bodyOf(event);
  return {
    id: String(event.seq),
    tone: isFailed ? 'bad' : tones[event.type],
    title: (
      <>
        <strong className="font-medium text-ink">{words.events[event.type]}</strong>
        {event.by && <> {words.by(event.by.name ?? words.somebody)}</>}
      </>
    ),
    aside: <RelativeTime value={event.at} short />,
    body: body && <span className="text-meta text-mut">{body}</span>,
  };
}

/** What an event says beyond its name. */
function bodyOf(event: RunEvent): string | null {
  switch (event.type) {
    case 'page':
      return `${words.pages(event.data.pages)}: ${words.counted(event.data)}`;
    case 'polled':
      return event.data.error?.message ?? words.counted(event.data);
    case 'started':
      return (
        [
          event.data.takes_over ? words.takesOver : null,
          event.data.allows ? words.allows(event.data.allows.what, event.data.allows.count) : null,
        ]
          .filter((one) => one !== null)
          .join(', ') || null
      );
    case 'postponed':
    case 'restarted':
      return [
        event.data.error.message,
        event.data.times > 1 ? words.times(event.data.times) : null,
        event.data.after_ms > 0 ? words.again(formatDuration(event.data.after_ms)) : null,
      ]
        .filter((one) => one !== null)
        .join(' · ');
    case 'failed':
      return event.data.error.message;
    case 'asked':
      return words.asks[event.data.asks.what](event.data.asks.count, event.data.asks.of);
    case 'queued':
    case 'released':
    case 'yielded':
    case 'paused':
    case 'resumed':
    case 'cancelled':
    case 'completed':
      return null;
  }
}
