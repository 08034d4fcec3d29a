import type { Link, RecordPatch, RecordRow } from '#lib/records/schema';

/** An edit on its way to the hub: the mutation's variables with the order they were made in. */
export interface PendingEdit {
  id: string;
  order: number;
  patch: RecordPatch;
}

/** What the screen shows: pending edits, oldest first, laid over the confirmed row field by field. */
export function overlay(row: RecordRow, pending: PendingEdit[]): RecordRow {
  const own = pending.filter((edit) => edit.id === row.id).sort((a, b) => a.order - b.order);
  if (own.length === 0) return row;
  const data = Object.assign({}, row.data, ...own.map((edit) => edit.patch.data));
  return { ...row, data };
}

/** How far the last edit of a record got. */
export type EditStage =
  | { stage: 'none' }
  | { stage: 'saving' }
  /** `waitsFor`: the flow that is paused. */
  | { stage: 'saved'; at: string; waitsFor?: string }
  | { stage: 'sending'; at: string }
  | { stage: 'accepted'; at: string; ms: number | null }
  | { stage: 'echoed'; at: string; ms: number }
  | {
      stage: 'refused';
      code: string;
      message: string;
      /** What became of it in the hub; null where that is not known. */
      here: 'taken_back' | 'kept' | null;
      /** Fields a person is asked about. */
      waits: string[];
    }
  | { stage: 'unknown'; message: string }
  | { stage: 'conflict'; fields: string[] };

const elapsed = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/** The stage at one service. Times are the hub's; `ms` runs from the save in the hub. */
export function linkStage(link: Link): EditStage {
  switch (link.state) {
    case 'dirty':
      return {
        stage: 'saved',
        at: link.dirty_at ?? '',
        ...(link.waits_for ? { waitsFor: link.waits_for } : {}),
      };
    case 'pushing':
      return { stage: 'sending', at: link.dirty_at ?? '' };
    case 'refused':
      return {
        stage: 'refused',
        code: link.error?.code ?? 'provider.refused',
        message: link.error?.message ?? 'The service did not take the change',
        here: link.error?.here ?? null,
        waits: link.held,
      };
    case 'unknown':
      return { stage: 'unknown', message: link.error?.message ?? 'The outcome is not known yet' };
    case 'conflict':
      return { stage: 'conflict', fields: link.held };
    case 'synced': {
      if (!link.pushed_at) return { stage: 'none' };
      if (link.echoed_at && elapsed(link.pushed_at, link.echoed_at) >= 0) {
        return {
          stage: 'echoed',
          at: link.echoed_at,
          ms: elapsed(link.dirty_at ?? link.pushed_at, link.echoed_at),
        };
      }
      return {
        stage: 'accepted',
        at: link.pushed_at,
        ms: link.dirty_at ? elapsed(link.dirty_at, link.pushed_at) : null,
      };
    }
    case 'inaccessible':
    case 'tombstone':
      return { stage: 'none' };
  }
}

const urgency: Record<EditStage['stage'], number> = {
  none: 0,
  echoed: 1,
  accepted: 2,
  saved: 3,
  sending: 4,
  unknown: 5,
  refused: 6,
  conflict: 7,
  saving: 8,
};

/** A refusal is to be known; what waits for a person comes first. */
const urgencyOf = (stage: EditStage): number =>
  stage.stage === 'refused' && stage.waits.length > 0 ? urgency.conflict : urgency[stage.stage];

/** One stage for a row: saving in the hub first, else what most needs a look among its services. */
export function recordStage(row: RecordRow, pending: PendingEdit[]): EditStage {
  if (pending.some((edit) => edit.id === row.id)) return { stage: 'saving' };
  return row.links
    .map(linkStage)
    .reduce<EditStage>((worst, next) => (urgencyOf(next) > urgencyOf(worst) ? next : worst), {
      stage: 'none',
    });
}
