import type { Tx } from '#lib/db/index';
import { fieldRule } from '#lib/kinds/index';
import { type Gathered, insertMembers, type PlannedSide, selectRecordsOf } from './gather-store.ts';
import { matchKey } from './match-key.ts';
import { planLimits } from './plan-limits.ts';
import type { TakenPlan } from './plan-work-store.ts';

export interface GatherStep {
  /** Where to go on; null after the last record. */
  next: string | null;
  looked: number;
  added: number;
}

/**
 * Takes a page of the sides' records into the plan, each once: those that live at some of the sides
 * and not at all of them.
 */
export async function gatherMembers(
  tx: Tx,
  plan: TakenPlan,
  sides: readonly PlannedSide[],
  at: { after: string | null; isLate: boolean },
): Promise<GatherStep> {
  const streams = sides.map((side) => side.stream_id);
  const most = pageOf(plan);
  const page = await selectRecordsOf(tx, plan, streams, at.after, most);
  const everywhere = sides.reduce((mask, side) => mask | bitOf(side), 0);
  const members = page.flatMap((record) => {
    const { lives, taken } = placesOf(record, sides);
    if (record.is_known || lives === 0 || lives === everywhere) return [];
    const match_key = matchKey(plan.kind, plan.match_fields, record.data);
    return [{ record_id: record.record_id, version: record.version, match_key, lives, taken }];
  });
  if (members.length > 0) await insertMembers(tx, plan, members, at.isLate);
  const last = page.at(-1);
  const next = page.length === most && last ? last.record_id : null;
  return { next, looked: page.length, added: members.length };
}

const pageOf = ({ kind, match_fields: fields }: TakenPlan): number =>
  fields.some((field) => fieldRule(kind, field).comparator === 'text')
    ? planLimits.gatheredTexts
    : planLimits.gatheredRecords;

const bitOf = (side: PlannedSide): number => 1 << side.position;

/** A record that is anywhere in a side's account, or was, can have no second object there. */
function placesOf({ links }: Gathered, sides: readonly PlannedSide[]) {
  let [lives, taken] = [0, 0];
  for (const side of sides) {
    for (const link of links) {
      if (link.connection_id === side.connection_id) taken |= bitOf(side);
      if (link.stream_id === side.stream_id && link.state !== 'tombstone') lives |= bitOf(side);
    }
  }
  return { lives, taken };
}
