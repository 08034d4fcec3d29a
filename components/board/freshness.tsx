'use client';

import { Bars } from '@/components/ui/bars';
import { formatDuration } from '@/components/ui/format-time';
import { Panel } from '@/components/ui/panel';
import { Stat } from '@/components/ui/stat';
import type { Board } from '@/lib/hub/schema';
import { words } from './words';

/** From the arrival of a webhook to its record committed. */
export function Freshness({ freshness }: { freshness: Board['freshness'] }) {
  const { p50_ms: median, p95_ms: slow, series } = freshness;
  return (
    <Panel title={words.freshness} aside={words.lastHour}>
      {median === null ? (
        <p className="text-mut">{words.noFreshness}</p>
      ) : (
        <>
          <Stat
            value={formatDuration(median)}
            note={`median${slow === null ? '' : ` · p95 ${formatDuration(slow)}`}`}
          />
          <Bars
            className="mt-3"
            values={series}
            format={formatDuration}
            label={`Median of every five minutes of the last hour, over all ${formatDuration(median)}`}
          />
          <p className="mt-1 flex justify-between text-dim text-micro">
            <span>{words.hourAgo}</span>
            <span>{words.now}</span>
          </p>
        </>
      )}
    </Panel>
  );
}
