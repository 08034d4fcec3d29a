import type { Proof } from '#lib/connections/schema';
import type { Bench } from './bench.ts';
import type { ContractEntry } from './contract-entry.ts';
import type { Point } from './points.ts';

/** Null: nothing is claimed. Throws when the test that could earn the point fails. */
export async function judge(
  point: Point,
  entry: ContractEntry,
  bench: Bench,
): Promise<Proof | null> {
  if (!point.isClaimed(entry)) return null;
  if (!point.isProvable(bench)) return 'unproven';
  await point.prove(bench);
  return point.source ?? entry.source;
}
