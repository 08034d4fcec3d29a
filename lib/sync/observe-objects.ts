import type { RemoteObject } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';
import { rereadAliased } from './alias-store.ts';
import { adoptOwn, findOwn } from './create/adopt-created.ts';
import { oweCreations } from './create/owe-creations.ts';
import { holdMaking } from './create/owe-store.ts';
import { findStrays, followStrays, takeFormer } from './follow-moves.ts';
import { type JudgedObject, judgeObjects } from './judge-object.ts';
import { syncLimits } from './limits.ts';
import { newObject } from './new-object.ts';
import { noteObject, nothingSeen, type Observation, passedOver } from './observation.ts';
import {
  applyWrites,
  insertNew,
  markEchoed,
  type NewObject,
  type OpenStream,
  type Origin,
  openStream,
  selectIntents,
  touchStream,
  writeConflicts,
} from './observe-store.ts';
import { parkFlips, type Sight } from './park-flips.ts';
import { planObservation } from './plan-observation.ts';
import type { Circumstances } from './planned-writes.ts';
import { wakeReferrers } from './reference-store.ts';
import { lockMapped } from './remap-links.ts';

export interface ObservationInput {
  workspaceId: string;
  connectionId: string;
  streamId: string;
  kind: Kind;
  objects: RemoteObject[];
  source: {
    type: 'webhook' | 'backfill' | 'poll' | 'push' | 'refetch';
    runId?: string;
    /** By object: the event that told of it. */
    inboxEvents?: ReadonlyMap<string, string>;
    /** With `push`: the intent the object is the answer to. */
    intentId?: string;
    /** The object ends because it was taken back. */
    isTakenBack?: boolean;
    /** For objects that were read: the database's time before the service was asked. */
    readAt?: string;
  };
  /** Fields the connector can write, in the service's terms. */
  writable: readonly string[];
}

/**
 * Applies observed states of objects in the caller's transaction: at most 8 statements (of a side of a
 * flow one more, where objects name others in another service's words two, where they say where they are one), however many objects. The same objects in any order, any number of times, come to the same records.
 *
 * New objects are linked before any known one is locked: whoever waits for a link being made holds
 * no record that its maker could want, so two pages cannot wait for each other in a circle.
 */
export async function observeObjects(tx: Tx, input: ObservationInput): Promise<Observation> {
  const { source } = input;
  const seen = nothingSeen();
  const origin: Origin = {
    workspaceId: input.workspaceId,
    connectionId: input.connectionId,
    streamId: input.streamId,
    kind: input.kind,
    runId: source.runId ?? null,
    reason: source.type === 'push' ? 'answered' : source.isTakenBack ? 'withdrawn' : null,
    eventOf: (externalId) => source.inboxEvents?.get(externalId) ?? null,
  };
  const isBulk = source.type === 'backfill' || source.type === 'poll';
  const judged = judgeObjects(input.kind, input.objects);
  seen.faults = judged.faults;
  const waiting = latestOfEach(judged.objects, seen);
  const strays = await findStrays(tx, origin, waiting, seen);
  for (let round = 0; round === 0 || waiting.size > 0; round += 1) {
    if (round === syncLimits.linkRounds) {
      throw new HubError('internal.unavailable', 'Objects kept being linked elsewhere.', {
        retry: 'later',
      });
    }
    const stream = await openStream(tx, origin, [...waiting.keys()], isBulk);
    if (!stream) throw new HubError('resource.not_found', 'The stream is gone.');
    if (stream.phase === 'paused' && source.type === 'webhook') {
      return { ...seen, skipped: input.objects.length };
    }
    await passOnRenamed(tx, origin, stream, waiting, seen);
    await takeFormer(tx, origin, circumstancesOf(input), waiting, stream.known);
    await observeNew(tx, origin, input, stream, waiting, seen);
    if (waiting.size > 0) await observeKnown(tx, origin, input, strays, waiting, seen);
  }
  if (source.type === 'webhook' || source.type === 'push' || source.type === 'refetch') {
    const isChanged = seen.created + seen.updated > 0;
    const isEvent = source.type === 'webhook';
    if (isEvent || isChanged) {
      await touchStream(tx, origin, { isEvent, isChanged, lagMs: syncLimits.eventTouchMs });
    }
  }
  return seen;
}

/** One state per object: the highest rank, and of equal ones the last. */
function latestOfEach(objects: JudgedObject[], seen: Observation): Map<string, JudgedObject> {
  const latest = new Map<string, JudgedObject>();
  for (const object of objects) {
    const before = latest.get(object.externalId);
    if (before) seen.stale += 1;
    if (!before || object.rank >= before.rank) {
      latest.set(object.externalId, object);
    }
  }
  return latest;
}

const circumstancesOf = ({ kind, writable, source }: ObservationInput): Circumstances => ({
  kind,
  writable,
  isAnswer: source.type === 'push',
  isEcho: source.type !== 'push' && source.type !== 'refetch',
  answersIntent: source.intentId ?? null,
});

