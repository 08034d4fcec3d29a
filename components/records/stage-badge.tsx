'use client';

import { Badge } from '@/components/ui/badge';
import { formatDuration } from '@/components/ui/format-time';
import type { Tone } from '@/components/ui/tone';
import { Tooltip } from '@/components/ui/tooltip';
import type { EditStage } from '@/lib/live/index';
import { words } from './words';

/** An accepted or echoed edit is news for this long, in ms; afterwards the cell is empty again. */
const newsMs = 30_000;

const tones: Record<Exclude<EditStage['stage'], 'none'>, Tone> = {
  saving: 'accent',
  saved: 'accent',
  sending: 'accent',
  accepted: 'ok',
  echoed: 'ok',
  refused: 'bad',
  unknown: 'warn',
  conflict: 'warn',
};

export function isNews(stage: EditStage, now: number): boolean {
  if (stage.stage === 'none') return false;
  if (stage.stage === 'accepted' || stage.stage === 'echoed')
    return now - Date.parse(stage.at) < newsMs;
  return true;
}

/** How far the last edit got, in a word; the reason or the time on hover. */
export function StageBadge({ stage, now }: { stage: EditStage; now: number }) {
  if (!isNews(stage, now) || stage.stage === 'none') return null;
  const badge = (
    <span data-stage={stage.stage} className="inline-flex">
      <Badge tone={tones[stage.stage]}>
        {words.stages[stage.stage]}
        {'ms' in stage && stage.ms !== null ? ` ${formatDuration(stage.ms)}` : ''}
      </Badge>
    </span>
  );
  if (stage.stage === 'refused' || stage.stage === 'unknown')
    return <Tooltip content={stage.message}>{badge}</Tooltip>;
  if (stage.stage === 'saved' && stage.waitsFor)
    return <Tooltip content={words.pausedFlow(stage.waitsFor)}>{badge}</Tooltip>;
  return badge;
}
