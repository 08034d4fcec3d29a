import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlanWorld } from './plan-world.ts';

let at: PlanWorld;
beforeAll(async () => {
  at = await PlanWorld.make();
});
afterAll(() => at.flows.world.close());

const task = (title: string) => ({ title, body: 'x', state: 'open' });

describe('a plan', () => {
  it('waits for a side that is being read anew, so that none of its rows is old when it is ready', async () => {
    const { flowId, sides } = await at.flow([task('One')], [task('one')]);
    await at.admin`update public.streams set next_sweep_at = now() where id = ${sides[0]}`;
    const { id } = await at.start(flowId);
    expect(await at.work()).toEqual(['yielded']);
    expect(await at.get(id)).toMatchObject({ status: 'making', done: 0 });
    await at.admin`update public.streams set next_sweep_at = now() + interval '1 day' where id = ${sides[0]}`;
    await at.letTimePass();
    expect(await at.work()).toEqual(['completed']);
    expect(await at.get(id)).toMatchObject({ status: 'ready', counts: { joins: 1 } });
  });
});
