import { newId } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import type { JudgedObject } from '../judge-object.ts';
import type { Origin } from '../observe-store.ts';
import { createLimits } from './create-limits.ts';
import { lockCreation } from './creation-store.ts';
import { matchCreated } from './look-alike.ts';
import {
  insertMade,
  referencesOfCreation,
  selectUnderWay,
  type UnderWay,
} from './made-link-store.ts';
import { endWith, lensOfCreation } from './making.ts';
import { planLink } from './plan-link.ts';

/** A new object that is what was just sent there. */
export interface OwnObject {
  creation: UnderWay;
  object: JudgedObject;
}

/**
 * Of objects nobody knows yet, those that a creation has just asked for: the service tells of them
 * before, or instead of, its answer. One statement.
 */
export async function findOwn(
  tx: Tx,
  origin: Origin,
  objects: readonly JudgedObject[],
): Promise<OwnObject[]> {
  if (objects.length === 0) return [];
  const place = { workspace_id: origin.workspaceId, stream_id: origin.streamId };
  const underWay = await selectUnderWay(tx, place, createLimits.comparedRows);
  const matched = matchCreated(origin.kind, underWay, objects);
  return objects.flatMap((object) => {
    const creation = underWay.find(({ id }) => id === matched.get(object.externalId));
    return creation ? [{ creation, object }] : [];
  });
}

/**
 * The record's object was seen before the answer came: it is linked, and the creation is done. What
 * somebody else settled meanwhile is left to be met as any other object.
 */
export async function adoptOwn(
  tx: Tx,
  origin: Origin,
  own: readonly OwnObject[],
  writable: readonly string[],
): Promise<void> {
  const sorted = own.toSorted((a, b) => (a.creation.record_id < b.creation.record_id ? -1 : 1));
  for (const { creation, object } of sorted) {
    const held = await lockCreation(tx, origin.workspaceId, creation.id, null);
    if (!held || held.state === 'owed') continue;
    if (held.linked !== null) {
      // It lives there already, so this is another one, and must not be taken for it for ever.
      await endWith(tx, held, held.linked);
      continue;
    }
    const planned = planLink({
      kind: held.kind,
      data: held.data,
      lens: lensOfCreation(held),
      references: await referencesOfCreation(tx, held, object),
      sent: held.sent ?? {},
      shown: object.fields,
      unreadable: object.unreadable,
      ignored: [],
      writable,
    });
    const id = newId();
    if (await insertMade(tx, held, { id, object, planned })) await endWith(tx, held, id);
  }
}
