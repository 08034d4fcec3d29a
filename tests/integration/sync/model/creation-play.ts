import fc from 'fast-check';
import { transaction } from '#lib/db/index';
import { joinRecords } from '#lib/sync/index';
import type { Fault, FaultKind } from '../../../setup/fake-remote/remote-api.ts';
import { lowering, type RemoteSwitches } from '../../../setup/fake-remote/remote-switches.ts';
import { Mortal } from '../../../setup/mortal.ts';
import { FlowTrial, issue, shown } from '../flow-trial.ts';
import type { Bug } from './bugs.ts';
import type { ModelDatabase } from './model-database.ts';

/** Something that happens; numbers choose by remainder. */
export type CreationStep =
  /** Somebody makes an object at a side; now and then one that reads like another. */
  | { do: 'new'; side: number; title: number }
  | { do: 'edit'; side: number; of: number }
  | { do: 'hook'; side: number; pick: number; mode: 'once' | 'twice' | 'never' }
  | { do: 'make'; dieAt: number | null; isHasty: boolean }
  | { do: 'push' }
  | { do: 'poll' }
  | { do: 'fault'; side: number; fault: Fault }
  | { do: 'join'; one: number; two: number }
  | { do: 'time' };

export interface CreationSchedule {
  sides: Partial<RemoteSwitches>[];
  steps: CreationStep[];
}

const number = fc.nat({ max: 40 });
const kinds: FaultKind[] = ['before', 'after', 'late', 'limited', 'faulty'];
const step: fc.Arbitrary<CreationStep> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('new' as const), side: number, title: number }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('edit' as const), side: number, of: number }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('hook' as const),
      side: number,
      pick: number,
      mode: fc.constantFrom('once' as const, 'once' as const, 'twice' as const, 'never' as const),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('make' as const),
      dieAt: fc.option(fc.nat({ max: 12 })),
      isHasty: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'push' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'poll' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      side: number,
      fault: fc.record({
        on: fc.constantFrom('create' as const, 'create' as const, 'findCreated' as const),
        kind: fc.constantFrom(...kinds),
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('join' as const), one: number, two: number }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'time' as const }) },
);
const side: fc.Arbitrary<Partial<RemoteSwitches>> = fc.record({
  keyed: fc.boolean(),
  ordered: fc.boolean(),
  canonical: fc.constantFrom({}, lowering),
});
export const creationSchedules = (steps: number): fc.Arbitrary<CreationSchedule> =>
  fc.record({
    sides: fc.array(side, { minLength: 2, maxLength: 3 }),
    steps: fc.array(step, { minLength: 3, maxLength: steps }),
  });

/** Plays a schedule, lets everything settle, and says which promises were broken. */
export async function playCreations(
  at: ModelDatabase,
  { sides, steps }: CreationSchedule,
  bug: Bug | null = null,
): Promise<string[]> {
  const flow = await FlowTrial.begin(at, sides, bug);
  try {
    let turn = 0;
    for (const one of steps) {
      turn += 1;
      await act(flow, one, turn);
    }
    return [...flow.trial.broken, ...(await judge(flow))];
  } finally {
    await flow.end();
  }
}

async function act(flow: FlowTrial, what: CreationStep, turn: number): Promise<void> {
  const { trial, sides } = flow;
  const sideAt = (n: number) => flow.side(n % sides.length);
  switch (what.do) {
    case 'new': {
      const title = what.title % 4 === 0 ? 'The Same' : `Object ${turn}`;
      sideAt(what.side).remote.create(`own${turn}`, { ...issue, title });
      return;
    }
    case 'edit': {
      const { remote } = sideAt(what.side);
      const ids = [...remote.objects.keys()];
      remote.edit(ids[what.of % ids.length] ?? '', { labels: [`edited ${turn}`] });
      return;
    }
    case 'hook': {
      const told = sideAt(what.side);
      const hook = told.remote.take(what.pick, what.mode === 'twice');
      if (hook && what.mode !== 'never') await trial.observe(told, hook);
      return;
    }
    case 'make': {
      const mortal = new Mortal((_name, nth) => nth === what.dieAt);
      await (what.isHasty ? whileTelling(flow, mortal) : trial.runJobs(mortal, ['create']));
      return;
    }
    case 'push':
    case 'poll':
      await trial.runJobs(new Mortal(), [what.do]);
      return;
    case 'fault':
      sideAt(what.side).api.faults.push(what.fault);
      return;
    case 'join':
      return join(flow, what);
    case 'time':
      return trial.letTimePass();
  }
}

