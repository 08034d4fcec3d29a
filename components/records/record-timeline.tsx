'use client';

import { useMay } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { formatDuration } from '@/components/ui/format-time';
import { RelativeTime } from '@/components/ui/relative-time';
import { Timeline, type TimelineEntry } from '@/components/ui/timeline';
import type { Change, Creation, Push, RecordHistory } from '@/lib/records/schema';
import { ChangeDiff } from './change-diff';
import { ChangeUndo } from './change-undo';
import { historyWords } from './history-words';
import { OriginLinks } from './origin-links';
import { offersUndo, takenBack, tellChange } from './tell-change';
import { fieldWords, shownFields } from './values';
import { words } from './words';

interface RecordTimelineProps {
  history: RecordHistory;
  /** What people call each connection. */
  connectors: Map<string, string>;
}

/** Changes and what services were told of them, newest first, each with where it came from. */
export function RecordTimeline({ history, connectors }: RecordTimelineProps) {
  const mayUndo = useMay('editor');
  const taken = takenBack(history.changes);
  const entries = [
    ...history.changes.map((change) => ({
      at: change.at,
      entry: changeEntry(change, { connectors, mayUndo, undone: taken.get(change.position) }),
    })),
    ...history.pushes.map((push) => ({ at: push.created_at, entry: pushEntry(push, connectors) })),
    ...history.creations.map((creation) => ({
      at: creation.finished_at ?? creation.sent_at ?? creation.created_at,
      entry: creationEntry(creation, connectors),
    })),
  ];
  return (
    <Timeline
      label="What happened to this record"
      entries={entries.toSorted((a, b) => (a.at < b.at ? 1 : -1)).map(({ entry }) => entry)}
    />
  );
}

const tones = { user: 'accent', connection: 'neutral', hub: 'warn' } as const;

function changeEntry(
  change: Change,
  shown: {
    connectors: Map<string, string>;
    mayUndo: boolean;
    undone: 'whole' | 'part' | undefined;
  },
): TimelineEntry {
  const isOffered = shown.mayUndo && shown.undone !== 'whole' && offersUndo(change);
  const { who, did } = tellChange(change, (id) => shown.connectors.get(id ?? ''));
  // What a person took back together is no run that could be looked at.
  const refs =
    change.origin === 'user' ? { ...change, run_id: null, undo_id: change.run_id } : change;
  return {
    id: `change ${change.position}`,
    tone: tones[change.origin],
    title: (
      <>
        <strong className="font-medium text-ink">{who}</strong> {did}{' '}
        {shown.undone && (
          <Badge tone="warn" shape="tag">
            {historyWords.undone[shown.undone]}
          </Badge>
        )}
      </>
    ),
    aside: <RelativeTime value={change.at} short />,
    body: (isOffered || change.op !== 'create' || refs.inbox_event_id || refs.run_id) && (
      <div className="grid grid-cols-1 gap-1">
        {change.op !== 'create' &&
          shownDiff(change).map(([field, [before, after]]) => (
            <ChangeDiff key={field} field={field} before={before} after={after} />
          ))}
        <span className="flex min-h-5 flex-wrap items-center gap-x-3 text-dim text-meta empty:hidden">
          <OriginLinks refs={refs} />
          {isOffered && <ChangeUndo position={change.position} recordId={change.record_id} />}
        </span>
      </div>
    ),
  };
}

function shownDiff(change: Change) {
  const shown = new Set(shownFields(Object.keys(change.diff)));
  return Object.entries(change.diff).filter(([field]) => shown.has(field));
}

const pushTones = {
  accepted: 'ok',
  refused: 'bad',
  unknown: 'warn',
  superseded: 'neutral',
  open: 'neutral',
} as const;

/** How far one call got, in the words of the stages an edit goes through. */
function pushEntry(push: Push, connectors: Map<string, string>): TimelineEntry {
  const state = push.outcome ?? 'open';
  const service = connectors.get(push.connection_id) ?? words.theService;
  // It may have been accepted without some.
  const isLeftOut = (field: string) =>
    state === 'accepted' && push.error?.fields?.includes(field) === true;
  const fields = shownFields(push.fields.filter((field) => !isLeftOut(field)));
  const title = historyWords.pushes[state](service, fields.map(fieldWords).join(', '));
  const roundTrip = push.echoed_at
    ? historyWords.pushes.echoed(
        formatDuration(Date.parse(push.echoed_at) - Date.parse(push.created_at)),
      )
    : null;
  return {
    id: `push ${push.id}`,
    tone: pushTones[state],
    title,
    aside: <RelativeTime value={push.created_at} short />,
    body: (push.error || roundTrip) && (
      <span className="text-dim text-meta">{push.error?.message ?? roundTrip}</span>
    ),
  };
}

const creationTones = {
  owed: 'neutral',
  sending: 'neutral',
  unknown: 'warn',
  done: 'ok',
  refused: 'bad',
  cancelled: 'neutral',
} as const;

/** An object owed to a service that had none for the record, and what became of it. */
function creationEntry(creation: Creation, connectors: Map<string, string>): TimelineEntry {
  const service = connectors.get(creation.connection_id) ?? creation.stream;
  return {
    id: `creation ${creation.id}`,
    tone: creationTones[creation.state],
    title: historyWords.creations[creation.state](service),
    aside: (
      <RelativeTime value={creation.finished_at ?? creation.sent_at ?? creation.created_at} short />
    ),
    body: creation.error && <span className="text-dim text-meta">{creation.error.message}</span>,
  };
}
