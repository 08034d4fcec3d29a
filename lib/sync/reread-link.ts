import type { RemoteObject } from '#lib/connectors/protocol/index';
import { type HubError, toHubError } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { observeObjects } from './observe-objects.ts';
import { databaseTime } from './observe-store.ts';
import { clearReread, lockLink, releaseLink } from './push-store.ts';
import { goneObject, observationOf, type Push, remoteRef } from './push-target.ts';
import { postponePush } from './settle-push.ts';

/**
 * Reads the object again because its rank could not say which of two states is the newer. False
 * when the link has been given back, and there is nothing more to do with it now.
 */
export async function rereadLink(push: Push): Promise<boolean> {
  const { deps, link, opened } = push;
  const readAt = await databaseTime(deps.db);
  let object: RemoteObject;
  try {
    const read = await opened.api.read(opened.ctx, link.resource, remoteRef(link));
    object = read ?? goneObject(link, deps.clock.now());
  } catch (error) {
    await settleUnreadable(push, toHubError(error), readAt);
    return false;
  }
  return transaction(deps.db, async (tx) => {
    const held = await lockLink(tx, link.workspace_id, link.id, push.epoch);
    if (!held) return false;
    await observeObjects(tx, observationOf(push, object, { type: 'refetch', readAt }));
    await clearReread(tx, held, readAt);
    return true;
  });
}

/** An object that may not be read any more keeps its last state; it is not taken for deleted. */
async function settleUnreadable(push: Push, fault: HubError, readAt: string): Promise<void> {
  const isClosed = ['provider.forbidden', 'provider.not_found', 'provider.gone'].includes(
    fault.code,
  );
  if (!isClosed) {
    await postponePush(push, fault, { isOpen: false });
    return;
  }
  await transaction(push.deps.db, async (tx) => {
    const link = await lockLink(tx, push.link.workspace_id, push.link.id, push.epoch);
    if (!link) return;
    await clearReread(tx, link, readAt);
    await releaseLink(tx, link, {
      state: 'inaccessible',
      error: { code: fault.code, message: fault.message },
      attempts: 0,
      nextAfterMs: null,
      isDirty: false,
      isPushed: false,
      reread: 'keep',
    });
  });
}
