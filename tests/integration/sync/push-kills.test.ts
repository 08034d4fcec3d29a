import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/core/index';
import { plain, type RemoteSwitches } from '../../setup/fake-remote/remote-switches.ts';
import { isLong } from '../../setup/is-long.ts';
import { Mortal } from '../../setup/mortal.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { Trial } from './model/trial.ts';
import {
  die,
  expectShown,
  hubWrites,
  isUnknownAt,
  names,
  openIntents,
  type Point,
  planDeaths,
  recover,
  type Sizes,
} from './push-deaths.ts';

const sizes: Sizes = isLong
  ? { rounds: 100, width: 100, deaths: 50 }
  : { rounds: names.length, width: 3, deaths: names.length };
const edits = sizes.rounds * sizes.width;

let at: ModelDatabase;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterAll(() => at.close());

const objectsOf = (count: number): Record<string, JsonObject> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      String(n + 1),
      { title: `issue ${n + 1}`, body: 'x', state: 'open', labels: [] },
    ]),
  );

const services: [string, RemoteSwitches][] = [
  ['with keys', { ...plain, keyed: true, ordered: true }],
  ['without keys', plain],
];

describe.each(services)('a worker that dies, at a service %s', (_name, switches) => {
  it('touches the world at these places, and no other', async () => {
    const trial = await Trial.begin(at, [switches], null, objectsOf(1));
    await trial.editHere('1', { title: 'Traced' });
    const mortal = new Mortal();
    await trial.runJobs(mortal, ['push']);
    expect(mortal.points).toEqual(names);
    await trial.end();
  });

  it.each(names)('%s: one effect, and nothing is left open', async (name) => {
    const trial = await Trial.begin(at, [switches], null, objectsOf(1));
    await trial.editHere('1', { title: `Killed: ${name}` });
    await trial.runJobs(new Mortal((point) => point === name), ['push']);
    await recover(trial);
    expect(hubWrites(trial).map(({ patch }) => patch)).toEqual([{ title: `Killed: ${name}` }]);
    expect(await openIntents(trial)).toHaveLength(0);
    await trial.end();
  });

  it(`${edits} edits and ${sizes.deaths} deaths: as many effects as edits, and one call a death at most that nobody knows of`, {
    timeout: isLong ? 3_600_000 : 120_000,
  }, async () => {
    const trial = await Trial.begin(at, [switches], null, objectsOf(sizes.width));
    const plan = planDeaths(sizes);
    const died: (Point | undefined)[] = [];
    for (let round = 0; round < sizes.rounds; round += 1) {
      for (let id = 1; id <= sizes.width; id += 1) {
        await trial.editHere(String(id), { title: `Edit ${round}.${id}` });
      }
      const death = plan.get(round);
      if (death) {
        died.push(await die(trial, death));
        await expectShown(trial, isUnknownAt.includes(death.point) ? 1 : 0);
      }
      await recover(trial);
      expect(await openIntents(trial)).toHaveLength(0);
    }
    expect(died).toEqual([...plan.values()].map(({ point }) => point));
    expect({ deaths: died.length, points: new Set(died).size }).toEqual({
      deaths: sizes.deaths,
      points: names.length,
    });
    const written = hubWrites(trial).map(({ patch }) => JSON.stringify(patch));
    expect({ effects: written.length, different: new Set(written).size }).toEqual({
      effects: edits,
      different: edits,
    });
    await trial.end();
  });
});

describe('a service that knows writes by their key', () => {
  it('is told again at once, and has one effect, however often the answer is lost', async () => {
    const trial = await Trial.begin(
      at,
      [{ ...plain, keyed: true, ordered: true }],
      null,
      objectsOf(1),
    );
    const { api, remote } = trial.sides[0] ?? { api: null, remote: null };
    if (!api || !remote) throw new Error('A trial has a side.');
    api.faults = [
      { on: 'update', kind: 'late' },
      { on: 'update', kind: 'after' },
    ];
    await trial.editHere('1', { title: 'Once' });
    await trial.runJobs(new Mortal(), ['push']);
    await recover(trial);
    api.land();
    expect(hubWrites(trial).map(({ patch }) => patch)).toEqual([{ title: 'Once' }]);
    await trial.end();
  });

  it('hears a new key with each new edit', async () => {
    const trial = await Trial.begin(
      at,
      [{ ...plain, keyed: true, ordered: true }],
      null,
      objectsOf(1),
    );
    for (const title of ['One', 'Two']) {
      await trial.editHere('1', { title });
      await trial.runJobs(new Mortal(), ['push']);
    }
    const keys = hubWrites(trial).map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
    await trial.end();
  });
});

describe('a service that refuses a change of another state than was seen', () => {
  it('loses no change made between the reading and the call', async () => {
    const trial = await Trial.begin(
      at,
      [{ ...plain, cas: true, ordered: true }],
      null,
      objectsOf(1),
    );
    const [side] = trial.sides;
    if (!side) throw new Error('A trial has a side.');
    await trial.editHere('1', { title: 'Ours' });
    let isFirst = true;
    const meanwhile = new Mortal((point) => {
      if (point === 'the call begins' && isFirst) {
        isFirst = false;
        side.remote.edit('1', { title: 'Theirs', body: 'Theirs' });
      }
      return false;
    });
    await trial.runJobs(meanwhile, ['push']);
    await recover(trial);
    expect(hubWrites(trial)).toEqual([]);
    const [row] =
      await trial.admin`select l.held, r.data from public.links l join public.records r on r.id = l.record_id
      where l.connection_id = ${side.connectionId}`;
    expect(row).toMatchObject({ held: ['title'], data: { title: 'Ours', body: 'Theirs' } });
    await trial.end();
  });
});
