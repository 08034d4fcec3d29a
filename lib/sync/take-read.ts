import type { RemoteObject } from '#lib/connectors/protocol/index';
import type { Tx } from '#lib/db/index';
import { insertAlias, selectLinkId } from './alias-store.ts';
import { findStream } from './find-stream.ts';
import { followRename } from './follow-moves.ts';
import { lockKnown } from './known-store.ts';
import { type ObservationInput, observeObjects } from './observe-objects.ts';
import type { Origin } from './observe-store.ts';
import { goneObject, observationOf, type Push } from './push-target.ts';

/**
 * Takes in what a service showed of a link's object. A service that answers with another id has
 * renamed the object, moved it, or made it part of another one: the link follows the new id, or ends
 * where that has a link already. Either way what is told of the old id is understood from now on.
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
      const streamId = await streamNow(tx, link, object);
      if (streamId === null) {
        // Only from where it was is it known where it is: there it is asked for by its old id.
        const old = { ...object, externalId: oldId, externalKey: link.external_key };
        await observeObjects(tx, observationOf(push, old, source));
        return;
      }
      await followRead(tx, push, object, streamId);
      link.external_id = object.externalId;
    } else {
      const gone = goneObject(link, push.deps.clock.now());
      await observeObjects(tx, observationOf(push, gone, source));
    }
    if (other !== null) await insertAlias(tx, link, oldId, other);
  }
  await observeObjects(tx, observationOf(push, object, source));
}

/** The stream that reads where the object is now; null when none does. */
async function streamNow(
  tx: Tx,
  link: Push['link'],
  { scopeKey }: RemoteObject,
): Promise<string | null> {
  if (scopeKey === undefined) return link.stream_id;
  const found = await findStream(tx, {
    workspaceId: link.workspace_id,
    connectionId: link.connection_id,
    resource: link.resource,
    scopeKey,
  });
  return found?.id ?? null;
}

async function followRead(
  tx: Tx,
  { link, writable }: Push,
  object: RemoteObject,
  streamId: string,
): Promise<void> {
  const origin: Origin = {
    workspaceId: link.workspace_id,
    connectionId: link.connection_id,
    streamId: link.stream_id,
    kind: link.kind,
    runId: null,
    reason: null,
    eventOf: () => null,
  };
  const { kind } = link;
  const given = { kind, writable, isAnswer: false, isEcho: false, answersIntent: null };
  const [known] = await lockKnown(tx, origin, [link.external_id], null);
  if (known) await followRename(tx, origin, given, { link: known, streamId, object });
}
