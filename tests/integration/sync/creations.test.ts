import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lowering, type RemoteSwitches } from '../../setup/fake-remote/remote-switches.ts';
import { Mortal } from '../../setup/mortal.ts';
import { FlowTrial, issue, shown } from './flow-trial.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import type { Side } from './model/trial.ts';

let at: ModelDatabase;
let flow: FlowTrial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => flow.end());
afterAll(() => at.close());

const begin = async (...switches: Partial<RemoteSwitches>[]): Promise<Side[]> => {
  flow = await FlowTrial.begin(at, switches);
  return flow.sides;
};

describe.each([
  ['with keys', true],
  ['without keys', false],
])('a new object in a live flow, at services %s', (_name, keyed) => {
  it('is made at the other side, and what the call cannot say follows', async () => {
    const sides = await begin({}, { keyed });
    sides[0]?.remote.create('1', { ...issue, state: 'done' });
    await flow.work();
    expect(await flow.state()).toEqual(flow.one());
    expect(sides.map(shown)).toEqual([
      [{ ...issue, state: 'done' }],
      [{ ...issue, state: 'done' }],
    ]);
  });

  it('is made once at each of three', async () => {
    const sides = await begin({}, { keyed }, { keyed });
    sides[0]?.remote.create('1', issue);
    await flow.work();
    expect(await flow.state()).toEqual(flow.one());
  });

  it('is known when its webhook is faster than its answer', async () => {
    const sides = await begin({}, { keyed });
    sides[0]?.remote.create('1', issue);
    await flow.tell();
    // The service tells of it while the call is under way.
    const { api } = flow.side(1).api;
    const made = api.create?.bind(api);
    api.create = async (...given) => {
      const answer = await made?.(...given);
      await flow.tell();
      if (!answer) throw new Error('It makes objects.');
      return answer;
    };
    await flow.trial.runJobs(new Mortal(), ['create']);
    await flow.work();
    expect(await flow.state()).toEqual(flow.one());
  });

  it('is known when a poll is faster than its answer', async () => {
    const sides = await begin({}, { keyed });
    sides[0]?.remote.create('1', issue);
    await flow.tell();
    await flow.dieAt('the making is done');
    await flow.trial.runJobs(new Mortal(), ['poll']);
    await flow.work();
    expect(await flow.state()).toEqual(flow.one());
  });

  it.each(['before', 'after', 'late', 'limited', 'faulty'] as const)(
    'is made once when the call ends like this: %s',
    async (kind) => {
      const sides = await begin({}, { keyed });
      sides[1]?.api.faults.push({ on: 'create', kind });
      sides[0]?.remote.create('1', issue);
      await flow.tell();
      await flow.trial.runJobs(new Mortal(), ['create']);
      // Nobody hears a webhook meanwhile.
      for (const { api } of sides) api.land();
      sides[1]?.remote.queue.splice(0);
      await flow.work();
      expect(await flow.state()).toEqual(flow.one());
    },
  );

  it('is made once when its webhook shows it in another form, and no answer comes', async () => {
    const sides = await begin({}, { keyed, canonical: lowering });
    sides[1]?.api.faults.push(
      { on: 'create', kind: 'after' },
      { on: 'findCreated', kind: 'before' },
    );
    sides[0]?.remote.create('1', { ...issue, title: 'Mixed CASE' });
    await flow.work();
    expect(await flow.state()).toEqual(flow.one());
    expect(sides.map((side) => shown(side)[0]?.['title'])).toEqual(['Mixed CASE', 'mixed case']);
    expect(await flow.living()).toMatchObject([{ data: { title: 'Mixed CASE' } }]);
  });

  it('is taken for nothing else when it was deleted there before anybody knew', async () => {
    const sides = await begin({}, { keyed, tombstones: true });
    sides[0]?.remote.create('1', issue);
    await flow.tell();
    await flow.dieAt('the making is done');
    const [made] = sides[1]?.remote.made ?? [];
    sides[1]?.remote.remove(made?.id ?? '');
    sides[1]?.remote.queue.splice(0);
    await flow.work();
    expect(shown(sides[0])).toHaveLength(1);
    // One that keeps no keys cannot tell that it ever was there.
    expect(sides[1]?.remote.made.length).toBe(keyed ? 1 : 2);
  });
});
