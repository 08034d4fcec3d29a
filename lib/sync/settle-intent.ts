import type { RemoteObject } from '#lib/connectors/protocol/index';
import { HubError, toHubError } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { isReference } from '#lib/kinds/index';
import { syncLimits } from './limits.ts';
import { databaseTime } from './observe-store.ts';
import { closeIntent, intentAgeMs, lockLink, type OpenIntent } from './push-store.ts';
import {
  type Push,
  type PushOutcome,
  pick,
  remoteRef,
  showsPatch,
  showsSent,
} from './push-target.ts';
import { acceptPush, awaitEffect, dropPush, postponePush } from './settle-push.ts';
import { takeRead } from './take-read.ts';

/**
 * Finds out what became of a call whose answer was lost, by reading the object: the edit is there
 * (accepted), or it is not (sent again, once it can no longer take effect late), or it cannot be read
 * now (unknown: shown as such, looked up again). A service that knows writes by their key is told once
 * more at once (`repeat`), as long as nobody there has changed the fields since.
 */
export async function settleIntent(
  push: Push,
  intent: OpenIntent,
): Promise<PushOutcome | 'resend' | 'repeat'> {
  const { deps, link, opened } = push;
  const readAt = await databaseTime(deps.db);
  let object: RemoteObject | null;
  try {
    object = await opened.api.read(opened.ctx, link.resource, remoteRef(link));
  } catch (error) {
    return postponePush(push, toHubError(error), { isOpen: true, unknown: intent });
  }
  if (!object) return dropPush(push, intent, readAt);
  if (showsSent(link, intent.patch, object)) {
    return acceptPush(push, intent, { object, ignored: [], sight: { readAt } });
  }
  const before = pick(link.base ?? {}, Object.keys(intent.patch));
  // Under rules, or naming another record, the same edit may read another way by now, and a key stands
  // for one body.
  const isSaid = !Object.keys(intent.patch).some((field) => isReference(link.kind, field));
  const isPlain = link.rules_version === 0 && isSaid;
  if (push.isKeyed && isPlain && showsPatch(link, before, object.fields)) return 'repeat';
  const ageMs = await transaction(deps.db, (tx) => intentAgeMs(tx, link.workspace_id, intent.id));
  if (ageMs < syncLimits.settleMs) return awaitEffect(push, syncLimits.settleMs - ageMs);
  return supersede(push, intent, object, readAt);
}

/** The call took no effect. What the service shows is taken in first, so that the next call is made against it. */
function supersede(
  push: Push,
  intent: OpenIntent,
  object: RemoteObject,
  readAt: string,
): Promise<'skipped' | 'resend'> {
  return transaction(push.deps.db, async (tx) => {
    const link = await lockLink(tx, push.link.workspace_id, push.link.id, push.epoch);
    if (!link) return 'skipped';
    await takeRead(tx, push, object, { type: 'refetch', readAt });
    const lost = new HubError('provider.timeout', 'The call took no effect; it is made again.');
    await closeIntent(tx, link.workspace_id, {
      id: intent.id,
      outcome: 'superseded',
      error: { code: lost.code, message: lost.message },
    });
    return 'resend';
  });
}
