import type { Json } from '#lib/core/index';
import { lowered, type Place, placesOf, same } from './places.ts';
import type { Trial } from './trial.ts';

/** Without the words a mapping of before may have put in front. */
const bare = (value: Json): Json =>
  typeof value === 'string' ? value.replace(/^(t: )+/, '') : value;

/** Fields of records that somebody was asked about, or whose loser was written down. */
async function loggedFields({ admin, owner }: Trial): Promise<ReadonlySet<string>> {
  const rows = await admin<{ record_id: string; field: string }[]>`
    select record_id, field from public.conflicts where workspace_id = ${owner.workspaceId}`;
  return new Set(rows.map(({ record_id, field }) => `${record_id} ${field}`));
}

/** P2: the last write of a field is what stands, or somebody was asked, or the loser was logged. */
export async function lostUpdates(trial: Trial): Promise<string[]> {
  const rows = await placesOf(trial);
  const known = await loggedFields(trial);
  const broken: string[] = [];
  for (const row of rows) {
    // What was written to an object that is gone may have gone with it, unseen.
    const wentSomewhere = rows.some(
      ({ record_id, state }) => record_id === row.record_id && state === 'tombstone',
    );
    // What became part of another object is not what that one has.
    const tookIn = rows.some(
      (place) =>
        place.record_id === row.record_id &&
        trial.side(place.connection_id).remote.tookIn.has(place.external_id),
    );
    if (row.deleted_at || wentSomewhere || tookIn) continue;
    for (const field of ['title', 'body', 'state']) {
      const last = lastWrite(trial, rows, row, field);
      if (!last || known.has(`${row.record_id} ${field}`)) continue;
      const forms = [
        last.value,
        ...trial.sides.map(({ remote }) => remote.canonical({ [field]: last.value })[field]),
      ];
      if (!forms.some((form) => same(field, bare(lowered(form)), bare(lowered(row.data[field]))))) {
        broken.push(
          `P2 the last ${field} of ${row.external_id} (${JSON.stringify(last.value)}) is lost`,
        );
      }
    }
  }
  return broken;
}

/** P2: what was edited here and never sent, or to no effect, is not gone with its record unseen. */
export async function endedEdits(trial: Trial): Promise<string[]> {
  if (trial.isRemapped || trial.sides.some(({ mapping }) => mapping.rules.length > 0)) return [];
  const rows = await placesOf(trial);
  const known = await loggedFields(trial);
  return rows.flatMap((row) => {
    if (!row.deleted_at) return [];
    const edits = trial.edits.filter(({ recordId }) => recordId === row.record_id);
    const { remote } = trial.side(row.connection_id);
    const own = remote.writes.filter(({ id }) => id === row.external_id);
    return ['title', 'body', 'state'].flatMap((field) => {
      const last = edits.filter(({ patch }) => Object.hasOwn(patch, field)).at(-1);
      const value = last?.patch[field];
      if (!last || known.has(`${row.record_id} ${field}`)) return [];
      // Whoever wrote after it, here or there, has the last word.
      const isOver = !same(field, value, row.data[field]);
      const isWritten = own.some(
        ({ by, patch, turn }) =>
          Object.hasOwn(patch, field) && (by === 'hub' ? turn >= last.turn : turn > last.turn),
      );
      return isOver ||
        isWritten ||
        rows.some((other) => other.record_id === row.record_id && other !== row)
        ? []
        : [`P2 the edit of ${field} of ${row.external_id} ended with it, unseen`];
    });
  });
}

/** Where a rule says who wins nobody is asked, nor where only one side has changed anything. */
export async function needlessQuestions(trial: Trial): Promise<string[]> {
  // A question from before the rule stays one, and a rule may raise one by itself.
  if (trial.isRemapped) return [];
  const asked = await trial.admin`select c.field, c.record_id, l.connection_id
    from public.conflicts c join public.links l on l.id = c.link_id
    where c.workspace_id = ${trial.owner.workspaceId} and c.status = 'open'
      and c.policy not in ('oscillation', 'refused')`;
  return asked.flatMap((row) => {
    const field = String(row['field']);
    const { decided } = trial.side(String(row['connection_id'])).mapping;
    if (decided.includes(field))
      return `P2 somebody was asked about ${field} though a rule decides`;
    const isEdited = trial.edits.some(
      ({ recordId, patch }) => recordId === row['record_id'] && Object.hasOwn(patch, field),
    );
    return trial.sides.length > 1 || isEdited
      ? []
      : `P2 somebody was asked about ${field}, which nobody had changed here`;
  });
}

/** The newest write of a field by people, here or at any place the record lives or lived at. */
function lastWrite(
  trial: Trial,
  rows: Place[],
  row: Place,
  field: string,
): { value: Json; turn: number } | null {
  const places = rows.filter(({ record_id }) => record_id === row.record_id);
  const written: { value: Json; turn: number }[] = [];
  for (const { patch, recordId, turn } of trial.edits) {
    if (recordId === row.record_id && Object.hasOwn(patch, field))
      written.push({ value: patch[field] ?? null, turn });
  }
  for (const place of places) {
    const { remote, mapping } = trial.side(place.connection_id);
    for (const { by, id, patch: made, turn } of remote.writes) {
      const isIt = by === 'somebody' && remote.nameOf(id) === place.external_id && turn > 0;
      const patch = mapping.read(made);
      if (isIt && Object.hasOwn(patch, field)) written.push({ value: patch[field] ?? null, turn });
    }
  }
  return written.sort((a, b) => b.turn - a.turn)[0] ?? null;
}
