import { transaction } from '#lib/db/index';
import { asksFirst, NeedsAnswer } from './judge-mass.ts';
import { countLiving, countOutOfSight, type MissingLink } from './sweep-store.ts';
import type { HeldRun } from './work-run.ts';

/**
 * Objects that were out of sight already are not in the number a person is asked about before a sweep
 * looks for what it did not come across: they are looked for each time, and kept. That many of them are
 * gone all at once is asked about when it is found, before any of it is deleted. `lost`: of these, those
 * of one batch the service says are gone.
 */
export async function askOfLost(
  { deps, run }: HeldRun,
  lost: readonly MissingLink[],
): Promise<void> {
  if (lost.length === 0) return;
  const { missed = 0, lost: before = 0, allowed, generation = 0 } = run.checkpoint;
  const { of, hidden } = await transaction(deps.db, async (tx) => ({
    of: await countLiving(tx, run),
    hidden: await countOutOfSight(tx, run, generation),
  }));
  const found = { what: 'delete' as const, count: missed + before + lost.length, of };
  if (asksFirst(found, allowed)) {
    // One answer for all that may turn out to be gone.
    const most = { ...found, count: missed + before + hidden };
    throw new NeedsAnswer(
      most,
      lost.map((link) => link.record_id),
    );
  }
  run.checkpoint = { ...run.checkpoint, lost: before + lost.length };
}
