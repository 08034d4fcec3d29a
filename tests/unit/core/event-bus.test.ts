import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEventBus, type Middleware } from '#lib/core/index';

const types = {
  'things.made': z.strictObject({ count: z.int(), note: z.string().default('') }),
  'things.gone': z.strictObject({ id: z.uuid() }),
} as const;

function makeBus(middleware: readonly Middleware[] = []) {
  const faults: string[] = [];
  const bus = createEventBus({
    types,
    source: 'test',
    clock: { now: () => Date.parse('2026-01-02T03:04:05.000Z') },
    middleware,
    onFault: (error, event) =>
      faults.push(`${event.type}: ${error instanceof Error ? error.message : String(error)}`),
  });
  return { bus, faults };
}

describe('the event bus', () => {
  it('puts the envelope around what is said, and goes on with a chain', async () => {
    const { bus } = makeBus();
    const heard: { id: string; correlation: string; causation: string | null; data: unknown }[] =
      [];
    bus.subscribe('things.made', (event) => {
      expect(event).toMatchObject({
        type: 'things.made',
        version: 1,
        source: 'test',
        at: '2026-01-02T03:04:05.000Z',
        reply_to: null,
        headers: {},
      });
      heard.push(event);
    });
    await bus.publish('things.made', { count: 1 });
    const [first] = heard;
    expect(first).toMatchObject({ causation: null, data: { count: 1, note: '' } });
    expect(first?.correlation).toBe(first?.id);
    await bus.publish('things.made', { count: 2 }, first ? { cause: first } : {});
    expect(heard[1]).toMatchObject({ correlation: first?.id, causation: first?.id });
  });

  it('lets everybody hear, although one of them fails', async () => {
    const { bus, faults } = makeBus();
    const heard: string[] = [];
    bus.subscribe('things.made', () => {
      throw new Error('at once');
    });
    bus.subscribe('things.made', () => Promise.reject(new Error('later')));
    bus.subscribe('things.made', () => void heard.push('the third'));
    await bus.publish('things.made', { count: 1 });
    expect(heard).toEqual(['the third']);
    expect(faults).toEqual(['things.made: at once', 'things.made: later']);
  });

  it('tells nobody what is not what its type says', async () => {
    const { bus, faults } = makeBus();
    const heard: string[] = [];
    bus.subscribe('things.gone', ({ id }) => void heard.push(id));
    await bus.publish('things.gone', { id: 'no uuid' });
    await bus.publish('things.unknown' as 'things.gone', { id: crypto.randomUUID() });
    expect(heard).toEqual([]);
    expect(faults).toHaveLength(2);
  });

  it('goes through its middleware from the outermost one, which may change what is passed on', async () => {
    const order: string[] = [];
    const { bus, faults } = makeBus([
      async (event, next) => {
        order.push('outer');
        await next(event);
        order.push('outer again');
      },
      (event, next) => {
        order.push('inner');
        return next({ ...event, data: { count: 7, note: 'masked' } });
      },
    ]);
    bus.subscribe('things.made', ({ data }) => void order.push(`${data.count} ${data.note}`));
    await bus.publish('things.made', { count: 1, note: 'secret' });
    expect(order).toEqual(['outer', 'inner', '7 masked', 'outer again']);
    expect(faults).toEqual([]);
  });

  it('stops telling whoever does not want to hear any more', async () => {
    const { bus } = makeBus();
    const heard: number[] = [];
    const stop = bus.subscribe('things.made', ({ data }) => void heard.push(data.count));
    await bus.publish('things.made', { count: 1 });
    stop();
    await bus.publish('things.made', { count: 1 });
    expect(heard).toEqual([1]);
  });
});
