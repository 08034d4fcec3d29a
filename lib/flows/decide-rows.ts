import type { Decision, MatchSide } from './match-records.ts';
import type { Named, NewRow, RowInput } from './plan-input-store.ts';
import type { PlanRow } from './schema.ts';

/** What rows are made of: decided by matching, shown by names, joined by previews. */
export interface RowMaterial {
  sides: readonly MatchSide[];
  named: ReadonlyMap<string, Named>;
  /** Versions the decision stands on. */
  versions: ReadonlyMap<string, number>;
  /** By the record that leads a join. */
  differences: ReadonlyMap<string, PlanRow['differences']>;
}

/** Rows of decisions that do something, numbered on from `ordinal`. Pure. */
export function decideRows(
  decisions: readonly Decision[],
  material: RowMaterial,
  ordinal: number,
): NewRow[] {
  const rows: NewRow[] = [];
  for (const decision of decisions) {
    if (decision.action === 'joined' || decision.action === 'nothing') continue;
    const { recordId, targets } = decision;
    const others = decision.action === 'join' ? decision.others : [];
    const candidates = decision.action === 'review' ? decision.candidates : others;
    rows.push({
      ordinal: ordinal + rows.length + 1,
      action: decision.action,
      status: 'planned',
      reason: decision.action === 'review' ? reasonOf(candidates.length) : null,
      record_id: recordId,
      title: material.named.get(recordId)?.title ?? '',
      others: candidates.flatMap((id) => shown(id, material)),
      targets,
      differences: material.differences.get(recordId) ?? [],
      inputs: [recordId, ...others].map((id) => inputOf(id, material)),
    });
  }
  return rows;
}

const reasonOf = (candidates: number): string =>
  candidates === 1
    ? 'Another record could be the same, and one of the two has more like it.'
    : `${candidates} records could be the same.`;

function shown(id: string, { named, sides }: RowMaterial): PlanRow['others'] {
  const record = named.get(id);
  const link = record?.links.find(
    ({ stream_id, state }) =>
      state !== 'tombstone' && sides.some(({ streamId }) => streamId === stream_id),
  );
  if (!record || !link) return [];
  const { stream_id, url } = link;
  return [{ record_id: id, stream_id, title: record.title, url }];
}

function inputOf(id: string, { named, versions }: RowMaterial): RowInput {
  const links = named.get(id)?.links ?? [];
  return {
    record_id: id,
    version: versions.get(id) ?? 0,
    ranks: Object.fromEntries(links.map((link) => [link.id, link.remote_rank])),
  };
}
