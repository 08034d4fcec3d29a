import type { WriteResult } from '#lib/connectors/protocol/index';
import { type HubError, toHubError } from '#lib/core/index';
import { syncLimits } from './limits.ts';
import { judgeFailure } from './push-failure.ts';
import type { OpenIntent } from './push-store.ts';
import { type Push, type PushOutcome, remoteRef } from './push-target.ts';
import { settleIntent } from './settle-intent.ts';
import { acceptPush, awaitEffect, postponePush, refusePush } from './settle-push.ts';

/** Makes the call an intent speaks of, and settles what came of it. */
export async function sendIntent(push: Push, intent: OpenIntent): Promise<PushOutcome> {
  const { api, ctx } = push.opened;
  const { lens, there } = push.link;
  const { fields } = lens.toSide(intent.patch, there ?? {});
  let result: WriteResult;
  try {
    result = await api.update(ctx, push.link.resource, remoteRef(push.link), fields, {
      key: intent.id,
      rank: intent.rank,
    });
  } catch (error) {
    return settleFailure(push, intent, toHubError(error));
  }
  const { object, ignored } = result;
  return acceptPush(push, intent, { object, ignored, sight: { answers: intent.id } });
}

async function settleFailure(
  push: Push,
  intent: OpenIntent,
  fault: HubError,
): Promise<PushOutcome> {
  switch (judgeFailure(fault)) {
    case 'refused':
      return refusePush(push, intent, fault);
    case 'waiting':
      return postponePush(push, fault, { isOpen: false, voids: intent });
    case 'faulty':
      return postponePush(push, fault, { isOpen: true });
    case 'unclear': {
      const settled = await settleIntent(push, intent);
      // A call that timed out after a long time may still land: it gets its moment all the same.
      if (settled === 'repeat') return awaitEffect(push, syncLimits.backoffFirstMs);
      return settled === 'resend' ? awaitEffect(push, syncLimits.settleMs) : settled;
    }
  }
}
