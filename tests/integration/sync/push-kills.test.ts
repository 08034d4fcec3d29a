import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/core/index';
import { plain, type RemoteSwitches } from '../../setup/fake-remote/remote-switches.ts';
import { isLong } from '../../setup/is-long.ts';
import { Mortal } from '../../setup/mortal.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { Trial } from './model/trial.ts';

/** Every place where a worker that sends an edit touches the world, in order. */
const points = {
  'transaction 1 begins': 'before the link becomes a job',
  'transaction 1 is done': 'after it has',
  'transaction 2 begins': 'before the link is taken',
  'transaction 2 is done': 'after it is',
  'the reading begins': 'before the object is read',
  'the reading is done': 'after it was',
  'transaction 3 begins': 'before what was read is written',
  'transaction 3 is done': 'after it is',
  'transaction 4 begins': 'before the intent is written',
  'transaction 4 is done': 'after it is, before the call',
  'the call begins': 'before the effect',
  'the call is done': 'after the effect, before the answer is known',
  'transaction 5 begins': 'before the answer is written',
  'transaction 5 is done': 'after it is',
} as const;
const names = Object.keys(points) as (keyof typeof points)[];

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

/** Restarts and time until nothing is owed; a bound instead of a clock. */
async function recover(trial: Trial): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    await trial.letTimePass();
    await trial.runJobs(new Mortal(), ['push']);
    const owed =
      await trial.admin`select 1 from public.links where workspace_id = ${trial.owner.workspaceId}
      and state in ('dirty', 'pushing', 'unknown')`;
    if (owed.length === 0) return;
  }
  throw new Error('Edits stay unsent.');
}

const hubWrites = (trial: Trial) =>
  trial.sides.flatMap(({ remote }) => remote.writes.filter(({ by }) => by === 'hub'));
const openIntents = (trial: Trial) => trial.admin`
  select 1 from public.push_intents where workspace_id = ${trial.owner.workspaceId}
    and (outcome is null or outcome = 'unknown')`;

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

  const writeBacks = isLong ? 10_000 : 48;
  const kills = isLong ? 50 : 6;
  it(`${writeBacks} edits and ${kills} deaths: as many effects as edits`, {
    timeout: isLong ? 3_600_000 : 60_000,
  }, async () => {
    const width = isLong ? 100 : 12;
    const trial = await Trial.begin(at, [switches], null, objectsOf(width));
    const rounds = Math.ceil(writeBacks / width);
    for (let round = 0; round < rounds; round += 1) {
      for (let id = 1; id <= width; id += 1) {
        await trial.editHere(String(id), { title: `Edit ${round}.${id}` });
      }
      // Deaths are spread over the rounds, and in a round over the points.
      for (let kill = 0; kill < Math.ceil(kills / rounds); kill += 1) {
        const dieAt = 2 + ((round * 37 + kill * 13) % (width * 11));
        await trial.runJobs(new Mortal((_point, nth) => nth === dieAt), ['push']);
        await trial.letTimePass();
      }
      await recover(trial);
    }
    const written = hubWrites(trial).map(({ patch }) => JSON.stringify(patch));
    expect(new Set(written).size).toBe(rounds * width);
    expect(written).toHaveLength(rounds * width);
    expect(await openIntents(trial)).toHaveLength(0);
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
