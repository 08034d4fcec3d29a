import { toHubError } from '#lib/core/index';
import { isUnavailable, pgErrorCode, type Tx, transaction } from '#lib/db/index';
import { captureError } from '#lib/observability/index';
import { carryOutRows } from './carry-out-rows.ts';
import {
  nameNewcomers,
  type RowOutcome,
  type StoredRow,
  saveOutcomes,
  selectOpenRows,
} from './execute-store.ts';
import { gatherMembers } from './gather-members.ts';
import { type HeldPlan, keepStep, PlanStopped } from './held-plan.ts';
import { planLimits } from './plan-limits.ts';
import { type Checkpoint, holdFlow, saveDone } from './plan-work-store.ts';

const newcomer = 'It came after this plan was made. Plan again to include it.';

/**
 * One step of carrying a plan out; null when its flow is live. First what came since the plan was made
 * is found, because what is like it cannot be decided any more; then the stored rows are carried out,
 * a few at a time; then what came meanwhile is named, while nothing new is written at the sides.
 */
export function enableStep(held: HeldPlan, at: Checkpoint): Promise<Checkpoint | null> {
  if (at.step === 'rows') return carryOutSome(held, at.ordinal ?? 0);
  return transaction(held.deps.db, (tx) => look(tx, held, at));
}

async function look(tx: Tx, held: HeldPlan, at: Checkpoint): Promise<Checkpoint | null> {
  const { plan, sides } = held;
  const step = at.step === 'last' ? 'last' : 'look';
  // What is seen while it is held is written by somebody who then finds the flow as it is left here.
  if (step === 'last') await holdFlow(tx, plan);
  const found = await gatherMembers(tx, plan, sides, { after: at.after ?? null, isLate: true });
  if (found.next === null && step === 'last') return finish(tx, held);
  const checkpoint: Checkpoint =
    found.next === null ? { step: 'rows' } : { step, after: found.next };
  await keepStep(tx, held, { checkpoint });
  return checkpoint;
}

async function finish(tx: Tx, { plan, epoch }: HeldPlan): Promise<null> {
  const newcomers = await nameNewcomers(tx, plan, newcomer);
  if (!(await saveDone(tx, plan, epoch, newcomers))) throw new PlanStopped();
  return null;
}

async function carryOutSome(held: HeldPlan, after: number): Promise<Checkpoint> {
  const { deps, plan } = held;
  const rows = await transaction(deps.db, (tx) =>
    selectOpenRows(tx, plan, after, planLimits.executedRows),
  );
  if (rows.length === 0) {
    const checkpoint: Checkpoint = { step: 'last' };
    await transaction(deps.db, (tx) => keepStep(tx, held, { checkpoint }));
    return checkpoint;
  }
  try {
    await transaction(deps.db, (tx) => carryOut(tx, held, rows));
  } catch (error) {
    if (isNotTheRows(error)) throw error;
    for (const row of rows) await carryOutAlone(held, row, rows.length === 1 ? error : null);
  }
  return { step: 'rows', ordinal: rows.at(-1)?.ordinal ?? after };
}

/** Serialization, deadlock, a lock or a statement that took too long: https://www.postgresql.org/docs/17/errcodes-appendix.html */
const passing = ['40001', '40P01', '55P03', '57014'];

/** Rolled back whole; who works on the plan next tries the same rows again. */
const isNotTheRows = (error: unknown): boolean =>
  error instanceof PlanStopped ||
  isUnavailable(error) ||
  passing.includes(pgErrorCode(error) ?? '');

async function carryOut(tx: Tx, held: HeldPlan, rows: readonly StoredRow[]): Promise<void> {
  const outcomes = await carryOutRows(tx, held, rows);
  await keepOutcomes(tx, held, outcomes, rows.at(-1)?.ordinal ?? 0);
}

/** `upTo`: the last row that was looked at; a row in review may have been carried out before its turn. */
async function keepOutcomes(
  tx: Tx,
  held: HeldPlan,
  outcomes: readonly RowOutcome[],
  upTo: number,
): Promise<void> {
  const done = await saveOutcomes(tx, held.plan, outcomes);
  const count = (...statuses: RowOutcome['status'][]) =>
    outcomes.filter(({ status }) => statuses.includes(status)).length;
  await keepStep(tx, held, {
    checkpoint: { step: 'rows', ordinal: upTo },
    done,
    skipped: count('skipped', 'rejected'),
    failed: count('failed'),
  });
}

/** A row nothing can be done about says so and holds up no other. */
async function carryOutAlone(held: HeldPlan, row: StoredRow, met: unknown): Promise<void> {
  const { deps } = held;
  try {
    if (met !== null) throw met;
    await transaction(deps.db, async (tx) => {
      // Unless it was carried out with another one.
      const [open] = await selectOpenRows(tx, held.plan, row.ordinal - 1, 1);
      if (open?.ordinal === row.ordinal) await carryOut(tx, held, [open]);
    });
  } catch (error) {
    if (isNotTheRows(error)) throw error;
    const fault = toHubError(error);
    captureError(deps.log, error, 'a row of a plan could not be carried out');
    const failed: RowOutcome = { ordinal: row.ordinal, status: 'failed', reason: fault.message };
    await transaction(deps.db, (tx) => keepOutcomes(tx, held, [failed], row.ordinal));
  }
}
