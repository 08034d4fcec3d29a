import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeRecord } from '#lib/sync/merge/index';
import {
  comparableTimes,
  type MeasuredClock,
  type SeenEdit,
  type SeenTimes,
} from '../../../lib/sync/compare-times.ts';

/** By the hub's clock, which is never moved: only those of services are. */
const nowMs = Date.parse('2026-11-21T12:00:00.000Z');
const clock = (aheadMs: number, more: Partial<MeasuredClock> = {}): MeasuredClock => ({
  offset_ms: aheadMs,
  error_ms: 200,
  measured_ms: nowMs - 60_000,
  ...more,
});
const shown = (atMs: number, aheadMs: number) => new Date(atMs + aheadMs).toISOString();
const here = (atMs: number): SeenEdit => ({
  field: 'title',
  at_ms: atMs,
  is_remote: false,
  remote_at_ms: null,
  clock: null,
});

/** The title was changed there and here, with nothing told in between. */
function decide(times: SeenTimes | null, updatedAt: string) {
  const { data, conflicts } = mergeRecord({
    kind: 'task',
    local: { title: 'ours' },
    base: { title: 'base' },
    remote: { title: 'theirs' },
    held: [],
    inFlight: null,
    policies: { title: 'latest_wins' },
    ...comparableTimes(times, updatedAt),
  });
  const [conflict] = conflicts;
  return conflict?.status === 'open' ? 'asked' : data['title'];
}

const ago = fc.integer({ min: 0, max: 900_000 });
const skew = fc.integer({ min: -600_000, max: 600_000 });
/** What the clock, its seconds, its measuring and the rest may be wrong by together. */
const unsureMs = 2_000 + 1_000 + 200 + 6;

/** Never the earlier one; and nobody is asked where it is plain. */
const allowed = (lead: number, plainMs: number): string[] => [
  lead > 0 ? 'theirs' : 'ours',
  ...(Math.abs(lead) > plainMs ? [] : ['asked']),
];

describe('the later edit', () => {
  it('is the later one whatever the service’s clock says, or declared not to be known', () => {
    fc.assert(
      fc.property(ago, ago, skew, (oursAgo, theirsAgo, aheadMs) => {
        const [ours, theirs] = [nowMs - oursAgo, nowMs - theirsAgo];
        const times = { now_ms: nowMs, clock: clock(aheadMs), edits: [here(ours)] };
        const decided = decide(times, shown(theirs, aheadMs));
        expect(allowed(theirs - ours, 2 * unsureMs)).toContain(decided);
      }),
      { numRuns: 500 },
    );
  });

  it('is the same for every clock the service may have', () => {
    fc.assert(
      fc.property(ago, ago, skew, skew, (oursAgo, theirsAgo, one, other) => {
        const theirs = nowMs - theirsAgo;
        const [first, second] = [one, other].map((aheadMs) =>
          decide(
            { now_ms: nowMs, clock: clock(aheadMs), edits: [here(nowMs - oursAgo)] },
            shown(theirs, aheadMs),
          ),
        );
        expect(first).toBe(second);
      }),
    );
  });

  it('of two services with clocks of their own is found likewise', () => {
    fc.assert(
      fc.property(ago, ago, skew, skew, (oneAgo, otherAgo, one, other) => {
        const [mine, theirs] = [nowMs - oneAgo, nowMs - otherAgo];
        const edit: SeenEdit = {
          field: 'title',
          // An event came a while after the edit.
          at_ms: Math.min(mine + 30_000, nowMs),
          is_remote: true,
          remote_at_ms: mine + one,
          clock: clock(one),
        };
        const times = { now_ms: nowMs, clock: clock(other), edits: [edit] };
        const decided = decide(times, shown(theirs, other));
        expect(allowed(theirs - mine, 3 * unsureMs)).toContain(decided);
      }),
      { numRuns: 500 },
    );
  });

  it('is asked about where a clock was not measured, or too long ago, or not well enough', () => {
    const edits = [here(nowMs - 600_000)];
    const updatedAt = shown(nowMs - 300_000, 0);
    const by = (measured: MeasuredClock | null) =>
      decide({ now_ms: nowMs, clock: measured, edits }, updatedAt);
    expect(by(clock(0))).toBe('theirs');
    expect(by(null)).toBe('asked');
    expect(by(clock(0, { measured_ms: nowMs - 100_000_000 }))).toBe('asked');
    expect(by(clock(0, { error_ms: 400_000 }))).toBe('asked');
    expect(decide(null, updatedAt)).toBe('asked');
    expect(decide({ now_ms: nowMs, clock: clock(0), edits: null }, updatedAt)).toBe('asked');
  });

  it('is asked about where a service names a time that has not come yet', () => {
    const times = { now_ms: nowMs, clock: clock(0), edits: [here(nowMs - 60_000)] };
    expect(decide(times, shown(nowMs, 0))).toBe('theirs');
    expect(decide(times, shown(nowMs, 300_000))).toBe('asked');
  });

  it('of several places here is the latest, and one that is not known counts by when it came', () => {
    const unknown = (atMs: number): SeenEdit => ({
      ...here(atMs),
      is_remote: true,
      remote_at_ms: atMs,
    });
    const by = (...edits: SeenEdit[]) =>
      decide({ now_ms: nowMs, clock: clock(0), edits }, shown(nowMs - 120_000, 0));
    expect(by(here(nowMs - 600_000), here(nowMs - 30_000))).toBe('ours');
    // It came before an edit here that is known, so it says nothing of when the last one was.
    expect(by(unknown(nowMs - 600_000), here(nowMs - 30_000))).toBe('ours');
    expect(by(unknown(nowMs - 30_000), here(nowMs - 600_000))).toBe('asked');
    expect(by(unknown(nowMs - 30_000))).toBe('asked');
    expect(by({ ...here(nowMs - 30_000), field: 'body' })).toBe('asked');
  });
});
