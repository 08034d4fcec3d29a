/** What a deletion on one side means for an edit on the other; `manual` asks a person. */
export type DeletionPolicy = 'delete_wins' | 'edit_wins' | 'manual';

export interface DeletionSides {
  /** Whether it was gone when the two sides last agreed. */
  wasDeleted: boolean;
  isDeletedHere: boolean;
  isDeletedThere: boolean;
  /** Fields edited here that the service was never told. */
  unsent: readonly string[];
  /** Fields changed there since. */
  changedThere: readonly string[];
  policy: DeletionPolicy;
}

export interface DeletionOutcome {
  do: 'nothing' | 'delete_here' | 'delete_there' | 'restore_here' | 'make_there' | 'ask';
  /** Fields whose newer value the deletion takes along: they are logged, never dropped silently. */
  lost: readonly string[];
}

/**
 * Deletion as a field of its own in the three-way merge: whoever did not change it follows, and only
 * a deletion against an edit is a conflict.
 */
export function mergeDeletion(sides: DeletionSides): DeletionOutcome {
  const { wasDeleted, isDeletedHere: here, isDeletedThere: there, policy } = sides;
  if (here === there) return { do: 'nothing', lost: [] };
  if (wasDeleted) return { do: here ? 'restore_here' : 'make_there', lost: [] };
  const edits = there ? sides.unsent : sides.changedThere;
  const deletes = there ? ('delete_here' as const) : ('delete_there' as const);
  if (edits.length === 0) return { do: deletes, lost: [] };
  switch (policy) {
    case 'delete_wins':
      return { do: deletes, lost: edits };
    case 'edit_wins':
      return { do: there ? 'make_there' : 'restore_here', lost: [] };
    case 'manual':
      return { do: 'ask', lost: [] };
  }
}
