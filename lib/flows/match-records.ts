import { noKey } from './match-key.ts';

/** A side as matching sees it. Its bit in a mask is `1 << position`. */
export interface MatchSide {
  position: number;
  streamId: string;
  /** What is missing there is made there. */
  makes: boolean;
}

/** A record that is not at all sides yet. */
export interface MatchMember {
  recordId: string;
  key: string;
  /** Sides where it has a place, living or not: it can be joined with nothing that is there. */
  taken: number;
}

/** The records of one key that have the same sides taken. */
export interface MatchClass {
  taken: number;
  count: number;
  /** The first of them by id; at least one, and as many as a person could choose of. */
  recordIds: readonly string[];
}

/**
 * join: one record at each of several sides and no other anywhere. review: it could be joined, and
 * with whom is a person's to say. create: nobody like it at the sides that make what is missing.
 * joined: part of another's row. nothing: no side makes it.
 */
export type Decision =
  | { action: 'join'; recordId: string; others: string[]; targets: string[] }
  | { action: 'review'; recordId: string; candidates: string[]; targets: string[] }
  | { action: 'create'; recordId: string; targets: string[] }
  | { action: 'joined'; recordId: string; by: string }
  | { action: 'nothing'; recordId: string };

export interface MatchInput {
  sides: readonly MatchSide[];
  members: readonly MatchMember[];
  /** All classes of every key of the members. */
  classes: ReadonlyMap<string, readonly MatchClass[]>;
  /** By record: streams an object is owed to, or was, already. */
  owed: ReadonlyMap<string, readonly string[]>;
}

/** Candidates a person is shown for one record. */
export const candidatesShown = 20;

/**
 * Decides what becomes of each record. Every record of a key is decided on by its classes alone, so
 * that neither their order nor how many are looked at together makes a difference. Two records of one
 * side are never joined, and of two possible partners none is taken. Pure.
 */
export function matchRecords(input: MatchInput): Decision[] {
  return input.members.map((member) => judge(member, input));
}

const areApart = (a: number, b: number): boolean => (a & b) === 0;

function judge(member: MatchMember, input: MatchInput): Decision {
  const { recordId } = member;
  const classes = member.key === noKey ? [] : (input.classes.get(member.key) ?? []);
  const partners = classes.filter(({ taken }) => areApart(taken, member.taken));
  if (partners.length === 0) return alone(recordId, targetsOf(member.taken, [recordId], input));
  const group = onlyGroup(classes);
  if (group === null) {
    const ids = partners.flatMap(({ recordIds }) => recordIds).sort();
    const targets = targetsOf(member.taken, [recordId], input);
    return { action: 'review', recordId, candidates: ids.slice(0, candidatesShown), targets };
  }
  const [lead = recordId, ...others] = group.recordIds;
  if (lead !== recordId) return { action: 'joined', recordId, by: lead };
  const targets = targetsOf(group.taken, group.recordIds, input);
  return { action: 'join', recordId, others, targets };
}

const alone = (recordId: string, targets: string[]): Decision =>
  targets.length > 0 ? { action: 'create', recordId, targets } : { action: 'nothing', recordId };

/** The records of a key when each is the only one at its sides, in the order of the sides. */
function onlyGroup(classes: readonly MatchClass[]): { recordIds: string[]; taken: number } | null {
  const recordIds: string[] = [];
  let taken = 0;
  for (const part of classes.toSorted((a, b) => firstSide(a.taken) - firstSide(b.taken))) {
    const [recordId] = part.recordIds;
    if (part.count !== 1 || recordId === undefined || !areApart(taken, part.taken)) return null;
    taken |= part.taken;
    recordIds.push(recordId);
  }
  return { recordIds, taken };
}

/** The lowest bit that is set. */
const firstSide = (taken: number): number => taken & -taken;

function targetsOf(taken: number, recordIds: readonly string[], input: MatchInput): string[] {
  const owed = new Set(recordIds.flatMap((id) => input.owed.get(id) ?? []));
  return input.sides
    .filter((side) => side.makes && areApart(taken, 1 << side.position) && !owed.has(side.streamId))
    .map(({ streamId }) => streamId);
}
