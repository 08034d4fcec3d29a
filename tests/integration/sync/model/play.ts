import type { ConnectorApi } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { enqueueDuePushes } from '#lib/sync/index';
import { Mortal } from '../../../setup/mortal.ts';
import { work } from '../world.ts';
import { type BugName, bugs } from './bugs.ts';
import { judge } from './judge.ts';
import type { ModelDatabase } from './model-database.ts';
import { patchOf, type Schedule, type Step } from './schedule.ts';
import { type Side, Trial } from './trial.ts';

const objects: Record<string, JsonObject> = Object.fromEntries(
  ['1', '2', '3'].map((id) => [
    id,
    { title: `issue ${id}`, body: 'x', state: 'open', labels: ['bug'], milestone_x: 0 },
  ]),
);

/** Plays a schedule over the real engine, lets everything settle and says which promises were broken. */
export async function play(
  at: ModelDatabase,
  schedule: Schedule,
  bug: BugName | null,
): Promise<string[]> {
  const trial = await Trial.begin(
    at,
    schedule.sides,
    bug ? bugs[bug]() : null,
    objects,
    schedule.mapping,
  );
  try {
    for (const step of schedule.steps) {
      trial.turn += 1;
      for (const { remote } of trial.sides) remote.turn = trial.turn;
      await act(trial, step);
    }
    return [...trial.broken, ...(await judge(trial))];
  } finally {
    await trial.end();
  }
}

const sideOf = (trial: Trial, n: number): Side => {
  const side = trial.sides[n % trial.sides.length];
  if (!side) throw new Error('A trial has a side.');
  return side;
};

const idOf = (side: Side, n: number): string => {
  const ids = [...side.remote.objects.keys()];
  return ids[n % ids.length] ?? '1';
};

async function act(trial: Trial, step: Step): Promise<void> {
  if (step.do === 'stall') return stall(trial);
  if (step.do === 'here') {
    const patch = patchOf(step.field, step.pick, trial.turn);
    return trial.editHere(String((step.of % 3) + 1), patch);
  }
  const side = sideOf(trial, step.side);
  const { remote } = side;
  switch (step.do) {
    case 'there':
      remote.edit(idOf(side, step.of), patchOf(step.field, step.pick, trial.turn));
      return;
    case 'create':
      remote.create(`9${step.side}${trial.turn}`, { ...objects['1'], title: `new ${trial.turn}` });
      return;
    case 'remove':
      remote.remove(idOf(side, step.of));
      return;
    case 'restore':
      remote.restore(idOf(side, step.of));
      return;
    case 'move': {
      const id = idOf(side, step.of);
      remote.move(id, !remote.objects.get(id)?.isMoved);
      return;
    }
    case 'rename':
      remote.rename(idOf(side, step.of), `7${trial.turn}`);
      return;
    case 'merge':
      remote.merge(idOf(side, step.of), idOf(side, step.into));
      return;
    case 'hook': {
      const hook = remote.take(step.pick, step.mode === 'twice');
      if (hook && step.mode !== 'never') await trial.observe(side, hook);
      return;
    }
    case 'push':
    case 'poll':
      await runOnce(trial, step, side);
      return;
    case 'sweep':
      await trial.wantSweep(side);
      await trial.runJobs(new Mortal(), ['run']);
      return;
    case 'fault':
      side.api.faults.push(step.fault);
      return;
    case 'time':
      await trial.letTimePass();
      return;
    case 'rules':
      await trial.remap(side, step.mapping);
      return;
    case 'clock':
      remote.pass(step.seconds * 1_000);
      return;
  }
}

async function runOnce(
  trial: Trial,
  step: Extract<Step, { do: 'push' | 'poll' }>,
  side: Side,
): Promise<void> {
  const { dieAt } = step;
  if (step.do === 'poll') {
    await trial.admin`update public.streams set next_poll_at = now() where id = ${side.streamId} and phase = 'live'`;
  }
  const mortal = new Mortal((_name, nth) => nth === dieAt);
  await trial.runJobs(mortal, [step.do]);
}

/** A worker hangs in the answer of a call, another takes over, and the first comes back. */
async function stall(trial: Trial): Promise<void> {
  const deps = trial.deps(new Mortal());
  await enqueueDuePushes(deps);
  const job = trial.jobs
    .splice(0)
    .find(({ payload }) => payload.workspaceId === trial.owner.workspaceId);
  if (!job) return;
  let release: () => void = () => undefined;
  let reach: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const connect: typeof deps.connect = async (...given) => {
    const opened = await deps.connect(...given);
    const update: ConnectorApi['update'] = async (...call) => {
      const result = await opened.api.update(...call);
      reach();
      await gate;
      return result;
    };
    return { ...opened, api: { ...opened.api, update } };
  };
  const hung = work({ ...deps, connect }, job);
  const hasEnded = await Promise.race([reached.then(() => false), hung.then(() => true)]);
  if (hasEnded) return;
  await trial.letTimePass();
  const before = await epochOf(trial, job.payload.linkId);
  await trial.runJobs(new Mortal(), ['push']);
  const isTaken = (await epochOf(trial, job.payload.linkId)) > before;
  release();
  const outcome = await hung;
  if (isTaken && outcome !== 'skipped') {
    trial.broken.push(`a worker whose link was taken over wrote its result (${outcome})`);
  }
}

async function epochOf(trial: Trial, linkId: string): Promise<number> {
  const [row] =
    await trial.admin`select epoch::int as epoch from public.links where id = ${linkId}`;
  return Number(row?.['epoch'] ?? 0);
}
