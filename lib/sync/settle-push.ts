import type { FieldFault, RemoteObject } from '#lib/connectors/protocol/index';
import { HubError, type JsonObject } from '#lib/core/index';
import { type Tx, transaction, wake } from '#lib/db/index';
import type { Link } from '#lib/records/schema';
import { backoffMs } from './backoff.ts';
import { observeObjects } from './observe-objects.ts';
import { refusedFields } from './push-failure.ts';
import {
  closeIntent,
  type HeldLink,
  lockLink,
  type OpenIntent,
  releaseLink,
} from './push-store.ts';
import {
  faultMessage,
  faultsHere,
  goneObject,
  observationOf,
  type Push,
  type PushOutcome,
  pick,
  restingState,
  showsPatch,
} from './push-target.ts';
import { refuseFields } from './refuse-fields.ts';
import { retryDeadlock } from './retry-deadlock.ts';
import { takeRead } from './take-read.ts';
import { owedFields } from './view-link.ts';

/** The one `readAt` or the intent: what tells the observation how new the object is. */
export type Sight = { answers: string } | { readAt: string };

/**
 * The service has what was sent. What it said yes to and then left as it was (`ignored`) counts as
 * refused: the record takes the service's value and the link says why.
 */
export function acceptPush(
  push: Push,
  intent: OpenIntent,
  seen: { object: RemoteObject; ignored: readonly FieldFault[]; sight: Sight },
): Promise<PushOutcome> {
  const { object, sight } = seen;
  const ignored = faultsHere(push.link, seen.ignored, intent.patch);
  return settle(push, async (tx) => {
    const source =
      'answers' in sight
        ? { type: 'push' as const, intentId: sight.answers }
        : { type: 'refetch' as const, readAt: sight.readAt };
    await takeRead(tx, push, object, source);
    const error = ignored.length > 0 ? ignoredError(ignored) : null;
    const isRefused = ignored.length >= Object.keys(intent.patch).length;
    await closeIntent(tx, push.link.workspace_id, {
      id: intent.id,
      outcome: isRefused ? 'refused' : 'accepted',
      error,
    });
    // One that lives elsewhere too keeps its value beside the service's.
    const kept = { here: push.link.has_other_living ? 'kept' : 'taken_back' };
    await giveBack(tx, push, {
      error: error && { ...error, ...kept },
      isPushed: !isRefused,
      sent: intent.patch,
    });
    return isRefused ? 'refused' : 'accepted';
  });
}

/** The service said no: its reason is kept, and the refused fields return to what it has. */
export function refusePush(push: Push, intent: OpenIntent, fault: HubError): Promise<PushOutcome> {
  return settle(push, async (tx, link) => {
    const fields = refusedFields(fault, intent.patch, push.link.lens);
    const error: JsonObject = { code: fault.code, message: fault.message, fields };
    const here = await refuseFields(tx, link, { fields, sent: intent.patch });
    await closeIntent(tx, link.workspace_id, { id: intent.id, outcome: 'refused', error });
    const isLost = fault.code === 'provider.not_found' || fault.code === 'provider.gone';
    await giveBack(tx, push, {
      error: { ...error, ...(here ? { here } : {}) },
      isPushed: false,
      reread: isLost ? 'now' : 'keep',
    });
    return 'refused';
  });
}

/** The object is not there any more, so neither is what was to be changed in it. */
export function dropPush(push: Push, intent: OpenIntent, readAt: string): Promise<PushOutcome> {
  return settle(push, async (tx, link) => {
    const gone = goneObject(link, push.deps.clock.now());
    await observeObjects(tx, observationOf(push, gone, { type: 'refetch', readAt }));
    const error = { code: 'provider.gone', message: 'The object is gone at the service.' };
    await closeIntent(tx, link.workspace_id, { id: intent.id, outcome: 'refused', error });
    await giveBack(tx, push, { error: null, isPushed: false });
    return 'refused';
  });
}

/** What becomes of the intent: `open` is read back at the next try, `void` took no effect. */
export type Fate = { isOpen: boolean; voids?: OpenIntent; unknown?: OpenIntent; afterMs?: number };

