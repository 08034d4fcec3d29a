import type { UndoRun } from '@/lib/records/schema';
import type { Run, RunEventType } from '@/lib/sync/schema';

const many = (count: number, one: string, more: string): string =>
  count === 1 ? `1 ${one}` : `${count.toLocaleString('en')} ${more}`;
export const records = (count: number): string => many(count, 'record', 'records');

/** All text about runs: what happened, what they ask, taking back what they did. */
export const words = {
  kinds: {
    backfill: 'First reading',
    poll: 'Poll',
    reconcile: 'Sweep',
  } satisfies Record<Run['kind'], string>,
  statuses: {
    queued: 'waits',
    running: 'running',
    paused: 'paused',
    completed: 'done',
    failed: 'failed',
    cancelled: 'cancelled',
  } satisfies Record<Run['status'], string>,
  one: 'Run',
  back: 'Connection',
  loading: 'The run is loading',
  failed: 'The run could not be read',
  of: (name: string) => `of ${name}`,
  progress: { label: 'Read so far', unit: 'objects' },
  facts: {
    title: 'In numbers',
    done: 'Looked at',
    created: 'Made here',
    updated: 'Changed here',
    unchanged: 'As they were',
    calls: 'Pages and rounds',
    saved: 'Calls saved',
    attempts: 'Failures in a row',
    started: 'Began',
    finished: 'Ended',
  },
  timeline: 'What happened',
  noEvents: 'This run is from before its events were kept.',
  cut: 'Older events of this run are not shown.',
  actions: { pause: 'Pause', resume: 'Resume', cancel: 'Cancel' },
  didNot: 'It did not work',
  asks: {
    delete: (count: number, of: number) =>
      `This sweep would delete ${count.toLocaleString('en')} of ${records(of)}`,
    overwrite: (count: number, of: number) =>
      `This sweep would change more than ${(count - 1).toLocaleString('en')} of ${records(of)}`,
    deleteHint:
      'They were not in the list of their service. Each is asked for by its id first, and only what is gone there is deleted here.',
    overwriteHint: 'They differ at their service. Allowed, the service’s values are taken over.',
    some: 'Some of them',
    allow: 'Allow',
    cancel: 'Cancel the sweep',
    viewer: 'An editor has to answer.',
  },
  events: {
    queued: 'Queued',
    released: 'It is known how changes will arrive',
    started: 'A worker began',
    page: 'Read',
    yielded: 'Gave way to other work',
    postponed: 'Put off',
    restarted: 'Begins anew',
    paused: 'Paused',
    asked: 'Asked a person',
    resumed: 'Let go on',
    cancelled: 'Cancelled',
    completed: 'Done',
    failed: 'Failed',
    polled: 'Polled',
  } satisfies Record<RunEventType, string>,
  by: (name: string) => `by ${name}`,
  somebody: 'somebody',
  takesOver: 'from one that was not heard of any more',
  allows: (what: 'delete' | 'overwrite', count: number) => `allowed to ${what} ${records(count)}`,
  pages: (pages: number) => many(pages, 'page', 'pages'),
  counted: (counts: { done: number; created: number; updated: number }) =>
    `${counts.done.toLocaleString('en')} looked at, ${counts.created.toLocaleString('en')} made, ${counts.updated.toLocaleString('en')} changed`,
  times: (times: number) => `${times} times in a row`,
  again: (span: string) => `again after ${span}`,
  undo: {
    action: 'Take back what it did',
    title: 'Take back what this run did?',
    hint: 'Every record goes back to what it was before, by a change of its own; the services are told afterwards.',
    looking: 'What it would do is being looked up',
    can: (count: number) => `${records(count)} go back wholly`,
    partly: (count: number) => `${records(count)} in part`,
    asks: (count: number) => `${records(count)} are asked for at their service`,
    cannot: (count: number) => `${records(count)} stay as they are`,
    lookedAt: (count: number, of: number) => `Of ${records(of)} the first ${count} were looked at.`,
    sample: 'Some of them',
    confirm: 'Take back',
    panel: 'Taken back',
    label: 'Taking back what this run did',
    unit: 'records',
    statuses: {
      queued: 'waits',
      running: 'under way',
      asking: 'waits for services to answer',
      completed: 'done',
      cancelled: 'stopped',
      failed: 'failed',
    } satisfies Record<UndoRun['status'], string>,
    result: (undo: UndoRun) =>
      [
        `${records(undo.undone)} taken back`,
        undo.partly > 0 ? `${records(undo.partly)} in part` : null,
        undo.kept > 0 ? `${records(undo.kept)} kept` : null,
        undo.asked > 0 ? `${undo.restored} of ${undo.asked} deleted ones came back` : null,
      ]
        .filter((one) => one !== null)
        .join(', '),
    notes: 'What was not wholly taken back',
    outcomes: {
      kept: 'kept',
      partly: 'in part',
      asked: 'asked for',
      restored: 'came back',
      gone: 'gone there too',
    },
    stop: 'Stop',
    again: 'Take this undo back',
    untitled: 'Without a title',
  },
} as const;
