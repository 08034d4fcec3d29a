import { expect, it } from 'vitest';
import { bulkheadLimits, createBulkhead, type Lane } from '#lib/resilience/index';

/** Fills the places of a lane and its queue. */
function fill(bulkhead: ReturnType<typeof createBulkhead>, lane: Lane, count: number) {
  const gate = Promise.withResolvers<void>();
  let running = 0;
  const calls = Array.from({ length: count }, () =>
    bulkhead.run(lane, async () => {
      running += 1;
      await gate.promise;
    }),
  );
  return { calls, running: () => running, open: () => gate.resolve() };
}

it('a bulkhead runs some, queues some and refuses the rest', async () => {
  const { atOnce, waiting } = bulkheadLimits.background;
  const bulkhead = createBulkhead();
  const full = fill(bulkhead, 'backfill', atOnce + waiting);
  await expect(bulkhead.run('poll', () => Promise.resolve())).rejects.toMatchObject({
    code: 'provider.rate_limited',
    details: { sent: false },
  });
  expect(full.running()).toBe(atOnce);
  full.open();
  await Promise.all(full.calls);
  expect(full.running()).toBe(atOnce + waiting);
});

it('a backfill that hangs holds up no edit', async () => {
  const bulkhead = createBulkhead();
  const full = fill(bulkhead, 'backfill', 100);
  expect(await bulkhead.run('edit', () => Promise.resolve('sent'))).toBe('sent');
  full.open();
  await Promise.all(full.calls);
});