/** Nothing could be done now; the link comes back after a backoff. */
export function postponePush(
  push: Pick<Push, 'deps' | 'link' | 'epoch'>,
  fault: HubError,
  fate: Fate,
): Promise<PushOutcome> {
  return settle(push, async (tx, link) => {
    const error = { code: fault.code, message: fault.message };
    if (fate.voids) {
      await closeIntent(tx, link.workspace_id, { id: fate.voids.id, outcome: 'superseded', error });
    }
    if (fate.unknown) {
      await closeIntent(tx, link.workspace_id, { id: fate.unknown.id, outcome: 'unknown', error });
    }
    const attempts = link.attempts + 1;
    await releaseLink(tx, link, {
      state: fate.unknown ? 'unknown' : stateWhilePostponed(link, fate.isOpen),
      error,
      attempts,
      nextAfterMs: backoffMs(attempts, fault, push.deps.clock),
      isDirty: link.dirty_at !== null,
      isPushed: false,
      reread: 'keep',
    });
    return fate.unknown ? 'unknown' : 'postponed';
  });
}

/** A call that may still take effect is left alone for a moment. */
export function awaitEffect(push: Push, afterMs: number): Promise<PushOutcome> {
  return settle(push, async (tx, link) => {
    await releaseLink(tx, link, {
      state: 'pushing',
      error: link.error,
      attempts: link.attempts,
      nextAfterMs: afterMs,
      isDirty: true,
      isPushed: false,
      reread: 'keep',
    });
    return 'waiting';
  });
}

function stateWhilePostponed(link: HeldLink, isOpen: boolean): Link['state'] {
  if (isOpen && link.state === 'unknown') return 'unknown';
  return link.state === 'pushing' || isOpen ? 'dirty' : link.state;
}

/** Runs under the link's lock, unless somebody else has it by now. */
function settle(
  push: Pick<Push, 'deps' | 'link' | 'epoch'>,
  work: (tx: Tx, link: HeldLink) => Promise<PushOutcome>,
): Promise<PushOutcome> {
  return retryDeadlock(() =>
    transaction(push.deps.db, async (tx) => {
      const link = await lockLink(tx, push.link.workspace_id, push.link.id, push.epoch);
      return link ? work(tx, link) : 'skipped';
    }),
  );
}

/** An edit made while the call was under way is still owed, and due at once. */
async function giveBack(
  tx: Tx,
  push: Push,
  end: {
    error: JsonObject | null;
    isPushed: boolean;
    reread?: 'keep' | 'now';
    /** What the service has accepted. */
    sent?: JsonObject;
  },
): Promise<void> {
  const link = await lockLink(tx, push.link.workspace_id, push.link.id, push.epoch);
  if (!link) return;
  const dirty = link.state === 'tombstone' ? [] : owedFields(link.kind, link, push.writable);
  const isDirty = dirty.length > 0;
  const repeats =
    isDirty && end.sent !== undefined && showsPatch(link, pick(link.data, dirty), end.sent);
  const attempts = repeats ? link.attempts + 1 : 0;
  const rest = restingState(link);
  const isRefused = end.error !== null && rest.state !== 'tombstone';
  await releaseLink(tx, link, {
    state: isDirty ? 'dirty' : isRefused ? 'refused' : rest.state,
    error: end.error ?? (isDirty ? null : rest.error),
    attempts,
    nextAfterMs: isDirty ? (repeats ? backoffMs(attempts, unheeded, push.deps.clock) : 0) : null,
    isDirty,
    isPushed: end.isPushed,
    reread: repeats ? 'now' : (end.reread ?? 'keep'),
  });
  if ((isDirty && !repeats) || end.reread === 'now') await wake(tx, 'push');
}

/**
 * The service said yes and its answer, by its own rank, is older than what it showed before (a
 * clock set back). What was sent is still owed then, and must not be sent in a circle without a pause.
 */
const unheeded = new HubError('provider.bad_answer', undefined, { retry: 'later' });

function ignoredError(ignored: readonly FieldFault[]): JsonObject {
  return {
    code: 'provider.refused',
    message: faultMessage(ignored),
    fields: ignored.map((fault) => fault.field),
  };
}
