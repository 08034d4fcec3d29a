import type { JsonObject } from '#lib/core/index';
import { type Tx, transaction } from '#lib/db/index';
import { retryDeadlock } from '../retry-deadlock.ts';
import { createLimits } from './create-limits.ts';
import { type HeldCreation, lockCreation, markSending, releaseCreation } from './creation-store.ts';
import { findParent, noParent } from './find-parent.ts';
import {
  type CreateOutcome,
  endWith,
  errorOf,
  leftOut,
  lensOfCreation,
  type OpenMaking,
  rest,
} from './making.ts';
import { planCall } from './plan-call.ts';

/** The creation as it stands right before its call, which a committed row now speaks of. */
export type Begun = HeldCreation & { sent: JsonObject };

/** Writes down what is about to be sent; or why nothing is. */
export function beginCall(making: OpenMaking): Promise<Begun | CreateOutcome> {
  return begin(making, async (tx, held) => {
    const lens = lensOfCreation(held);
    // Where nothing can be said of a parent, it is not waited for.
    const namesParent = lens.writable(making.creates.fields).includes('parent');
    const parent = namesParent ? await findParent(tx, held) : noParent;
    if (parent.is === 'wait') {
      const message = 'It waits until its parent has been made there.';
      const error = {
        ...errorOf({ code: 'resource.conflict', message }, { without: leftOut(held) }),
      };
      await rest(tx, held, {
        error,
        nextAfterMs: createLimits.parentLookMs,
        waitsFor: parent.recordId,
      });
      return 'waiting';
    }
    const planned = planCall({
      kind: held.kind,
      data: held.data,
      lens,
      creates: making.creates,
      takes: making.takes,
      references: parent.is === 'known' ? { parent: parent.name } : {},
      without: leftOut(held),
    });
    if ('sent' in planned) return send(tx, held, planned.sent, held.attempts);
    await releaseCreation(tx, held, {
      state: 'refused',
      error: errorOf(
        {
          code: 'request.invalid',
          message: `${planned.missing.join(', ')} must not be empty there.`,
        },
        { fields: planned.missing },
      ),
      attempts: held.attempts,
      nextAfterMs: null,
      forgetsCall: true,
    });
    return 'refused';
  });
}

/** The same call once more, because the one before took no effect. */
export function beginAgain(making: OpenMaking): Promise<Begun | CreateOutcome> {
  return begin(making, (tx, held) => send(tx, held, held.sent ?? {}, held.attempts + 1));
}

async function send(
  tx: Tx,
  held: HeldCreation,
  sent: JsonObject,
  attempts: number,
): Promise<Begun> {
  const sentAt = await markSending(tx, held, { sent, attempts }, createLimits.leaseMs);
  return { ...held, state: 'sending', sent, sent_at: sentAt, called_age_ms: 0, attempts };
}

type Work = (tx: Tx, held: HeldCreation) => Promise<Begun | CreateOutcome>;

const begin = (making: OpenMaking, work: Work): Promise<Begun | CreateOutcome> =>
  retryDeadlock(() => transaction(making.deps.db, (tx) => beginIn(tx, making, work)));

async function beginIn(
  tx: Tx,
  { held, epoch }: OpenMaking,
  work: Work,
): Promise<Begun | CreateOutcome> {
  const now = await lockCreation(tx, held.workspace_id, held.id, epoch);
  if (!now) return 'skipped';
  if (now.linked !== null) return endWith(tx, now, now.linked);
  if (now.deleted_at !== null) {
    await releaseCreation(tx, now, {
      state: 'cancelled',
      error: errorOf({ code: 'provider.gone', message: 'The record has ended.' }),
      attempts: now.attempts,
      nextAfterMs: null,
      forgetsCall: true,
    });
    return 'cancelled';
  }
  // A record lives once at a connection: what becomes of the other call is waited for.
  if (!now.is_live || now.is_made_beside) {
    await rest(tx, now, { state: 'owed', nextAfterMs: createLimits.restMs, forgetsCall: true });
    return 'waiting';
  }
  return work(tx, now);
}
