import type { Json } from '#lib/core/index';
import { checkField, fieldRule, fieldsEqual, type Kind } from '#lib/kinds/index';
import type { ConflictChoice } from './conflict-shape.ts';

export interface SettledSides {
  kind: Kind;
  field: string;
  local: Json;
  remote: Json;
  policy: string;
  status: 'open' | 'automatic' | 'resolved';
  choice: ConflictChoice | null;
  /** What stood after it was settled. */
  resolution: Json;
  is_deleted: boolean;
  /** What the record has now. */
  present: Json;
}

export interface Link {
  /** The service has been told, or is being told, something since. */
  isTold: boolean;
  /** The same field is open there once more. */
  isOpenAgain: boolean;
  isGone: boolean;
}

export type Undo =
  | { do: 'refuse'; code: 'resource.conflict' | 'records.version_conflict'; reason: string }
  /** The question stands again, with the hub's side as it was. */
  | { do: 'reopen'; value: Json }
  /** The overwritten value becomes an edit. */
  | { do: 'bring_back'; value: Json; choice: 'local' | 'remote' };

const refuse = (reason: string) => ({ do: 'refuse', code: 'resource.conflict', reason }) as const;

/** The side whose value made room, and that value. */
function overwritten(sides: SettledSides): { choice: 'local' | 'remote'; value: Json } {
  const { comparator } = fieldRule(sides.kind, sides.field);
  const isLocalThere =
    sides.choice === 'local' || fieldsEqual(comparator, sides.resolution, sides.local);
  const takesRemote = isLocalThere && sides.policy !== 'delete_wins';
  return takesRemote
    ? { choice: 'remote', value: sides.remote }
    : { choice: 'local', value: sides.local };
}

/**
 * How a settled conflict is undone, by a person or by itself. Pure. As long as the service was told
 * nothing the question is open again; afterwards only an edit can bring back what made room.
 */
export function decideUndo(sides: SettledSides, link: Link): Undo {
  const { kind, field, present, resolution } = sides;
  const { comparator } = fieldRule(kind, field);
  const same = (a: Json, b: Json) => fieldsEqual(comparator, a, b);
  if (sides.status === 'open') return refuse('It is not settled yet.');
  if (sides.is_deleted) return refuse('The record is deleted; it comes back at its service only.');
  if (sides.status === 'resolved' && sides.choice === null) {
    return refuse('Nobody decided it: both sides came to agree.');
  }
  if (link.isOpenAgain) return refuse('The field changed on both sides once more; settle that.');
  const back = overwritten(sides);
  if (same(back.value, present)) return refuse('The record has this value.');
  if (sides.policy !== 'delete_wins' && !same(present, resolution)) {
    return {
      do: 'refuse',
      code: 'records.version_conflict',
      reason: 'The field has been changed since.',
    };
  }
  if (sides.status === 'resolved' && !link.isTold && !link.isGone) {
    return { do: 'reopen', value: sides.local };
  }
  return checkField(kind, field, back.value) === null
    ? { do: 'bring_back', ...back }
    : refuse('The other value is none that a record can hold.');
}
