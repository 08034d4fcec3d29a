import type { Tx } from '#lib/db/index';
import { findFlips, findWriteBacks, type Overwritten } from './find-flips.ts';
import type { JudgedObject } from './judge-object.ts';
import { syncLimits } from './limits.ts';
import { type Origin, selectRecent, selectWriteBacks } from './observe-store.ts';
import { planObservation } from './plan-observation.ts';
import type { Circumstances, Intent, KnownLink, PlannedObject } from './planned-writes.ts';

/** One observed state with what was planned for it. */
export interface Sight {
  link: KnownLink;
  object: JudgedObject;
  own: Intent[];
  plan: PlannedObject;
}

/**
 * Plans anew, with the field held, where a field is changed back and forth: by two services through
 * the hub, or by one against what is written back there.
 */
export async function parkFlips(
  tx: Tx,
  origin: Origin,
  sights: Sight[],
  given: Circumstances,
): Promise<void> {
  const parked = [
    await flipsOf(tx, origin, sights, given),
    await writeBacksOf(tx, origin, sights, given),
  ];
  for (const sight of sights) {
    const { link, own, object } = sight;
    const fields = parked.flatMap((found) => found.get(sight) ?? []);
    if (fields.length > 0) sight.plan = planObservation(link, own, object, given, fields);
  }
}

type Found = Map<Sight, string[]>;

async function flipsOf(
  tx: Tx,
  origin: Origin,
  sights: Sight[],
  { kind }: Circumstances,
): Promise<Found> {
  const shared = sights.filter(({ plan }) => plan.tellsOthers);
  if (shared.length === 0) return new Map();
  const ids = shared.map(({ link }) => link.record_id);
  const recent = await selectRecent(tx, origin, ids, syncLimits.flipWindowMs);
  const found = shared.map((sight) => {
    const { link, plan } = sight;
    const next = { connectionId: origin.connectionId, diff: plan.record?.diff ?? {} };
    const own = recent.filter((change) => change.record_id === link.record_id);
    return [sight, findFlips(kind, next, own)] as const;
  });
  return new Map(found);
}

async function writeBacksOf(
  tx: Tx,
  origin: Origin,
  sights: Sight[],
  { kind }: Circumstances,
): Promise<Found> {
  const insisting = sights.flatMap((sight) => {
    const next = overwrittenIn(sight);
    return next.length > 0 ? [{ sight, next }] : [];
  });
  if (insisting.length === 0) return new Map();
  const ids = insisting.map(({ sight }) => sight.link.link_id);
  const recent = await selectWriteBacks(tx, origin, ids, syncLimits.flipWindowMs);
  const found = insisting.map(({ sight, next }) => {
    const own = recent.filter((one) => one.link_id === sight.link.link_id);
    return [sight, findWriteBacks(kind, next, own)] as const;
  });
  return new Map(found);
}

/** Each is kept as a conflict that was decided at once; these are what is counted. */
const overwrittenIn = ({ link, plan }: Sight): Overwritten[] =>
  plan.conflicts.filter(
    ({ field, status }) => status === 'automatic' && link.lens.enforced.includes(field),
  );
