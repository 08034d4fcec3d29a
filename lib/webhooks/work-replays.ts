import { type Db, transaction, wake } from '#lib/db/index';
import {
  countWaitingAgain,
  type Handed,
  handOut,
  keepStep,
  lockDueReplay,
} from './replay-work-store.ts';

/** Events of a workspace's replays that wait or are being applied; what has just come stands behind few. */
const waitingAtMost = 200;
/** Events one step hands out, and looks at. */
const chunkRows = 100;
const lookedAt = 5_000;
/** Between two looks at a replay that has to wait for what it handed out. */
const waitMs = 500;

/**
 * One step of one replay, in one transaction: what is handed out and the place reached are committed
 * together or not at all. Answers how many events it looked past or handed out; 0: nothing to do now.
 */
export function workReplays(db: Db): Promise<number> {
  return transaction(db, async (tx) => {
    const replay = await lockDueReplay(tx);
    if (!replay) return 0;
    const waiting = await countWaitingAgain(tx, replay.workspaceId, waitingAtMost);
    const room = Math.min(chunkRows, waitingAtMost - waiting);
    const mayHand = replay.status !== 'cancelled' && !replay.isWalked && room > 0;
    const step: Handed = mayHand
      ? await handOut(tx, replay, { limit: room, lookedAt })
      : { count: 0, reachedId: replay.reachedId, isWalked: replay.isWalked };
    const goesOn = mayHand && !step.isWalked;
    const isDone = await keepStep(tx, replay, step, goesOn ? 0 : waitMs);
    if (step.count > 0) await wake(tx, 'inbox');
    return goesOn || isDone || step.count > 0 ? 1 : 0;
  });
}
