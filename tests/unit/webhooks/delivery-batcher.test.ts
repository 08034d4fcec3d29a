import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { logger } from '#lib/observability/index';
import { DeliveryBatcher } from '#lib/webhooks/delivery-batcher';
import type { Delivery } from '#lib/webhooks/store';

const log = logger('test', 'silent');
const row = (id: string, bytes = 10): Delivery => ({
  id,
  workspaceId: 'w',
  connectionId: 'c',
  endpointId: 'e',
  connector: 'github',
  event: 'issues',
  deliveryId: id,
  dedupeKey: id,
  headers: {},
  body: Buffer.alloc(bytes),
  verdict: 'verified',
  parentId: null,
  parts: null,
});
const rows = (count: number, bytes?: number): Delivery[] =>
  Array.from({ length: count }, (_, index) => row(String(index), bytes));

/** A table whose inserts wait until they are let go. */
function slowTable() {
  const calls: { ids: string[]; finish(error?: Error): void }[] = [];
  const kept: string[] = [];
  const batcher = new DeliveryBatcher({
    insert: (batch) =>
      new Promise((resolve, reject) => {
        const ids = batch.map(({ id }) => id);
        calls.push({
          ids,
          finish: (error) => (error ? reject(error) : resolve(new Set(ids))),
        });
      }),
    onKept: (batch) => kept.push(...batch.map(({ id }) => id)),
    log,
  });
  return { calls, kept, batcher };
}
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const pgError = (code: string): Error => Object.assign(new Error(code), { code });

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

describe('DeliveryBatcher', () => {
  it('answers after the commit and has two batches under way, of at most 256 rows', async () => {
    const { calls, batcher, kept } = slowTable();
    const answers = rows(600).map((each) => batcher.keep(each));
    await settle();
    expect(calls.map((call) => call.ids.length)).toEqual([1, 48]);
    let answered = 0;
    for (const answer of answers) void answer.then(() => (answered += 1));
    await settle();
    expect(answered).toBe(0);
    calls[0]?.finish();
    await settle();
    expect(answered).toBe(1);
    expect(calls.map((call) => call.ids.length)).toEqual([1, 48, 256]);
    for (let at = 1; at < calls.length; at += 1) {
      calls[at]?.finish();
      await settle();
      vi.advanceTimersByTime(10);
    }
    expect(await Promise.all(answers)).toEqual(Array(600).fill(true));
    expect(kept.length).toBe(600);
    await batcher.drained();
  });

  it('counts bytes too', async () => {
    const { calls, batcher } = slowTable();
    for (const each of rows(22, 1_000_000)) void batcher.keep(each);
    await settle();
    calls[0]?.finish();
    await settle();
    vi.advanceTimersByTime(10);
    expect(calls[1]?.ids.length).toBe(8);
  });

  it('refuses beyond its cap instead of growing', async () => {
    const { batcher } = slowTable();
    for (const each of rows(4_145)) void batcher.keep(each);
    expect(batcher.isFull).toBe(true);
    await expect(batcher.keep(row('one too many'))).rejects.toMatchObject({
      code: 'webhooks.overloaded',
      status: 503,
    });
  });

  it('a failed batch fails each of its rows and none of another', async () => {
    const { calls, batcher } = slowTable();
    const answers = rows(304).map((each) => batcher.keep(each));
    const outcomes = Promise.allSettled(answers);
    await settle();
    calls[1]?.finish(pgError('ECONNREFUSED'));
    calls[0]?.finish();
    await settle();
    expect(calls.map((call) => call.ids.length)).toEqual([1, 48, 255]);
    calls[2]?.finish();
    const failed = (await outcomes).map(({ status }) => status === 'rejected');
    expect(failed).toEqual([false, ...Array(48).fill(true), ...Array(255).fill(false)]);
  });

  it('follows one that comes alone at once, and gathers those close behind it', async () => {
    const { calls, batcher } = slowTable();
    const first = batcher.keep(row('a'));
    expect(calls.length).toBe(1);
    calls[0]?.finish();
    await first;
    const others = ['b', 'c'].map((id) => batcher.keep(row(id)));
    await settle();
    expect(calls.length).toBe(1);
    let isDrained = false;
    void batcher.drained().then(() => (isDrained = true));
    await settle();
    expect(isDrained).toBe(false);
    vi.advanceTimersByTime(10);
    expect(calls[1]?.ids).toEqual(['b', 'c']);
    calls[1]?.finish();
    await Promise.all(others);
    await settle();
    expect(isDrained).toBe(true);
  });

  it('finds the one row that cannot be kept and keeps the others', async () => {
    const batcher = new DeliveryBatcher({
      insert: (batch) =>
        batch.some(({ id }) => id === '77')
          ? Promise.reject(pgError('23503'))
          : Promise.resolve(new Set(batch.map(({ id }) => id))),
      onKept: () => undefined,
      log,
    });
    const outcomes = await Promise.allSettled(rows(300).map((each) => batcher.keep(each)));
    const refused = outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
    expect(refused).toEqual([77]);
  });

  it.each([
    ['a deadlock', '40P01'],
    ['a day made under way', '23514'],
  ])('tries a batch once more after %s', async (_name, code) => {
    const { calls, batcher } = slowTable();
    const answer = batcher.keep(row('a'));
    await settle();
    calls[0]?.finish(pgError(code));
    await settle();
    calls[1]?.finish();
    expect(await answer).toBe(true);
  });
});
