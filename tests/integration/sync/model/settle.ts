import { Mortal } from '../../../setup/mortal.ts';
import type { Trial } from './trial.ts';

/** Rounds after which work that is still due is called unquiet. */
const quietRounds = 12;

/** Lets time pass and works until there is nothing to do; false when that never happens. */
export async function settle(trial: Trial): Promise<boolean> {
  await pollAll(trial);
  let { isMidway } = await look(trial);
  for (let round = 0; round < quietRounds; round += 1) {
    await trial.letTimePass();
    const outcomes = await trial.runJobs(new Mortal(), ['run', 'push', 'poll']);
    const now = await look(trial);
    const isQuiet = outcomes.every((one) => one === 'nothing' || one === 'unchanged');
    // A poll that went on with a walk cut short has seen its end only.
    if (isQuiet && !isMidway && !now.isDue) return true;
    isMidway = now.isMidway;
  }
  return false;
}

export async function sweepAll(trial: Trial): Promise<void> {
  for (const side of trial.sides) await trial.wantSweep(side);
}

async function pollAll(trial: Trial): Promise<void> {
  await trial.admin`update public.streams set next_poll_at = now()
    where workspace_id = ${trial.owner.workspaceId} and phase = 'live'`;
}

/** Whether a poll stands between two pages, and whether anything waits for its turn. */
async function look({ admin, owner }: Trial): Promise<{ isMidway: boolean; isDue: boolean }> {
  const { workspaceId } = owner;
  const [row] = await admin<{ isMidway: boolean; isDue: boolean }[]>`
    select exists (select 1 from public.streams
        where workspace_id = ${workspaceId} and cursor ? 'after') as "isMidway",
      exists (select 1 from public.links
        where workspace_id = ${workspaceId} and next_attempt_at is not null) as "isDue"`;
  return row ?? { isMidway: false, isDue: false };
}
