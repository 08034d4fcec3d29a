import { HubError, type JsonObject } from '#lib/core/index';
import type { Change, Link, RecordRow } from './schema.ts';

/** PostgreSQL writes a time inside JSON with an offset and microseconds; the wire has milliseconds in UTC. */
const isoOrNull = (value: string | null): string | null =>
  value === null ? null : new Date(value).toISOString();

export interface StoredRecord {
  id: string;
  kind: RecordRow['kind'];
  version: number;
  data: JsonObject;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  links: Link[];
}

export function toRecordRow(row: StoredRecord): RecordRow {
  return {
    id: row.id,
    kind: row.kind,
    version: row.version,
    data: row.data,
    created_at: row.created_at,
    updated_at: row.updated_at,
    deleted_at: row.deleted_at,
    links: row.links.map((link) => ({
      ...link,
      dirty_at: isoOrNull(link.dirty_at),
      pushed_at: isoOrNull(link.pushed_at),
      echoed_at: isoOrNull(link.echoed_at),
    })),
  };
}

export interface StoredChange extends Omit<Change, 'actor'> {
  actor_id: string | null;
  actor_name: string | null;
}

export function toChange({ actor_id, actor_name, ...row }: StoredChange): Change {
  return { ...row, actor: actor_id === null ? null : { id: actor_id, name: actor_name } };
}

export const recordNotFound = (): HubError =>
  new HubError('resource.not_found', 'There is no such record in your workspaces.');
