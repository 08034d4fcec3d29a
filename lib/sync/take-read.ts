import type { RemoteObject } from '#lib/connectors/protocol/index';
import type { Tx } from '#lib/db/index';
import { insertAlias, renameLink, selectLinkId } from './alias-store.ts';
import { type ObservationInput, observeObjects } from './observe-objects.ts';
import { goneObject, observationOf, type Push } from './push-target.ts';

/**
 * Takes in what a service showed of a link's object. A service that answers with another id has
 * renamed the object, or made it part of another one: the link follows the new id, or ends where
 * that has a link already. Either way what is told of the old id is understood from now on.
 */
export async function takeRead(
  tx: Tx,
  push: Push,
  object: RemoteObject,
  source: ObservationInput['source'],
): Promise<void> {
  const { link } = push;
  const oldId = link.external_id;
  if (object.externalId !== oldId) {
    const other = await selectLinkId(tx, link, object.externalId);
    if (other === null) {
      await renameLink(tx, link, object.externalId);
      link.external_id = object.externalId;
    } else {
      const gone = goneObject(link, push.deps.clock.now());
      await observeObjects(tx, observationOf(push, gone, source));
    }
    await insertAlias(tx, link, oldId, other ?? link.id);
  }
  await observeObjects(tx, observationOf(push, object, source));
}
