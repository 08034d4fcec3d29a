import { syncLimits } from './limits.ts';

/** What a sweep asks a person before it goes on. */
export interface MassChange {
  what: 'delete' | 'overwrite';
  /** So many at least. */
  count: number;
  /** Of so many records the stream has. */
  of: number;
}

/** Answers of a person: what was asked, and how many were said. */
export type Allowed = Partial<Record<MassChange['what'], number>>;

/** Whether so many changes in one sweep are more than chance: a filter, a lost right, a wrong account. */
export function asksFirst(change: MassChange, allowed: Allowed | undefined): boolean {
  const { massRows, massShare } = syncLimits;
  if (change.count <= Math.max(massRows, change.of * massShare)) return false;
  const said = allowed?.[change.what];
  if (said === undefined) return true;
  // Overwrites are met page by page, so their number is not known when they are asked about.
  return change.what === 'delete' && change.count > said;
}

export const massMessage = ({ what, count, of }: MassChange): string =>
  what === 'delete'
    ? `${count} of ${of} records are not at the service any more. Resume to look for each and delete what is gone; cancel to keep all.`
    : `More than ${count - 1} of ${of} records differ at the service. Resume to take them over; cancel to keep all as they are.`;

/** Ends the page in hand: nothing of it is written before a person has answered. */
export class NeedsAnswer extends Error {
  readonly change: MassChange;
  /** Some of the records it is about, where they cannot be found again. */
  readonly recordIds: readonly string[];
  constructor(change: MassChange, recordIds: readonly string[] = []) {
    super('A person is asked first.');
    this.name = 'NeedsAnswer';
    this.change = change;
    this.recordIds = recordIds;
  }
}
