import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import {
  type AllowedRate,
  type Budget,
  createBudget,
  type Lane,
  paceOf,
  postgresBudget,
} from '#lib/resilience/index';
import { patience } from '../../setup/patience.ts';
import { StrictService, type StrictTerms } from '../../unit/resilience/strict-service.ts';
import { makePlace } from './place.ts';

let place: Awaited<ReturnType<typeof makePlace>>;
beforeAll(async () => {
  place = await makePlace(4);
});
afterAll(() => place.close());

const names = { limit: 'l', remaining: 'm', reset: 'r', resetUnit: 'epoch_s' } as const;
const lanes = ['edit', 'refetch', 'poll', 'backfill'] as const;
const travel = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * 15));

async function workersOf(rate: AllowedRate) {
  const at = await place.addConnection();
  const pace = paceOf(rate);
  const workers = place.pools.map((db) =>
    createBudget({ store: postgresBudget(db, at), pace, clock: systemClock }),
  );
  return { at, workers };
}

/** Makes one call as often as it takes until it was let through. */
async function callOnce(budget: Budget, lane: Lane, service: StrictService): Promise<void> {
  for (;;) {
    try {
      const ticket = await budget.take(lane);
      await travel();
      const facts = service.arrive(performance.now());
      await travel();
      return ticket.end({ facts });
    } catch (error) {
      const { code, afterMs = 0 } = error as { code?: string; afterMs?: number };
      if (code !== 'provider.rate_limited') throw error;
      await new Promise((resolve) => setTimeout(resolve, afterMs));
    }
  }
}

describe('four workers at one account', () => {
  it.each<[string, StrictTerms, number]>([
    [
      'a sliding window without headers',
      { requests: 20, perMs: 500, window: 'sliding', offsetMs: 0, says: false },
      80,
    ],
    [
      'a fixed window that says its count',
      { requests: 40, perMs: 1_000, window: 'fixed', offsetMs: 130, says: true },
      70,
    ],
    [
      'a sliding window that says its count',
      { requests: 40, perMs: 1_000, window: 'sliding', offsetMs: 0, says: true },
      60,
    ],
  ])('never exceed %s', async (_name, terms, calls) => {
    const service = new StrictService(terms);
    const rate = { ...terms, concurrent: 12, headers: terms.says ? names : null };
    const { at, workers } = await workersOf(rate);
    const all = Array.from({ length: calls }, (_, n) =>
      callOnce(workers[n % 4] as Budget, lanes[n % 3] as Lane, service),
    );
    await Promise.all(all);
    expect(service.arrivals).toHaveLength(calls);
    expect(service.tooMany).toBe(0);
    await Promise.all(workers.map((worker) => worker.close()));
    const [row] = await place.admin`
      select calls::int, (select sum(held)::int from public.connection_budget_shares
        where connection_id = ${at.connectionId}) as held
      from public.connection_budgets where connection_id = ${at.connectionId}`;
    expect(row).toEqual({ calls, held: 0 });
  });

  it('keep an edit in hand while the others read all they get', async () => {
    const { workers } = await workersOf({
      requests: 40,
      perMs: 1_000,
      concurrent: 20,
      headers: null,
    });
    const [editor, ...readers] = workers as [Budget, ...Budget[]];
    const served: Lane[] = [];
    const stop = new AbortController();
    const read = async (budget: Budget): Promise<void> => {
      for (;;) {
        const ticket = await budget.take('backfill', stop.signal);
        served.push('backfill');
        await travel();
        ticket.end();
      }
    };
    const hungry = Promise.allSettled(readers.flatMap((worker) => [read(worker), read(worker)]));
    await expect.poll(() => served.length, patience).toBeGreaterThan(30);
    const before = served.length;
    const ticket = await editor.take('edit');
    // Less than a second's worth of others went before it.
    expect(served.length - before).toBeLessThan(32);
    ticket.end();
    stop.abort(new Error('over'));
    await hungry;
    await Promise.all(workers.map((worker) => worker.close()));
  });

  it('are all silent when one was told to wait', async () => {
    const { workers } = await workersOf({
      requests: 1_000,
      perMs: 1_000,
      concurrent: 20,
      headers: null,
    });
    const [one, two] = workers as [Budget, Budget];
    const ticket = await one.take('edit');
    const facts = { limit: null, remaining: null, resetInMs: null, retryInMs: 60_000 };
    ticket.end({ facts });
    await one.close();
    await expect(two.take('edit')).rejects.toMatchObject({
      code: 'provider.rate_limited',
      retry: 'after',
      details: { sent: false },
    });
  });

  it('are not held up by one that died with calls in hand', async () => {
    const { at, workers } = await workersOf({
      requests: 10,
      perMs: 100,
      concurrent: 2,
      headers: null,
    });
    const [dead, living] = workers as [Budget, Budget];
    await Promise.all([dead.take('edit'), dead.take('edit')]);
    const waiting = living.take('edit');
    await expect
      .poll(async () => {
        const [row] = await place.admin`
          select waiting_edit from public.connection_budget_shares
          where connection_id = ${at.connectionId} and waiting_edit > 0`;
        return row?.['waiting_edit'];
      }, patience)
      .toBe(1);
    // Its lease runs out.
    await place.admin`
      update public.connection_budget_shares set lease_until = now()
      where connection_id = ${at.connectionId} and held = 2`;
    (await waiting).end();
    await living.close();
    const shares = await place.admin`
      select held from public.connection_budget_shares where connection_id = ${at.connectionId}`;
    expect(shares.map((share) => share['held'] as number)).toEqual([0]);
  });

  it('and one that is frozen in the middle of a turn keeps the book for seconds, not for hours', async () => {
    const [row] = await (place.pools[0] as Db)<{ seconds: number }[]>`
      select extract(epoch from current_setting('idle_in_transaction_session_timeout')::interval)::int as seconds`;
    expect(row?.seconds).toBeGreaterThan(0);
    // Less than a worker waits for a lock (its statement_timeout).
    expect(row?.seconds).toBeLessThan(30);
  });
});
