import type { FieldFault, RemoteObject } from '#lib/connectors/protocol/index';
import { HubError, newId } from '#lib/core/index';
import { type Tx, transaction } from '#lib/db/index';
import { backoffMs } from '../backoff.ts';
import { type JudgedObject, judgeObjects } from '../judge-object.ts';
import { observeObjects } from '../observe-objects.ts';
import { refusedFields } from '../push-failure.ts';
import { retryDeadlock } from '../retry-deadlock.ts';
import { createLimits } from './create-limits.ts';
import { type HeldCreation, lockCreation, releaseCreation } from './creation-store.ts';
import { joinRecords } from './join-records.ts';
import { insertMade, referencesOfCreation, selectRecordOf } from './made-link-store.ts';
import {
  type CreateOutcome,
  endWith,
  errorOf,
  leftOut,
  lensOfCreation,
  type OpenMaking,
  postpone,
  rest,
  settle,
} from './making.ts';
import { planLink } from './plan-link.ts';

/**
 * The object is there: the record lives there from now on, and what the call could not say is owed as
 * an edit. If it was seen first, and made a record of its own, that record becomes this one.
 */
export function settleCreated(
  making: OpenMaking,
  made: { object: RemoteObject; ignored: readonly FieldFault[] },
): Promise<CreateOutcome> {
  const { deps, held } = making;
  const { objects, faults } = judgeObjects(held.kind, [made.object]);
  const [object] = objects;
  if (!object) {
    const message = `The service made it and its answer cannot be kept: ${faults[0]?.message ?? ''}`;
    return postpone(making, new HubError('provider.bad_answer', message), 'unknown');
  }
  // What was made is not looked for again because two wanted the same rows.
  return retryDeadlock(() => transaction(deps.db, (tx) => settleObject(tx, making, object, made)));
}

async function settleObject(
  tx: Tx,
  making: OpenMaking,
  object: JudgedObject,
  made: { object: RemoteObject; ignored: readonly FieldFault[] },
): Promise<CreateOutcome> {
  const { held, epoch } = making;
  const other = await selectRecordOf(tx, held, object.externalId);
  const reason = other === null ? null : await joinWith(tx, held, other);
  const now = await lockCreation(tx, held.workspace_id, held.id, epoch);
  if (!now) return 'skipped';
  if (reason !== null) return ask(tx, now, reason);
  if (now.linked === null) {
    const ignored = made.ignored.map(({ field }) => field);
    const linkId = await linkMade(tx, making, now, { object, ignored });
    // Somebody has seen it at this very moment: it is looked for again.
    if (linkId === null) return standBy(tx, now);
    now.linked = linkId;
  }
  const ended = await endWith(tx, now, now.linked);
  if (made.object.deleted) await observeEnd(tx, making, made.object);
  return ended;
}

/** Why the record of the object cannot become this one; null when it has, or may in a moment. */
async function joinWith(tx: Tx, held: HeldCreation, other: string): Promise<string | null> {
  const joined = await joinRecords(tx, {
    workspaceId: held.workspace_id,
    recordIds: [held.record_id, other],
    onDifference: 'first_side',
    firstStreamId: null,
    standing: held.record_id,
    resolves: held.id,
  });
  if (joined.outcome !== 'refused') return null;
  return `The object was made, and belongs to another record that cannot become this one. ${joined.reason}`;
}

async function linkMade(
  tx: Tx,
  { writable }: Pick<OpenMaking, 'writable'>,
  now: HeldCreation,
  { object, ignored }: { object: JudgedObject; ignored: readonly string[] },
): Promise<string | null> {
  const planned = planLink({
    kind: now.kind,
    data: now.data,
    lens: lensOfCreation(now),
    references: await referencesOfCreation(tx, now, object),
    sent: now.sent ?? {},
    shown: object.fields,
    unreadable: object.unreadable,
    ignored,
    writable,
  });
  const id = newId();
  return (await insertMade(tx, now, { id, object, planned })) ? id : null;
}

async function standBy(tx: Tx, now: HeldCreation): Promise<'waiting'> {
  await rest(tx, now, { state: 'unknown', nextAfterMs: 0 });
  return 'waiting';
}

/** It was made, and has ended there already. */
async function observeEnd(tx: Tx, making: OpenMaking, object: RemoteObject): Promise<void> {
  const { held, writable } = making;
  await observeObjects(tx, {
    workspaceId: held.workspace_id,
    connectionId: held.connection_id,
    streamId: held.stream_id,
    kind: held.kind,
    objects: [object],
    source: { type: 'refetch', readAt: 'infinity' },
    writable,
  });
}

/** It is not tried again by itself: an object was made. */
async function ask(tx: Tx, now: HeldCreation, reason: string): Promise<'unknown'> {
  const error = errorOf({ code: 'resource.conflict', message: reason });
  await rest(tx, now, { state: 'unknown', error, nextAfterMs: null });
  return 'unknown';
}

/**
 * The service said no. What it has named and can be done without is left out, and tried again without:
 * it is owed as an edit then. Otherwise a person reads why, or changes the record.
 */
export function refuseCreation(making: OpenMaking, fault: HubError): Promise<CreateOutcome> {
  return settle(making, async (tx, now) => {
    const sent = now.sent ?? {};
    const named = refusedFields(fault, sent);
    const isNamed = named.length < Object.keys(sent).length;
    const isNeeded = named.some((field) => making.creates.required.includes(field));
    if (fault.code === 'provider.refused' && isNamed && !isNeeded) {
      const without = [...new Set([...leftOut(now), ...named])];
      await releaseCreation(tx, now, {
        state: 'owed',
        error: errorOf(fault, { fields: named, without }),
        attempts: now.attempts,
        nextAfterMs: 0,
        forgetsCall: true,
      });
      return 'waiting';
    }
    await releaseCreation(tx, now, {
      state: 'refused',
      error: errorOf(fault, { fields: isNamed ? named : [] }),
      attempts: now.attempts,
      nextAfterMs: null,
      forgetsCall: true,
    });
    return 'refused';
  });
}

/** A call that may still take effect is left alone for a moment; longer after each one that took none. */
export function awaitEffect(making: OpenMaking, fault: HubError): Promise<CreateOutcome> {
  return settle(making, async (tx, now) => {
    const rests = now.attempts > 0 ? backoffMs(now.attempts, fault, making.deps.clock) : 0;
    const settles = createLimits.settleMs - (now.called_age_ms ?? 0);
    await rest(tx, now, { state: 'unknown', nextAfterMs: Math.max(settles, rests, 0) });
    return 'waiting';
  });
}

/** Nobody but a person can tell which of them it is. */
export function askWhich(making: OpenMaking, count: number): Promise<CreateOutcome> {
  const reason = `The answer was lost, and ${count} objects there look like it. Nothing is made again. Join the record with the one that is right, or remove what is too much and try again.`;
  return settle(making, (tx, now) => ask(tx, now, reason));
}
