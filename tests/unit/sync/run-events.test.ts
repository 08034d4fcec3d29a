import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeptEvent, placeEvent } from '#lib/sync/compact-run-events';
import { replayRun } from '#lib/sync/replay-run';
import type { NewRunEvent, RunEvent } from '#lib/sync/schema';

/** What the store does with a placing, over a list. */
function keep(kept: RunEvent[], event: NewRunEvent): RunEvent[] {
  const pages = kept.reduce((sum, one) => sum + (one.type === 'page' ? one.data.pages : 0), 0);
  const latest = kept.slice(-2).reverse() as KeptEvent[];
  const placing = placeEvent(latest, event, pages);
  const seq = placing.do === 'replace' ? placing.seq : kept.length + 1;
  const before = kept.filter((one) => one.seq < seq);
  return [...before, { ...placing.event, seq, at, by: null } as RunEvent];
}

const at = '2026-01-01T00:00:00.000Z';
const fault = (code: string) => ({ code, message: 'no' });
const stamped = (events: NewRunEvent[]): RunEvent[] =>
  events.map((event, index) => ({ ...event, seq: index + 1, at, by: null }) as RunEvent);

const small = fc.integer({ min: 0, max: 9 });
const page: fc.Arbitrary<NewRunEvent> = fc
  .record({ done: small, created: small, updated: small, unchanged: small })
  .map((counts) => ({ type: 'page', data: { ...counts, pages: 1, total: 100 } }));
const start: NewRunEvent = { type: 'started', data: { takes_over: false, allows: null } };
const asksYes: NewRunEvent = {
  type: 'started',
  data: { takes_over: false, allows: { what: 'delete', count: 30, of: 100 } },
};
const setback = (type: 'postponed' | 'restarted'): fc.Arbitrary<NewRunEvent> =>
  fc.record({ attempts: small, code: fc.constantFrom('a', 'b') }).map(({ attempts, code }) => ({
    type,
    data: { attempts, error: fault(code), times: 1, after_ms: 5 },
  }));
const word = fc.constantFrom<NewRunEvent>(
  start,
  asksYes,
  { type: 'paused', data: {} },
  { type: 'resumed', data: {} },
  { type: 'yielded', data: { attempts: 0 } },
  { type: 'failed', data: { attempts: 8, error: fault('a') } },
);
const story = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: page },
    { weight: 3, arbitrary: setback('postponed') },
    setback('restarted'),
    { weight: 4, arbitrary: word },
  ),
  { maxLength: 120 },
);

describe('the events of a run', () => {
  it('add up to the same run however they were gathered', () => {
    fc.assert(
      fc.property(story, (told) => {
        // Nothing befalls a run before somebody has taken it up.
        const events = [start, ...told];
        const kept = events.reduce<RunEvent[]>(keep, []);
        expect(replayRun(kept)).toEqual(replayRun(stamped(events)));
        expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_, index) => index + 1));
      }),
      { numRuns: 300 },
    );
  });

  it('stay few for a run of ten thousand pages, and for one that waits for a week', () => {
    const one: NewRunEvent = {
      type: 'page',
      data: { pages: 1, done: 100, created: 1, updated: 2, unchanged: 97, total: null },
    };
    let pages: RunEvent[] = [];
    for (let count = 0; count < 10_000; count += 1) pages = keep(pages, one);
    expect(pages.length).toBeLessThan(200);
    expect(replayRun(pages)).toMatchObject({ calls: 10_000, done: 1_000_000 });

    let waits: RunEvent[] = keep([], start);
    for (let tries = 1; tries < 2_000; tries += 1) {
      const error = fault('provider.rate_limited');
      waits = keep(waits, {
        type: 'postponed',
        data: { attempts: tries, error, times: 1, after_ms: 300_000 },
      });
      waits = keep(waits, start);
    }
    expect(waits.map(({ type }) => type)).toEqual(['started', 'postponed', 'started']);
    expect(waits[1]).toMatchObject({ data: { times: 1_999, attempts: 1_999 } });
  });

  it('of what a person said are never joined', () => {
    const waiting = stamped([
      { type: 'postponed', data: { attempts: 1, error: fault('a'), times: 1, after_ms: 1 } },
      asksYes,
    ]);
    const next: NewRunEvent = {
      type: 'postponed',
      data: { attempts: 2, error: fault('a'), times: 1, after_ms: 1 },
    };
    expect(keep(waiting, next).map(({ type }) => type)).toEqual([
      'postponed',
      'started',
      'postponed',
    ]);
  });

  it('are nothing where none were kept', () => {
    expect(replayRun([])).toBeNull();
  });
});
