import type { Asks, RunEvent } from './run-event-schema.ts';
import type { Run } from './schema.ts';

/** What a run is, as far as its events tell. */
export type ReplayedRun = Pick<
  Run,
  | 'kind'
  | 'status'
  | 'done'
  | 'total'
  | 'created'
  | 'updated'
  | 'unchanged'
  | 'calls'
  | 'attempts'
  | 'error'
  | 'started_at'
  | 'finished_at'
> & { asks: Asks | null };

const blank: ReplayedRun = {
  kind: 'poll',
  status: 'queued',
  done: 0,
  total: null,
  created: 0,
  updated: 0,
  unchanged: 0,
  calls: 0,
  attempts: 0,
  error: null,
  asks: null,
  started_at: null,
  finished_at: null,
};

/** Rebuilds a run from everything that happened to it, in order; null when nothing is known. Pure. */
export function replayRun(events: readonly RunEvent[]): ReplayedRun | null {
  if (events.length === 0) return null;
  return events.reduce(afterEvent, blank);
}

function afterEvent(run: ReplayedRun, event: RunEvent): ReplayedRun {
  switch (event.type) {
    case 'queued':
      return { ...run, kind: event.data.kind, status: 'queued' };
    case 'released':
      return run;
    case 'started':
      return { ...run, status: 'running', asks: null, started_at: run.started_at ?? event.at };
    case 'page':
      return afterPage(run, event.data);
    case 'yielded':
      return { ...run, attempts: event.data.attempts, error: null };
    case 'postponed':
    case 'restarted':
      return {
        ...run,
        status: 'queued',
        attempts: event.data.attempts,
        error: event.data.error,
        finished_at: null,
      };
    case 'paused':
      return { ...run, status: 'paused' };
    case 'asked':
      return { ...run, status: 'paused', asks: event.data.asks, error: event.data.error };
    case 'resumed':
      return { ...run, status: 'queued', attempts: 0, error: null, finished_at: null };
    case 'cancelled':
      return { ...run, status: 'cancelled', finished_at: event.at };
    case 'completed':
      return {
        ...run,
        status: 'completed',
        total: event.data.total,
        finished_at: event.at,
      };
    case 'failed':
      return {
        ...run,
        status: 'failed',
        attempts: event.data.attempts,
        error: event.data.error,
        finished_at: event.at,
      };
    case 'polled':
      return afterPoll(run, event);
  }
}

function afterPage(
  run: ReplayedRun,
  page: Extract<RunEvent, { type: 'page' }>['data'],
): ReplayedRun {
  return {
    ...run,
    status: 'running',
    ...added(run, page),
    total: page.total,
    calls: run.calls + page.pages,
    attempts: 0,
    error: null,
    finished_at: null,
  };
}

function afterPoll(
  run: ReplayedRun,
  { data, at }: Extract<RunEvent, { type: 'polled' }>,
): ReplayedRun {
  const sums = added(run, data);
  return {
    ...run,
    kind: 'poll',
    status: data.status,
    ...sums,
    total: sums.done,
    calls: run.calls + 1,
    error: data.error,
    started_at: run.started_at ?? at,
    finished_at: at,
  };
}

type Counts = Pick<ReplayedRun, 'done' | 'created' | 'updated' | 'unchanged'>;

const added = (run: Counts, more: Counts): Counts => ({
  done: run.done + more.done,
  created: run.created + more.created,
  updated: run.updated + more.updated,
  unchanged: run.unchanged + more.unchanged,
});
