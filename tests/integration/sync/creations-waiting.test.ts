import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asUser } from '#lib/db/index';
import type { RemoteSwitches } from '../../setup/fake-remote/remote-switches.ts';
import { Mortal } from '../../setup/mortal.ts';
import { FlowTrial, issue, shown } from './flow-trial.ts';
import { mapRows } from './model/intercept.ts';
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

describe('a child', () => {
  /** The child is owed, and looked at, before its parent. */
  const childFirst = async () => {
    const [left, right] = await begin({}, {});
    left?.remote.create('child', { ...issue, title: 'Child', parent: 'top' });
    left?.remote.create('top', { ...issue, title: 'Parent' });
    await flow.tell();
    const made = () => right?.remote.made.map(({ fields }) => fields['title']);
    return { api: right?.api, made };
  };

  it('is made after its parent, and named by what the parent is called there', async () => {
    const sides = await begin({}, {});
    sides[0]?.remote.create('child', { ...issue, title: 'Child', parent: 'top' });
    sides[0]?.remote.create('top', { ...issue, title: 'Parent' });
    await flow.work();
    const there = shown(sides[1]);
    const parent = sides[1]?.remote.made.find(({ fields }) => fields['title'] === 'Parent');
    expect(there.map(({ title }) => title)).toEqual(['Parent', 'Child']);
    expect(there.find(({ title }) => title === 'Child')?.['parent']).toBe(parent?.id);
    // Its name there is its own: nothing is owed because of it.
    expect(sides.flatMap(({ remote }) => remote.writes.filter(({ by }) => by === 'hub'))).toEqual(
      [],
    );
  });

  it('goes on in the moment its parent has been made, before its next look', async () => {
    const { made } = await childFirst();
    await flow.trial.runJobs(new Mortal(), ['create']);
    expect(made()).toEqual(['Parent']);
    // No time passes.
    await flow.trial.runJobs(new Mortal(), ['create']);
    expect(made()).toEqual(['Parent', 'Child']);
  });

  it('goes on in the moment it is clear that its parent is not made', async () => {
    const { api, made } = await childFirst();
    api?.faults.push({ on: 'create', kind: 'refused' });
    await flow.trial.runJobs(new Mortal(), ['create']);
    await flow.trial.runJobs(new Mortal(), ['create']);
    expect(made()).toEqual(['Child']);
  });

  it('goes on in the moment its parent is let be', async () => {
    const { api, made } = await childFirst();
    api?.faults.push({ on: 'create', kind: 'limited' });
    await flow.trial.runJobs(new Mortal(), ['create']);
    await flow.trial.runJobs(new Mortal(), ['create']);
    expect(made()).toEqual([]);
    const { owner } = flow.trial;
    await asUser(
      at.web,
      owner,
      (tx) => tx`
        update public.creations c set state = 'cancelled', next_attempt_at = null, finished_at = now()
        from public.records r where r.id = c.record_id and r.data ->> 'title' = 'Parent'`,
    );
    await flow.trial.runJobs(new Mortal(), ['create']);
    expect(made()).toEqual(['Child']);
  });

  it('does not wait where nothing can be said of parents', async () => {
    const sides = await begin({}, { creatable: ['title', 'body', 'labels'] });
    sides[0]?.remote.create('child', { ...issue, title: 'Child', parent: 'top' });
    sides[0]?.remote.create('top', { ...issue, title: 'Parent' });
    await flow.tell();
    expect(await flow.trial.runJobs(new Mortal(), ['create'])).toEqual(['done', 'done']);
  });

  it('does not wait for a parent that is its own child', async () => {
    const sides = await begin({}, {});
    sides[0]?.remote.create('a', { ...issue, title: 'A', parent: 'b' });
    sides[0]?.remote.create('b', { ...issue, title: 'B', parent: 'a' });
    await flow.work();
    expect(shown(sides[1])).toHaveLength(2);
  });
});

describe('a fault of our own', () => {
  it('gives the creation back at once, with a reason, and is not hidden', async () => {
    let isBroken = true;
    flow = await FlowTrial.begin(at, [{}, {}], {
      db: (living) =>
        mapRows(
          living,
          (text) => isBroken && text.includes('returning sent_at'),
          () => {
            throw new TypeError('broken');
          },
        ),
    });
    flow.side(0).remote.create('1', issue);
    await flow.tell();
    await expect(flow.trial.runJobs(new Mortal(), ['create'])).rejects.toThrow('broken');
    const [row] = await flow.trial.admin`
      select state, lease_until, error ->> 'code' as code, next_attempt_at < now() + interval '5 seconds' as soon
      from public.creations where workspace_id = ${flow.trial.owner.workspaceId}`;
    expect(row).toEqual({
      state: 'owed',
      lease_until: null,
      code: 'internal.unexpected',
      soon: true,
    });
    isBroken = false;
    await flow.work();
    expect(await flow.state()).toEqual(flow.one());
  });
});

describe('a service that asks to wait', () => {
  it('is asked again when it said, however often it says so', async () => {
    const [left, right] = await begin({}, {});
    left?.remote.create('1', issue);
    await flow.tell();
    for (let time = 0; time < 9; time += 1) {
      right?.api.faults.push({ on: 'create', kind: 'limited' });
      await flow.trial.runJobs(new Mortal(), ['create']);
      if (time < 8) await flow.trial.letTimePass();
    }
    const [row] = await flow.trial.admin`
      select state, attempts, next_attempt_at between now() + interval '20 seconds' and now() + interval '45 seconds'
        as is_as_said from public.creations where workspace_id = ${flow.trial.owner.workspaceId}`;
    expect(row).toEqual({ state: 'owed', attempts: 0, is_as_said: true });
    await flow.trial.letTimePass();
    await flow.work();
    expect(await flow.state()).toEqual(flow.one());
  });
});
