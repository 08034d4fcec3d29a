import { type JsonObject, jsonEqual } from '#lib/core/index';
import { lowered, type Place, placesOf, same } from './places.ts';
import { settle, sweepAll } from './settle.ts';
import type { Side, Trial } from './trial.ts';

/** P1: what is there is here and the same, unless a person is asked; what is gone is gone. */
export async function compareSides(trial: Trial, isSwept: boolean): Promise<string[]> {
  const rows = await placesOf(trial);
  const open = await trial.admin`select link_id, field from public.conflicts
    where workspace_id = ${trial.owner.workspaceId} and status = 'open'`;
  const asked = new Set(open.map((row) => `${row['link_id']} ${row['field']}`));
  const broken: string[] = [];
  for (const side of trial.sides) {
    for (const object of side.remote.objects.values()) {
      const row = rows.find(
        (known) => known.connection_id === side.connectionId && known.external_id === object.id,
      );
      const name = `${side.remote.switches.name} ${object.id}`;
      if (object.deleted) {
        if (isSwept && row && row.state !== 'tombstone')
          broken.push(`P1 ${name} is gone there only`);
        if (isSwept && row && row.places === 0 && !row.deleted_at)
          broken.push(`P1 ${name} lives on`);
      } else if (!row) {
        if (!object.isMoved) broken.push(`P1 ${name} was never read`);
      } else if (row.state === 'tombstone' || row.deleted_at) {
        const why = object.isMoved ? ', where it has moved out of sight' : '';
        broken.push(`P1 ${name} is gone here only${why}`);
      } else if (isSwept || !object.isMoved) {
        // No poll tells of what has moved out of what is read; a sweep asks for it by its id.
        broken.push(...differences(side, name, row, object.fields, asked, trial.sides.length > 1));
      }
    }
    if (isSwept) broken.push(...oldNames(side, rows));
  }
  return broken.map((fault) => (isSwept ? fault : `${fault}, by polls alone`));
}

function differences(
  { remote, mapping }: Side,
  name: string,
  row: Place,
  there: JsonObject,
  asked: ReadonlySet<string>,
  isShared: boolean,
): string[] {
  const broken: string[] = [];
  if (['dirty', 'pushing', 'unknown'].includes(row.state))
    broken.push(`P3 ${name} stays ${row.state}`);
  for (const [field, place] of Object.entries(mapping.places)) {
    if (mapping.outward.includes(field) && row.data[field] === null) continue;
    const isHeld = row.held.includes(field);
    if (isHeld && !asked.has(`${row.link_id} ${field}`))
      broken.push(`P2 ${name} ${field} is held for nothing`);
    const said = mapping.say({ [field]: row.data[field] ?? null }, there)[place] ?? null;
    const ours = remote.canonical({ [place]: said })[place];
    const read = mapping.read(there)[field];
    // A record that lives at several services keeps a form of its own beside each of theirs, and so
    // does a value that has another form there by its mapping.
    const isMapped = mapping.rules.length > 0;
    const isSame =
      isShared || isMapped
        ? same(place, lowered(said), lowered(there[place])) ||
          same(field, lowered(row.data[field]), lowered(read))
        : same(field, ours, there[field]);
    if (!isHeld && !isSame) broken.push(`P1 ${name} ${field} differs`);
  }
  if (!jsonEqual(there['milestone_x'], 0)) broken.push(`P5 ${name}: an unknown field was touched`);
  return broken;
}

/** P1: an object that goes by another id, or is part of another, has one link. */
function oldNames({ remote, connectionId }: Side, rows: readonly Place[]): string[] {
  return rows
    .filter((row) => row.connection_id === connectionId && row.state !== 'tombstone')
    .filter((row) => remote.renamed.has(row.external_id))
    .map((row) => `P1 ${remote.switches.name} ${row.external_id} lives on under an id of before`);
}

/**
 * What two sweeps have not come across any more, though it is there, says so. Whatever was told of it
 * later counts as seen, and one with a new id was looked for by its old one first.
 */
export async function hiddenPlaces(trial: Trial): Promise<string[]> {
  const objects = trial.sides.flatMap(({ remote }) => [...remote.objects.values()]);
  if (!objects.some(({ isMoved }) => isMoved)) return [];
  for (let sweep = 0; sweep < 2; sweep += 1) {
    await sweepAll(trial);
    await settle(trial);
  }
  const rows = await placesOf(trial);
  return rows
    .filter(({ connection_id, external_id, state }) => {
      const { remote } = trial.side(connection_id);
      const object = remote.objects.get(external_id);
      const isRenamed = [...remote.renamed.values()].includes(external_id);
      return object?.isMoved === true && !object.deleted && !isRenamed && state === 'synced';
    })
    .map(
      ({ external_id }) => `P1 ${external_id} has moved out of what is read, and nobody is told`,
    );
}
