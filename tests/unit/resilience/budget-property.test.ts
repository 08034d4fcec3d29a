import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '#lib/core/index';
import {
  type Budget,
  type BudgetStore,
  createBudget,
  type Lane,
  memoryBudget,
  paceOf,
} from '#lib/resilience/index';
import { StrictService, type StrictTerms } from './strict-service.ts';

const clock: Clock = { now: () => Date.now(), random: () => 0.5 };
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const names = { limit: 'l', remaining: 'm', reset: 'r', resetUnit: 'epoch_s' } as const;
const lanes = ['edit', 'refetch', 'poll', 'backfill'] as const;

interface World {
  terms: StrictTerms;
  concurrent: number;
  /** What each of the calls does, taken in turn. */
  calls: { lane: Lane; travelMs: number; answerMs: number; end: 'answer' | 'unsent' | 'die' }[];
}

const worlds: fc.Arbitrary<World> = fc.record({
  terms: fc.record({
    requests: fc.integer({ min: 1, max: 40 }),
    perMs: fc.constantFrom(1_000, 5_000, 60_000),
    window: fc.constantFrom('sliding' as const, 'fixed' as const),
    offsetMs: fc.integer({ min: 0, max: 60_000 }),
    says: fc.boolean(),
  }),
  concurrent: fc.integer({ min: 1, max: 20 }),
  calls: fc.array(
    fc.record({
      lane: fc.constantFrom(...lanes),
      travelMs: fc.integer({ min: 0, max: 3_000 }),
      answerMs: fc.integer({ min: 0, max: 3_000 }),
      end: fc.constantFrom('answer' as const, 'answer' as const, 'unsent' as const, 'die' as const),
    }),
    { minLength: 1, maxLength: 30 },
  ),
});

const workers = 4;
const ranForMs = 150_000;

/** Four workers ask as much as they are let, in virtual time. Answers what the service saw. */
async function run({ terms, concurrent, calls }: World, stores: BudgetStore[]) {
  const service = new StrictService(terms);
  const pace = paceOf({ ...terms, concurrent, headers: terms.says ? names : null });
  const stop = new AbortController();
  let turn = 0;
  let made = 0;
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const ask = async (budget: Budget): Promise<void> => {
    while (!stop.signal.aborted) {
      const call = calls[turn++ % calls.length] as World['calls'][number];
      try {
        const ticket = await budget.take(call.lane, stop.signal);
        if (call.end === 'unsent') {
          ticket.giveBack();
          await wait(20);
          continue;
        }
        await wait(call.travelMs);
        const facts = service.arrive(clock.now());
        made += 1;
        await wait(call.answerMs);
        // One that dies says nothing: its lease has to run out.
        if (call.end === 'answer') ticket.end({ facts });
        else await wait(call.answerMs);
      } catch {
        await wait(500);
      }
    }
  };
  const budgets = stores.map((store) => createBudget({ store, pace, clock }));
  const all = Promise.all(budgets.flatMap((budget) => [ask(budget), ask(budget), ask(budget)]));
  await vi.advanceTimersByTimeAsync(ranForMs);
  stop.abort(new Error('over'));
  await vi.advanceTimersByTimeAsync(20_000);
  await all;
  return { tooMany: service.tooMany, made };
}

describe('four workers with one budget', () => {
  it('never exceed what the service allows: any lane, delay, loss and death', async () => {
    const property = fc.asyncProperty(worlds, async (world) => {
      const store = memoryBudget(clock);
      const { tooMany } = await run(
        world,
        Array.from({ length: workers }, () => store),
      );
      return tooMany === 0;
    });
    const result = await fc.check(property, { numRuns: 40 });
    expect(result.counterexample).toBeNull();
    expect(result.failed).toBe(false);
  });

  it('use most of it', async () => {
    const call = { lane: 'edit', travelMs: 30, answerMs: 30, end: 'answer' } as const;
    const terms = {
      requests: 100,
      perMs: 10_000,
      window: 'sliding',
      offsetMs: 0,
      says: false,
    } as const;
    const store = memoryBudget(clock);
    const stores = Array.from({ length: workers }, () => store);
    const { tooMany, made } = await run({ terms, concurrent: 10, calls: [call] }, stores);
    expect(tooMany).toBe(0);
    expect(made).toBeGreaterThan(0.75 * 100 * (ranForMs / 10_000));
  });

  it('would exceed it if each had its own: the test can fail', async () => {
    const call = { lane: 'edit', travelMs: 30, answerMs: 30, end: 'answer' } as const;
    const terms = {
      requests: 20,
      perMs: 5_000,
      window: 'sliding',
      offsetMs: 0,
      says: false,
    } as const;
    const stores = Array.from({ length: workers }, () => memoryBudget(clock));
    const { tooMany } = await run({ terms, concurrent: 10, calls: [call] }, stores);
    expect(tooMany).toBeGreaterThan(0);
  });
});
