import type { JsonObject } from '#lib/core/index';

/** How the provider's API addresses one object. */
export interface RemoteRef {
  externalId: string;
  externalKey: string | null;
  scope: JsonObject;
}

/** One object as observed at the provider. */
export interface RemoteObject {
  externalId: string;
  externalKey: string | null;
  url: string | null;
  /**
   * Orders the states of this object; equal ranks are the same state or not comparable. GitHub:
   * updated_at in ms. `rankIsExact` false means that two different states may share a rank, so an
   * equal rank with other content must be applied (GitHub's clock ticks in seconds).
   */
  rank: number;
  rankIsExact: boolean;
  /** ISO 8601, UTC. */
  updatedAt: string;
  /** Canonical fields of the resource's kind. Only the fields the provider knows are present. */
  fields: JsonObject;
  /** Fields that stand there with a value no record can hold, and why; they are not in `fields`. */
  unreadable?: Readonly<Record<string, string>>;
  /**
   * Where objects can be moved to another scope: the key of the one it is in (ScopeOption.key). Absent
   * where it is known to be in the scope that was asked for.
   */
  scopeKey?: string;
  /** The id it had before it was moved, when the provider says so. */
  formerId?: string;
  deleted: boolean;
  raw: JsonObject;
}
