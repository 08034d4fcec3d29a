import type { RemoteObject } from '#lib/connectors/protocol/index';
import { type HubError, toHubError } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { hasLeft } from './left-scope.ts';
import { markLeft } from './move-store.ts';
import { databaseTime } from './observe-store.ts';
import { clearReread, lockLink, releaseLink } from './push-store.ts';
import { goneObject, type Push, remoteRef } from './push-target.ts';
import { postponePush } from './settle-push.ts';
import { takeRead } from './take-read.ts';

/**
 * Reads the object again: before an edit goes out, or because its rank could not say which of two
 * states is the newer. Anything but `done` means that the link is not ours any more.
 */
export async function rereadLink(push: Push): Promise<'done' | 'skipped' | 'postponed'> {
  const { deps, link, opened } = push;
  const readAt = await databaseTime(deps.db);
  let object: RemoteObject | null;
  try {
    const read = await opened.api.read(opened.ctx, link.resource, remoteRef(link));
    // Moved out of sight before: that it is not shown now says nothing of its end.
    object = read ?? (hasLeft(link) ? null : goneObject(link, deps.clock.now()));
  } catch (error) {
    const fault = toHubError(error);
    // An edit of what may not be read still goes out: the service's own refusal takes it back.
    if (link.dirty_at !== null && isClosed(fault)) return 'done';
    return settleUnreadable(push, fault, readAt);
  }
  return transaction(deps.db, async (tx) => {
    const held = await lockLink(tx, link.workspace_id, link.id, push.epoch);
    if (!held) return 'skipped';
    if (object) await takeRead(tx, push, object, { type: 'refetch', readAt });
    else await markLeft(tx, link.workspace_id, [link.id]);
    await clearReread(tx, held, readAt);
    return 'done';
  });
}

/** The object may not be seen, or not as things stand. */
export const isClosed = (fault: HubError): boolean =>
  ['provider.forbidden', 'provider.not_found', 'provider.gone'].includes(fault.code);

/** An object that may not be read any more keeps its last state; it is not taken for deleted. */
async function settleUnreadable(
  push: Push,
  fault: HubError,
  readAt: string,
): Promise<'skipped' | 'postponed'> {
  if (!isClosed(fault)) {
    await postponePush(push, fault, { isOpen: false });
    return 'postponed';
  }
  return transaction(push.deps.db, async (tx) => {
    const link = await lockLink(tx, push.link.workspace_id, push.link.id, push.epoch);
    if (!link) return 'skipped';
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
    return 'postponed';
  });
}
