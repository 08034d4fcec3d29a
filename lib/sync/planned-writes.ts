import type { Json, JsonObject } from '#lib/core/index';
import type { Kind } from '#lib/kinds/index';
import type { Link } from '#lib/records/schema';
import type { SeenTimes } from './compare-times.ts';
import type { LinkView } from './view-link.ts';

export interface Intent {
  id: string;
  link_id: string;
  patch: JsonObject;
  base: JsonObject;
  outcome: 'accepted' | 'unknown' | null;
  /** The rules of the stream have changed since. */
  is_remapped: boolean;
}

/** A link with its record, both locked. */
export interface KnownLink extends LinkView {
  link_id: string;
  stream_id: string;
  lens_version: number;
  record_id: string;
  external_id: string;
  external_key: string | null;
  url: string | null;
  remote_rank: number;
  unreadable: Record<string, string>;
  /** Only where the later edit is to win. */
  times: SeenTimes | null;
  held: string[];
  state: Link['state'];
  version: number;
  data: JsonObject;
  deleted_at: string | null;
  has_other_living: boolean;
  /** The reading of the object began after this link's state was written. */
  is_read_since: boolean;
}

export interface Circumstances {
  kind: Kind;
  /** Fields the connector can write, in the service's terms. */
  writable: readonly string[];
  /** The object is the answer to our own call, made while the link was ours alone. */
  isAnswer: boolean;
  /** It came by itself (event, list), so that an edit of ours seen in it has made its round. */
  isEcho: boolean;
  /** The push whose answer the object is. */
  answersIntent: string | null;
}

export interface RecordWrite {
  id: string;
  version: number;
  data: JsonObject;
  updated_at: string;
  /** When the service says its object changed; null where no service was asked. */
  remote_at: string | null;
  op: 'update' | 'delete' | 'restore';
  fields: string[];
  diff: JsonObject;
}

export interface LinkWrite {
  id: string;
  external_key: string | null;
  url: string | null;
  remote_rank: number;
  /** In the service's terms. */
  base: JsonObject | null;
  ours: JsonObject;
  /** Fields that cannot be held, with the reason; null keeps those there are. */
  unreadable: Record<string, string> | null;
  /** Null keeps the one there is. */
  raw: JsonObject | null;
  held: string[];
  state: Link['state'];
  owes: boolean;
  reread: boolean;
  echoed: boolean;
}

export interface ConflictWrite {
  id: string;
  record_id: string;
  link_id: string;
  field: string;
  base: Json;
  local: Json;
  remote: Json;
  remote_at: string | null;
  policy: string;
  status: 'open' | 'automatic';
  resolution: Json;
}

export interface PlannedObject {
  verdict: 'changed' | 'unchanged' | 'stale';
  record: RecordWrite | null;
  link: LinkWrite | null;
  conflicts: ConflictWrite[];
  /** Held fields on which both sides have come to agree. */
  settled: { link_id: string; field: string; value: Json }[];
  echoedIntents: string[];
  /** The record lives elsewhere too, and those places are owed the change. */
  tellsOthers: boolean;
}
