import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Mortal } from '../../setup/mortal.ts';
import { FlowTrial, issue, shown } from './flow-trial.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { work } from './world.ts';

let at: ModelDatabase;
let flow: FlowTrial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => flow.end());
afterAll(() => at.close());

const wide = 12;

describe('everything at the same time', () => {
  it.each([true, false])('makes one object each (keys: %s)', async (keyed) => {
    flow = await FlowTrial.begin(at, [{}, { keyed }]);
    const { trial } = flow;
    for (let n = 0; n < wide; n += 1) {
      // Some read alike, so that only the answers tell which is which.
      const title = n % 4 === 0 ? 'The Same' : `Object ${n}`;
      flow.side(0).remote.create(`${n}`, { ...issue, title });
    }
    await flow.tell();
    // Workers make them, each object is told of twice while its call is under way, and a poll reads all.
    const right = flow.side(1);
    trial.beforeAnswer = async () => {
      const hooks = right.remote.queue.splice(0);
      await Promise.allSettled([
        ...hooks.flatMap((hook) => [trial.observe(right, hook), trial.observe(right, hook)]),
        trial.observe(right, ...hooks.toReversed()),
      ]);
    };
    expect(await trial.enqueueCreations()).toBe(wide);
    const deps = trial.deps(new Mortal());
    const jobs = trial.jobs.splice(0);
    const ended = await Promise.allSettled([...jobs, ...jobs].map((job) => work(deps, job)));
    expect(ended.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    trial.beforeAnswer = null;
    await trial.letTimePass();
    await trial.runJobs(new Mortal(), ['poll']);
    await flow.work();
    expect(flow.sides.map((side) => shown(side).length)).toEqual([wide, wide]);
    expect(right.remote.made).toHaveLength(wide);
    expect((await flow.state()).links).toEqual(Array.from({ length: wide }, () => 2));
  });
});
