import type {
  ConnectorManifest,
  FieldFault,
  RemoteObject,
  RemoteRef,
} from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { fieldRule, fieldsEqual } from '#lib/kinds/index';
import type { Link } from '#lib/records/schema';
import type { ObservationInput } from './observe-objects.ts';
import type { HeldLink } from './push-store.ts';
import type { OpenedConnection, SyncDeps } from './sync-deps.ts';

/**
 * skipped: somebody else has the link. nothing: it owes nothing. postponed: tried again later.
 * waiting: a call of unknown outcome is given time to take effect. unknown: it cannot be read back now.
 */
export type PushOutcome =
  | 'skipped'
  | 'nothing'
  | 'accepted'
  | 'refused'
  | 'postponed'
  | 'waiting'
  | 'unknown';

/** A link in somebody's hands, with the connection opened. */
export interface Push {
  deps: SyncDeps;
  link: HeldLink;
  epoch: number;
  opened: OpenedConnection;
  /** In the service's terms. */
  writable: readonly string[];
  /** The service knows a repeated write by its key. */
  isKeyed: boolean;
}

export const writableOf = (manifest: ConnectorManifest, resource: string): readonly string[] =>
  manifest.resources.find((known) => known.name === resource)?.writable ?? [];

export const isKeyed = (manifest: ConnectorManifest, resource: string): boolean =>
  manifest.resources.find((known) => known.name === resource)?.keyedWrites === true;

/** Whether what a listing does not show can be taken for absent. */
export const listsAll = (manifest: ConnectorManifest, resource: string): boolean =>
  manifest.resources.find((known) => known.name === resource)?.listsAll === true;

export const remoteRef = (link: HeldLink): RemoteRef => ({
  externalId: link.external_id,
  externalKey: link.external_key,
  scope: link.scope,
});

/** A state of the link's object, as observeObjects takes it. */
export const observationOf = (
  push: Pick<Push, 'link' | 'writable'>,
  object: RemoteObject,
  source: ObservationInput['source'],
): ObservationInput => ({
  workspaceId: push.link.workspace_id,
  connectionId: push.link.connection_id,
  streamId: push.link.stream_id,
  kind: push.link.kind,
  objects: [object],
  source,
  writable: push.writable,
});

/** What is observed of an object that is not there any more. */
export const goneObject = (
  link: Pick<HeldLink, 'external_id' | 'external_key' | 'remote_rank'>,
  nowMs: number,
): RemoteObject => ({
  externalId: link.external_id,
  externalKey: link.external_key,
  url: null,
  rank: link.remote_rank,
  rankIsExact: true,
  updatedAt: new Date(nowMs).toISOString(),
  fields: {},
  deleted: true,
  raw: {},
});

export const pick = (data: JsonObject, fields: readonly string[]): JsonObject =>
  Object.fromEntries(fields.map((field) => [field, data[field] ?? null]));

export const faultMessage = (faults: readonly FieldFault[]): string =>
  `${faults.map(({ field, message }) => `${field} ${message}`).join('; ')}.`;

/** Faults a service names by its own fields, by the record's. */
export const faultsHere = (
  { lens }: Pick<HeldLink, 'lens'>,
  faults: readonly FieldFault[],
  sent: JsonObject,
): FieldFault[] =>
  faults.flatMap((fault) => {
    const fields = lens.fieldsAt(fault.field).filter((field) => Object.hasOwn(sent, field));
    return fields.length > 0 ? fields.map((field) => ({ ...fault, field })) : [fault];
  });

/** Whether an object shows every field as it was sent, or as its service reads it. */
export function showsSent(link: HeldLink, patch: JsonObject, object: RemoteObject): boolean {
  const { fields } = link.lens.observe(object.fields);
  const back = link.lens.readBack(patch, link.there ?? {});
  return Object.keys(patch).every(
    (field) =>
      showsPatch(link, pick(patch, [field]), fields) ||
      (Object.hasOwn(back, field) && showsPatch(link, pick(back, [field]), fields)),
  );
}

/** Whether the fields are as they were sent; both in the record's terms. */
export const showsPatch = (link: HeldLink, patch: JsonObject, fields: JsonObject): boolean =>
  Object.entries(patch).every(([field, sent]) =>
    fieldsEqual(fieldRule(link.kind, field).comparator, fields[field], sent),
  );

/** The state of a link that owes nothing; a refusal stays to be read until the next edit. */
export function restingState(link: HeldLink): {
  state: Link['state'];
  error: JsonObject | null;
} {
  if (link.state === 'tombstone') return { state: 'tombstone', error: null };
  if (link.held.length > 0) return { state: 'conflict', error: null };
  return link.state === 'refused' || link.state === 'inaccessible'
    ? { state: link.state, error: link.error }
    : { state: 'synced', error: null };
}
