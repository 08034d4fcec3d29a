import type { Tx } from '#lib/db/index';
import { createLimits } from './create-limits.ts';
import type { HeldCreation } from './creation-store.ts';
import { type ParentRow, selectParent } from './parent-store.ts';

/** `wait`: it is being made there. Otherwise its name there, or that it has none. */
export type Parent =
  | { is: 'wait'; recordId: string }
  | { is: 'known'; name: string }
  | { is: 'none' };

export const noParent: Parent = { is: 'none' };

/**
 * Parents are made before their children. What does not wait: a parent that is gone, is nowhere owed,
 * was refused, or is a child of its own child; and none is waited for longer than createLimits says.
 */
export async function findParent(tx: Tx, held: HeldCreation): Promise<Parent> {
  const name = held.data['parent'];
  if (typeof name !== 'string' || name === '') return { is: 'none' };
  const parent = await selectParent(tx, held, name);
  if (!parent || parent.deleted_at !== null) return { is: 'none' };
  if (parent.name_there !== null) return { is: 'known', name: parent.name_there };
  const mayWait = parent.is_owed && held.age_ms < createLimits.parentWaitMs;
  return mayWait && !(await isCircle(tx, held, parent))
    ? { is: 'wait', recordId: parent.record_id }
    : { is: 'none' };
}

async function isCircle(tx: Tx, held: HeldCreation, parent: ParentRow): Promise<boolean> {
  let above: ParentRow | null = parent;
  for (let level = 0; level < createLimits.ancestors; level += 1) {
    if (!above?.parent || !above.is_owed) return false;
    above = await selectParent(tx, { ...held, record_id: above.record_id }, above.parent);
    if (above?.record_id === held.record_id) return true;
  }
  return true;
}