/** Takes the objects that have a link out of `waiting` and applies them. */
async function observeKnown(
  tx: Tx,
  origin: Origin,
  input: ObservationInput,
  strays: ReadonlySet<string>,
  waiting: Map<string, JudgedObject>,
  seen: Observation,
): Promise<void> {
  const readAt = input.source.readAt ?? null;
  const given = circumstancesOf(input);
  const moved = await followStrays(tx, origin, given, { strays, waiting, seen, readAt });
  const shown = new Map([...waiting].map(([id, { fields }]) => [id, fields]));
  const locked = await lockMapped(tx, origin, [...waiting.keys()], readAt, given, shown);
  if (locked.length === 0) return;
  const known = locked.map((link) =>
    moved.has(link.external_id) ? { ...link, is_read_since: true } : link,
  );
  const intents = await selectIntents(
    tx,
    origin,
    known.map((link) => link.link_id),
  );
  const sights: Sight[] = [];
  for (const link of known) {
    const object = waiting.get(link.external_id);
    if (!object) continue;
    waiting.delete(link.external_id);
    const own = intents.filter((intent) => intent.link_id === link.link_id);
    sights.push({ link, object, own, plan: planObservation(link, own, object, given) });
  }
  await parkFlips(tx, origin, sights, given);
  for (const { link, plan } of sights) {
    const isChanged = plan.verdict === 'changed';
    noteObject(seen, link.external_id, {
      came: plan.verdict === 'changed' ? 'updated' : plan.verdict,
      isEcho: !isChanged && plan.echoedIntents.length > 0,
      conflicts: plan.conflicts.length,
      recordId: isChanged ? link.record_id : null,
    });
  }
  await writePlans(tx, origin, sights);
}

async function writePlans(tx: Tx, origin: Origin, sights: Sight[]): Promise<void> {
  const plans = sights.map(({ plan }) => plan);
  const records = sights.flatMap(({ link, plan }) =>
    plan.record
      ? {
          ...plan.record,
          stream_id: link.stream_id,
          inbox_event_id: origin.eventOf(link.external_id),
        }
      : [],
  );
  const links = plans.flatMap((plan) => plan.link ?? []);
  const conflicts = plans.flatMap((plan) => plan.conflicts);
  const settled = plans.flatMap((plan) => plan.settled);
  const echoed = plans.flatMap((plan) => plan.echoedIntents);
  if (records.length + links.length > 0) await applyWrites(tx, origin, records, links);
  if (conflicts.length + settled.length > 0) await writeConflicts(tx, origin, conflicts, settled);
  if (echoed.length > 0) await markEchoed(tx, origin, echoed);
  for (const { link, plan } of sights) {
    const isBack = link.state === 'tombstone' && plan.link && plan.link.state !== 'tombstone';
    if (isBack) await wakeReferrers(tx, origin.workspaceId, link.record_id);
  }
  const isOwed = links.some((link) => link.reread || link.state === 'dirty');
  if (isOwed || plans.some((plan) => plan.tellsOthers)) await wake(tx, 'push');
}

/** Takes what speaks of an old id out of `waiting`, and has the object it is now read again. */
async function passOnRenamed(
  tx: Tx,
  origin: Origin,
  stream: OpenStream,
  waiting: Map<string, JudgedObject>,
  seen: Observation,
): Promise<void> {
  const renamed = stream.renamed.filter((id) => !stream.known.includes(id));
  if (renamed.length === 0) return;
  await rereadAliased(tx, origin, renamed);
  await wake(tx, 'push');
  for (const id of renamed) if (waiting.delete(id)) noteObject(seen, id, passedOver);
}

/**
 * Makes records of the objects without a link, and takes them out of `waiting`; they are owed to the
 * other sides of a live flow. What we had made ourselves is linked to the record it was made of.
 */
async function observeNew(
  tx: Tx,
  origin: Origin,
  { source, writable }: ObservationInput,
  stream: OpenStream,
  waiting: Map<string, JudgedObject>,
  seen: Observation,
): Promise<void> {
  const known = new Set(stream.known);
  const unseen = [...waiting.values()].filter(({ externalId }) => !known.has(externalId));
  const own = stream.awaits_own ? await findOwn(tx, origin, unseen) : [];
  // They are met as known, once they have their link.
  for (const { object } of own) known.add(object.externalId);
  const isNew = ({ externalId, deleted }: JudgedObject) => !known.has(externalId) && !deleted;
  // What the first reading of a stream finds was there before, and is joined or made by a plan.
  const isNews = source.type === 'backfill' ? stream.was_read : source.type !== 'push';
  const streamIds =
    isNews && stream.is_side && unseen.some(isNew)
      ? await holdMaking(tx, origin.workspaceId, origin.streamId)
      : [];
  const objects: NewObject[] = [];
  for (const [externalId, object] of waiting) {
    if (known.has(externalId)) continue;
    if (object.deleted) {
      // What was deleted before it was ever seen leaves no trace.
      waiting.delete(externalId);
      noteObject(seen, externalId, passedOver);
    } else objects.push(newObject(origin, stream, object));
  }
  if (objects.length > 0) {
    const made = await insertNew(tx, origin, stream, objects);
    for (const row of made) {
      noteObject(seen, row.external_id, {
        ...passedOver,
        came: 'created',
        recordId: row.record_id,
      });
      waiting.delete(row.external_id);
    }
    const recordIds = made.map((row) => row.record_id);
    await oweCreations(tx, { workspaceId: origin.workspaceId, recordIds, streamIds });
  }
  if (own.length > 0) await adoptOwn(tx, origin, own, writable);
}