/** Services tell of what they make before they answer. */
async function whileTelling(flow: FlowTrial, mortal: Mortal): Promise<void> {
  flow.trial.beforeAnswer = () => flow.tell();
  try {
    await flow.trial.runJobs(mortal, ['create']);
  } finally {
    flow.trial.beforeAnswer = null;
  }
}

async function join({ trial }: FlowTrial, what: { one: number; two: number }): Promise<void> {
  const rows = await trial.admin<{ id: string }[]>`
    select id from public.records where workspace_id = ${trial.owner.workspaceId} order by id`;
  const [one, two] = [rows[what.one % rows.length]?.id, rows[what.two % rows.length]?.id];
  if (!one || !two || one === two) return;
  await transaction(trial.at.worker, (tx) =>
    joinRecords(tx, {
      workspaceId: trial.owner.workspaceId,
      recordIds: [one, two],
      onDifference: 'first_side',
      firstStreamId: trial.sides[0]?.streamId ?? null,
    }),
  );
}

/** Everything is told, or found by a poll, and made; then the promises are looked at. */
async function judge(flow: FlowTrial): Promise<string[]> {
  const { trial, sides } = flow;
  for (const { api } of sides) api.faults = [];
  for (let round = 0; round < 8; round += 1) {
    await flow.tell();
    await trial.runJobs(new Mortal(), ['create', 'push', 'poll']);
    await trial.letTimePass();
  }
  const broken: string[] = [];
  const { workspaceId } = trial.owner;
  const links = await trial.admin<{ connection_id: string; external_id: string; gone: boolean }[]>`
    select l.connection_id, l.external_id, r.deleted_at is not null as gone from public.links l
    join public.records r on r.id = l.record_id where l.workspace_id = ${workspaceId}`;
  for (const { connectionId, remote } of sides) {
    for (const object of remote.objects.values()) {
      const own = links.filter(
        (link) => link.connection_id === connectionId && link.external_id === object.id,
      );
      if (own.length !== 1) broken.push(`M1 ${object.id} has ${own.length} links`);
      if (own.some(({ gone }) => gone)) broken.push(`M1 ${object.id} lives in a record that ended`);
    }
    const keys = remote.made.map(({ key }) => key);
    if (new Set(keys).size < keys.length) broken.push('M2 an object was made twice');
  }
  const [open] = await trial.admin<{ asks: number; moving: number }[]>`
    select count(*) filter (where state = 'unknown' and next_attempt_at is null)::int as asks,
      count(*) filter (where state in ('owed', 'sending', 'unknown') and next_attempt_at is not null)::int as moving
    from public.creations where workspace_id = ${workspaceId}`;
  if ((open?.moving ?? 0) > 0)
    broken.push('M3 something is still owed after everything has settled');
  // What is one thing everywhere has an object at every side, unless a person is asked.
  const living = await flow.living();
  const short = living.filter((row) => Number(row['links']) < sides.length).length;
  if (short > (open?.asks ?? 0)) broken.push('M4 a record has no object at one of the sides');
  const made = sides.reduce((sum, { remote }) => sum + remote.made.length, 0);
  const own = sides.reduce((sum, one) => sum + shown(one).length, 0) - made;
  if (made > own * (sides.length - 1)) broken.push('M5 an object was made of one that was made');
  return broken;
}
