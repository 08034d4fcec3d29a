import { markOfSides } from './conflict-mark.ts';
import type { Conflict } from './conflict-shape.ts';
import type { StoredConflict } from './conflict-store.ts';
import { closedChoices } from './decide-conflict.ts';
import { decideUndo } from './decide-undo.ts';

/** A conflict as the wire shows it, with what can be done about it. */
export function toConflict(row: StoredConflict): Conflict {
  const {
    workspace_id: _at,
    mutation_id: _call,
    changed_version: version,
    changed_origin: origin,
    changed_by: actor,
    changed_connector: connector,
    changed_at: at,
    ...conflict
  } = row;
  // What the place was told since decides how it is undone, not whether.
  const undo = decideUndo(row, { isTold: true, isOpenAgain: false, isGone: false });
  return {
    ...conflict,
    sides: markOfSides(row.kind, row),
    local_change:
      version !== null && origin !== null && at !== null
        ? { version, origin, actor, connector, at }
        : null,
    closed: row.status === 'open' ? closedChoices(row.kind, row) : {},
    undo_closed: undo.do === 'refuse' ? undo.reason : null,
  };
}
