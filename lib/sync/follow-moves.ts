import type { RemoteObject } from '#lib/connectors/protocol/index';
import { type Tx, wake } from '#lib/db/index';
import { insertAlias, renameLink } from './alias-store.ts';
import type { JudgedObject } from './judge-object.ts';
import { lockKnown } from './known-store.ts';
import { newlyMapped } from './lens/index.ts';
import { markLeft, selectStrays, selectStreamsAt, wantReread, writeMoves } from './move-store.ts';
import { noteObject, type Observation, passedOver } from './observation.ts';
import type { Origin } from './observe-store.ts';
import type { Circumstances, KnownLink } from './planned-writes.ts';
import { lockMapped, remapLinks } from './remap-links.ts';
import { selectRules } from './rules-store.ts';

type Waiting = Map<string, JudgedObject>;

/**
 * Objects that say that they are somewhere else than their stream looks, by their ids. Those nobody
 * here knows are taken out of `waiting`: they are of another stream, or of none.
 */
export async function findStrays(
  tx: Tx,
  origin: Origin,
  waiting: Waiting,
  seen: Observation,
): Promise<ReadonlySet<string>> {
  const placed = [...waiting.values()].flatMap(({ externalId, scopeKey, deleted }) =>
    scopeKey === undefined || deleted ? [] : [{ external_id: externalId, scope_key: scopeKey }],
  );
  if (placed.length === 0) return new Set();
  const strays = await selectStrays(tx, origin, placed);
  for (const { external_id: id, is_known: isKnown } of strays) {
    if (!isKnown && waiting.delete(id)) noteObject(seen, id, passedOver);
  }
  return new Set(strays.filter((stray) => stray.is_known).map((stray) => stray.external_id));
}

/**
 * An object is where the newest state of it says that it is. Its link goes over to the stream of the
 * connection that reads there; without one it says that it is out of sight, its record is kept, and
 * nothing of the object is taken in. Answers what was read since its link was written.
 */
export async function followStrays(
  tx: Tx,
  origin: Origin,
  given: Circumstances,
  {
    strays,
    waiting,
    seen,
    readAt,
  }: {
    strays: ReadonlySet<string>;
    waiting: Waiting;
    seen: Observation;
    readAt: string | null;
  },
): Promise<ReadonlySet<string>> {
  const objects = [...waiting.values()].filter(({ externalId }) => strays.has(externalId));
  if (objects.length === 0) return new Set();
  const ids = objects.map(({ externalId }) => externalId);
  const known = await lockMapped(tx, origin, ids, readAt, given);
  const keys = objects.flatMap(({ scopeKey }) => scopeKey ?? []);
  const streams = await selectStreamsAt(tx, origin, keys);
  const moves: Move[] = [];
  const left: KnownLink[] = [];
  const unsure: KnownLink[] = [];
  for (const link of known) {
    const object = waiting.get(link.external_id);
    const streamId = streams.get(object?.scopeKey?.toLowerCase() ?? '');
    if (!object || streamId === link.stream_id || object.rank < link.remote_rank) continue;
    const isNewer = object.rank > link.remote_rank || given.isAnswer || link.is_read_since;
    if (!isNewer) unsure.push(link);
    else if (streamId === undefined) left.push(link);
    else moves.push({ link, streamId, object });
  }
  await moveLinks(tx, origin, given, moves);
  if (left.length > 0) await markLeft(tx, origin.workspaceId, idsOf(left));
  for (const { external_id: id } of left) {
    if (waiting.delete(id)) noteObject(seen, id, { ...passedOver, came: 'unchanged' });
  }
  if (unsure.length > 0) {
    await wantReread(tx, origin.workspaceId, idsOf(unsure));
    await wake(tx, 'push');
  }
  const read = known.filter((link) => link.is_read_since).map((link) => link.external_id);
  return new Set(read);
}

const idsOf = (links: readonly KnownLink[]): string[] => links.map((link) => link.link_id);

/**
 * An object that says which id it had is the one it was: its link goes on under the new id, in the
 * stream that hears of it, and nothing is made anew. Where both have a link, reading tells them apart.
 */
export async function takeFormer(
  tx: Tx,
  origin: Origin,
  given: Circumstances,
  waiting: Waiting,
  known: string[],
): Promise<void> {
  const moved = [...waiting.values()].filter(
    ({ formerId, externalId, deleted }) =>
      formerId !== undefined && !deleted && !known.includes(externalId),
  );
  if (moved.length === 0) return;
  const formerIds = moved.flatMap(({ formerId }) => formerId ?? []);
  for (const link of await lockKnown(tx, origin, formerIds, null)) {
    const object = moved.find(({ formerId }) => formerId === link.external_id);
    if (!object) continue;
    await followRename(tx, origin, given, { link, streamId: origin.streamId, object });
    known.push(object.externalId);
  }
}

/** An object whose id is another one where it is now. */
export async function followRename(
  tx: Tx,
  origin: Origin,
  given: Circumstances,
  { link, streamId, object }: Omit<Move, 'object'> & { object: RemoteObject },
): Promise<void> {
  const of = {
    id: link.link_id,
    workspace_id: origin.workspaceId,
    connection_id: origin.connectionId,
    kind: origin.kind,
  };
  await renameLink(tx, of, object.externalId);
  await insertAlias(tx, of, link.external_id, link.link_id);
  if (streamId === link.stream_id) return;
  const renamed = { ...link, external_id: object.externalId };
  await moveLinks(tx, origin, given, [{ link: renamed, streamId, object }]);
}

interface Move {
  link: KnownLink;
  streamId: string;
  object: Pick<RemoteObject, 'externalKey' | 'url'>;
}

/** Where the streams read fields another way, the links are looked at as after a change of rules. */
async function moveLinks(
  tx: Tx,
  origin: Origin,
  given: Circumstances,
  moves: readonly Move[],
): Promise<void> {
  if (moves.length === 0) return;
  await writeMoves(
    tx,
    origin.workspaceId,
    moves.map(({ link, streamId, object }) => ({
      link_id: link.link_id,
      stream_id: streamId,
      external_key: object.externalKey,
      url: object.url,
    })),
  );
  const streamIds = new Set(moves.flatMap(({ link, streamId }) => [link.stream_id, streamId]));
  const rules = await selectRules(tx, origin.workspaceId, [...streamIds]);
  const rulesOf = (id: string) => rules.find(({ streamId }) => streamId === id)?.rules ?? [];
  const isLiving = ({ state, deleted_at: ended }: KnownLink) => state !== 'tombstone' && !ended;
  const remapped = moves.flatMap(({ link, streamId }) => {
    const before = rulesOf(link.stream_id);
    const fields = newlyMapped(given.kind, before, rulesOf(streamId));
    return fields.length > 0 && isLiving(link) ? [{ link, fields, before }] : [];
  });
  if (remapped.length === 0) return;
  const ids = remapped.map(({ link }) => link.external_id);
  const behind = (await lockKnown(tx, origin, ids, null)).map((link) => {
    const fields = remapped.find((one) => one.link.link_id === link.link_id)?.fields ?? [];
    return { ...link, remapped: fields.filter((field) => link.lens.observes(field)) };
  });
  const before = new Map(remapped.map((one) => [one.link.link_id, one.before]));
  await remapLinks(tx, origin, behind, given, before);
}
