import { expect } from 'vitest';
import { Mortal } from '../../setup/mortal.ts';
import type { Trial } from './model/trial.ts';

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
export type Point = keyof typeof points;
export const names = Object.keys(points) as Point[];
/** Where the intent is committed and its outcome is not. */
export const isUnknownAt: readonly Point[] = [
  'transaction 4 is done',
  'the call begins',
  'the call is done',
  'transaction 5 begins',
];
/** The first transaction makes the jobs of all links; what comes after it belongs to one. */
const sharedPoints = 2;

export interface Death {
  point: Point;
  /** Whose turn it was, counted from 0. */
  victim: number;
}

export interface Sizes {
  rounds: number;
  /** Objects, each of which is edited once in every round. */
  width: number;
  deaths: number;
}

/** Every point in turn, in rounds and at jobs drawn from a seed. */
export function planDeaths({ rounds, width, deaths }: Sizes): Map<number, Death> {
  const chance = seeded(20_261_121);
  const open = Array.from({ length: rounds }, (_, round) => round);
  const drawn = Array.from({ length: deaths }, () => open.splice(chance(open.length), 1)[0] ?? 0);
  return new Map(
    drawn
      .toSorted((a, b) => a - b)
      .map((round, nth) => {
        const point = names[(nth * 5) % names.length] ?? 'the call is done';
        return [round, { point, victim: chance(width) }];
      }),
  );
}

/** Pseudo-random and repeatable. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Restarts and time until nothing is owed; a bound instead of a clock. */
export async function recover(trial: Trial): Promise<void> {
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

/** The worker dies with the victim's job in its hands, and the rest of its jobs with it. Answers where. */
export async function die(trial: Trial, { point, victim }: Death): Promise<Point | undefined> {
  const each = names.length - sharedPoints;
  const at = names.indexOf(point);
  const dieAt = at < sharedPoints ? at : at + victim * each;
  const mortal = new Mortal((_name, nth) => nth === dieAt);
  await trial.runJobs(mortal, ['push']);
  const passed = mortal.points.length - 1;
  const name =
    names[passed < sharedPoints ? passed : sharedPoints + ((passed - sharedPoints) % each)];
  // The transactions of later jobs have later numbers.
  const kind = (of = '') => of.replace(/\d+/, '');
  return kind(mortal.points.at(-1)) === kind(name) ? name : undefined;
}

/** Calls of which nobody knows what became of them: so many, each of them shown as under way. */
export async function expectShown({ admin, owner }: Trial, count: number): Promise<void> {
  const rows = await admin`
    select l.state from public.push_intents i join public.links l on l.id = i.link_id
    where i.workspace_id = ${owner.workspaceId} and (i.outcome is null or i.outcome = 'unknown')`;
  expect(rows.map(({ state }) => String(state))).toEqual(Array(count).fill('pushing'));
}

export const hubWrites = (trial: Trial) =>
  trial.sides.flatMap(({ remote }) => remote.writes.filter(({ by }) => by === 'hub'));
export const openIntents = (trial: Trial) => trial.admin`
  select 1 from public.push_intents where workspace_id = ${trial.owner.workspaceId}
    and (outcome is null or outcome = 'unknown')`;
