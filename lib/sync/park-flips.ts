import type { Tx } from '#lib/db/index';
import { findFlips } from './find-flips.ts';
import type { JudgedObject } from './judge-object.ts';
import { syncLimits } from './limits.ts';
import { type Origin, selectRecent } from './observe-store.ts';
import { planObservation } from './plan-observation.ts';
import type { Circumstances, Intent, KnownLink, PlannedObject } from './planned-writes.ts';

/** One observed state with what was planned for it. */
export interface Sight {
  link: KnownLink;
  object: JudgedObject;
  own: Intent[];
  plan: PlannedObject;
}

/** Plans anew, with the field held, where two services keep changing a field back and forth. */
export async function parkFlips(
  tx: Tx,
  origin: Origin,
  sights: Sight[],
  given: Circumstances,
): Promise<void> {
  const shared = sights.filter(({ plan }) => plan.tellsOthers);
  if (shared.length === 0) return;
  const ids = shared.map(({ link }) => link.record_id);
  const recent = await selectRecent(tx, origin, ids, syncLimits.flipWindowMs);
  for (const sight of shared) {
    const { link, own, object, plan } = sight;
    const parked = findFlips(
      given.kind,
      { connectionId: origin.connectionId, diff: plan.record?.diff ?? {} },
      recent.filter((change) => change.record_id === link.record_id),
    );
    if (parked.length > 0) sight.plan = planObservation(link, own, object, given, parked);
  }
}
