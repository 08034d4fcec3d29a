import type { Json, JsonObject } from '#lib/core/index';
import { fieldRule, fieldsEqual } from '#lib/kinds/index';
import type { Trial } from './trial.ts';

/** A link with its record, as they stand. */
export interface Place {
  connection_id: string;
  external_id: string;
  record_id: string;
  link_id: string;
  state: string;
  held: string[];
  data: JsonObject;
  deleted_at: Date | null;
  /** Links of the record that live. */
  places: number;
}

export const same = (field: string, a: Json | undefined, b: Json | undefined): boolean =>
  fieldsEqual(fieldRule('task', field).comparator, a, b);

/** What all forms of a value have in common. */
export const lowered = (value: Json | undefined): Json => {
  if (Array.isArray(value))
    return [...new Set(value.map((item) => JSON.stringify(item).toLowerCase()))];
  return typeof value === 'string' ? value.toLowerCase().replace(/ +/g, ' ') : (value ?? null);
};

export const placesOf = (trial: Trial): Promise<Place[]> => trial.admin<Place[]>`
  select l.connection_id, l.external_id, l.record_id, l.id as link_id, l.state, l.held, r.data, r.deleted_at,
    (select count(*)::int from public.links o where o.record_id = r.id and o.state <> 'tombstone') as places
  from public.links l join public.records r on r.id = l.record_id
  where l.workspace_id = ${trial.owner.workspaceId}`;
