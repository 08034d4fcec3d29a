import { clockLimits, driftOf } from '#lib/resilience/index';
import { syncLimits } from './limits.ts';
import { clockUncertaintyMs, type MergeInput } from './merge/index.ts';

/** The clock of a service as it was measured; see resilience's connection_clocks. */
export interface MeasuredClock {
  /** Milliseconds it is ahead of the hub's. */
  offset_ms: number;
  error_ms: number;
  measured_ms: number;
}

/** The newest change of a field that came from one place. */
export interface SeenEdit {
  field: string;
  /** When the log took it in, by the hub's clock. */
  at_ms: number;
  /** It was made at a service, before it was taken in. */
  is_remote: boolean;
  /** When, by what the service said. */
  remote_at_ms: number | null;
  clock: MeasuredClock | null;
}

/** What is known of times, where the later edit is to win. All in milliseconds since the epoch. */
export interface SeenTimes {
  now_ms: number;
  /** Of the service that is observed. */
  clock: MeasuredClock | null;
  /** Changes of the record made elsewhere. */
  edits: SeenEdit[] | null;
}

interface Span {
  lowMs: number;
  highMs: number;
}

/**
 * When both sides of a record's fields were changed, on the hub's clock, and how far that can be wrong. A
 * service's own time means nothing here until it is known how far its clock is ahead: where that was not
 * measured, or the service names a time that its clock cannot have reached yet, no time is known and a
 * person is asked. Pure.
 */
export function comparableTimes(
  times: SeenTimes | null,
  updatedAt: string,
): Required<Pick<MergeInput, 'localAtMs' | 'remoteAtMs' | 'uncertaintyMs'>> {
  const local: Record<string, number> = {};
  const uncertainty: Record<string, number> = {};
  const unknown = { localAtMs: local, remoteAtMs: null, uncertaintyMs: uncertainty };
  if (!times) return unknown;
  const there = spanOf(Date.parse(updatedAt), times.clock, times.now_ms, times.now_ms);
  if (!there) return unknown;
  const fields = new Set((times.edits ?? []).map(({ field }) => field));
  for (const field of fields) {
    const here = latestOf(times, field);
    if (!here) continue;
    local[field] = middleOf(here);
    uncertainty[field] = clockUncertaintyMs + halfOf(here) + halfOf(there);
  }
  return { localAtMs: local, remoteAtMs: middleOf(there), uncertaintyMs: uncertainty };
}

const middleOf = ({ lowMs, highMs }: Span): number => (lowMs + highMs) / 2;
const halfOf = ({ lowMs, highMs }: Span): number => (highMs - lowMs) / 2;

/** The last of several changes was made no earlier than the latest start, and no later than the latest end. */
function latestOf(times: SeenTimes, field: string): Span | null {
  const spans = (times.edits ?? [])
    .filter((edit) => edit.field === field)
    .map((edit): Span => {
      if (!edit.is_remote) return { lowMs: edit.at_ms, highMs: edit.at_ms };
      const span = spanOf(edit.remote_at_ms, edit.clock, edit.at_ms, times.now_ms);
      return span ?? { lowMs: -Infinity, highMs: edit.at_ms };
    });
  const lowMs = Math.max(...spans.map((span) => span.lowMs));
  const highMs = Math.max(...spans.map((span) => span.highMs));
  return Number.isFinite(lowMs) ? { lowMs, highMs } : null;
}

/** A service's time on the hub's clock; `seenMs` is when it was known here, so it was not later. */
function spanOf(
  serviceMs: number | null,
  clock: MeasuredClock | null,
  seenMs: number,
  nowMs: number,
): Span | null {
  if (serviceMs === null || Number.isNaN(serviceMs) || !clock) return null;
  const ageMs = nowMs - clock.measured_ms;
  if (ageMs > clockLimits.trustMs) return null;
  const atMs = serviceMs - clock.offset_ms;
  const errorMs = clock.error_ms + driftOf(ageMs) + syncLimits.coarseClockMs;
  // Its times are not of the clock that was measured.
  if (atMs - errorMs - clockUncertaintyMs > seenMs) return null;
  const highMs = Math.min(atMs + errorMs, seenMs);
  return { lowMs: Math.min(atMs - errorMs, highMs), highMs };
}
