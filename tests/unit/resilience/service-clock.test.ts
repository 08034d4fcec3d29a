import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ClockOffset,
  type ClockSight,
  clockLimits,
  keepSights,
  offsetOf,
  sightOf,
} from '../../../lib/resilience/clock-state.ts';
import { watchClock } from '../../../lib/resilience/service-clock.ts';

const startMs = Date.parse('2026-11-21T12:00:00.000Z');
const minutes = fc.integer({ min: -600_000, max: 600_000 });

/** An answer of a service whose clock is ahead, stamped somewhere on the way. */
interface Call {
  atMs: number;
  takesMs: number;
  /** Where between question and answer it was stamped: 0 to 1. */
  stampedAt: number;
}
const call = fc.record({
  atMs: fc.nat({ max: 60_000 }),
  takesMs: fc.nat({ max: 4_000 }),
  stampedAt: fc.double({ min: 0, max: 1, noNaN: true }),
});

function answerOf({ atMs, takesMs, stampedAt }: Call, aheadMs: number) {
  const startedMs = startMs + atMs;
  const stamped = new Date(startedMs + takesMs * stampedAt + aheadMs);
  const headers = new Headers({ date: stamped.toUTCString() });
  return { headers, call: { startedMs, endedMs: startedMs + takesMs } };
}
function seen(calls: readonly Call[], aheadMs: number): ClockSight[] {
  let sights: ClockSight[] = [];
  for (const one of calls) {
    const answer = answerOf(one, aheadMs);
    const sight = sightOf(answer.headers, answer.call);
    if (sight) sights = keepSights(sights, sight);
  }
  return sights;
}
const holds = (found: ClockOffset | null, aheadMs: number): boolean =>
  found !== null && Math.abs(found.offsetMs - aheadMs) <= found.errorMs + 1e-6;

describe('how far a service’s clock is ahead', () => {
  it('is never told wrong, and no further off than half a call and half a second', () => {
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 30 }), minutes, (calls, aheadMs) => {
        const ordered = calls.toSorted((a, b) => a.atMs - b.atMs);
        const sights = seen(ordered, aheadMs);
        const found = offsetOf(sights, startMs + 64_000);
        expect(holds(found, aheadMs)).toBe(true);
        const [first] = ordered.slice(-1);
        const drift = 64_000 * 0.000_1;
        const widest = ((first?.takesMs ?? 0) + 1_000) / 2 + drift;
        expect(found?.errorMs).toBeLessThanOrEqual(widest);
      }),
    );
  });

  it('is known to a fraction of a second after some calls', () => {
    const calls = Array.from({ length: 12 }, (_, n) => ({
      atMs: n * 1_083,
      takesMs: 40,
      stampedAt: 0.5,
    }));
    const found = offsetOf(seen(calls, 300_000), startMs + 14_000);
    expect(holds(found, 300_000)).toBe(true);
    expect(found?.errorMs).toBeLessThan(120);
  });

  it('is as unsure as the answers differ, where they come from several clocks', () => {
    const calls = [0, 2_000, 4_000].map((atMs) => ({ atMs, takesMs: 100, stampedAt: 0.5 }));
    const found = offsetOf([...seen(calls, 0), ...seen(calls, 60_000)], startMs + 5_000);
    expect(holds(found, 0) && holds(found, 60_000)).toBe(true);
  });

  it('is believed anew some answers after it was set', () => {
    const calls = Array.from({ length: clockLimits.sights }, (_, n) => ({
      atMs: n * 100,
      takesMs: 10,
      stampedAt: 0.5,
    }));
    let sights = seen(calls, 0);
    for (const one of seen(calls, 60_000)) sights = keepSights(sights, one);
    expect(holds(offsetOf(sights, startMs + 2_000), 60_000)).toBe(true);
    expect(offsetOf(sights, startMs + 2_000)?.errorMs).toBeLessThan(600);
  });

  it('is not read from answers somebody kept, nor from what is no date', () => {
    const { headers, call: made } = answerOf({ atMs: 0, takesMs: 10, stampedAt: 0 }, 0);
    expect(sightOf(headers, made)).not.toBeNull();
    const kept = new Headers(headers);
    kept.set('age', '0');
    expect(sightOf(kept, made)).toBeNull();
    expect(sightOf(new Headers(), made)).toBeNull();
    expect(sightOf(new Headers({ date: 'soon' }), made)).toBeNull();
    expect(sightOf(headers, { startedMs: startMs, endedMs: startMs - 1 })).toBeNull();
  });
});

describe('what is written of a clock', () => {
  /** An hour of calls, ten a second. */
  async function watchAnHour(aheadMs: (ms: number) => number) {
    const written: (ClockOffset & { atMs: number })[] = [];
    let nowMs = startMs;
    const watch = watchClock({
      store: {
        write: (found) => {
          written.push({ ...found, atMs: nowMs - startMs });
          return Promise.resolve();
        },
      },
      clock: { now: () => nowMs, random: () => 0.5 },
      onFault: () => undefined,
    });
    for (let ms = 0; ms < 3_600_000; ms += 100) {
      const answer = answerOf({ atMs: ms, takesMs: 50, stampedAt: 0.5 }, aheadMs(ms));
      nowMs = answer.call.endedMs;
      watch.see(answer.headers, answer.call);
      await watch.close();
    }
    return written;
  }

  it('is a handful in an hour of calls, the first at the first answer', async () => {
    const written = await watchAnHour(() => 300_000);
    expect(written[0]?.atMs).toBeLessThan(1_000);
    expect(written.length).toBeLessThan(15);
    for (const found of written) expect(holds(found, 300_000)).toBe(true);
  });

  it('follows a clock that is set, within seconds', async () => {
    const written = await watchAnHour((ms) => (ms < 1_800_000 ? 0 : 90_000));
    const after = written.filter(({ atMs }) => atMs > 1_800_000);
    expect(after[0]?.atMs).toBeLessThan(1_810_000);
    expect(holds(after.at(-1) ?? null, 90_000)).toBe(true);
    expect(after.at(-1)?.errorMs).toBeLessThan(600);
    expect(written.length).toBeLessThan(25);
  });

  it('is tried again when it could not be written', async () => {
    let faults = 0;
    let nowMs = startMs;
    const watch = watchClock({
      store: { write: () => Promise.reject(new Error('down')) },
      clock: { now: () => nowMs, random: () => 0.5 },
      onFault: () => {
        faults += 1;
      },
    });
    for (const atMs of [0, 1_000, 7_000]) {
      const answer = answerOf({ atMs, takesMs: 10, stampedAt: 0.5 }, 0);
      nowMs = answer.call.endedMs;
      watch.see(answer.headers, answer.call);
      await watch.close();
    }
    expect(faults).toBe(2);
  });
});
