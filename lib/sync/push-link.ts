import { newId, toHubError } from '#lib/core/index';
import { type Tx, transaction, wake } from '#lib/db/index';
import { isOutside } from './left-scope.ts';
import { syncLimits } from './limits.ts';
import {
  type HeldLink,
  insertIntent,
  leaseLink,
  lockLink,
  markPushing,
  type OpenIntent,
  releaseLink,
  restLink,
  selectOpenIntent,
} from './push-store.ts';
import {
  faultMessage,
  isKeyed,
  type Push,
  type PushOutcome,
  pick,
  restingState,
  writableOf,
} from './push-target.ts';
import { noteUnsaid } from './reference-store.ts';
import { refuseFields } from './refuse-fields.ts';
import { refuseLeft } from './refuse-left.ts';
import { lockMappedLink } from './remap-links.ts';
import { rereadLink } from './reread-link.ts';
import { sendIntent } from './send-intent.ts';
import { settleIntent } from './settle-intent.ts';
import { postponePush } from './settle-push.ts';
import type { SyncDeps } from './sync-deps.ts';
import { owedFields, unsaidName } from './view-link.ts';

export interface PushJob {
  workspaceId: string;
  linkId: string;
  epoch: number;
}

/**
 * Tells the service what a link owes it: only the fields that differ from what was last observed
 * there. The intent is committed before the call, so that after a crash the next holder of the link
 * finds it and reads back what became of it, instead of calling again blindly. One call per link at
 * a time; an edit made meanwhile stays owed and goes out next.
 *
 * The object is read right before it is written: a change there whose event has not come yet is
 * merged, or held as a conflict, instead of overwritten. Between that reading and the call a change
 * can still be lost at a service without conditional writes; it costs one more call per edit.
 *
 * While a flow of the link's stream is paused no call is begun.
 */
export async function pushLink(
  deps: SyncDeps,
  job: PushJob,
  signal: AbortSignal,
): Promise<PushOutcome> {
  const taken = await takeLink(deps, job);
  if (!taken) return 'skipped';
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(syncLimits.pushMs)]);
  const { link, epoch } = taken;
  const target = { workspaceId: link.workspace_id, connectionId: link.connection_id };
  let push: Push;
  try {
    const opened = await deps.connect(target, { lane: 'edit', signal: bounded });
    push = {
      deps,
      link,
      epoch,
      opened,
      writable: writableOf(opened.manifest, link.resource),
      isKeyed: isKeyed(opened.manifest, link.resource),
    };
  } catch (error) {
    return postponePush({ deps, link, epoch }, toHubError(error), {
      isOpen: taken.intent !== null,
    });
  }
  if (taken.intent) {
    const settled = await settleIntent(push, taken.intent);
    if (settled === 'repeat') return sendIntent(push, taken.intent);
    if (settled !== 'resend') return settled;
  } else if (link.wants_reread || (!link.rests && owed(link, push.writable).length > 0)) {
    const reread = await rereadLink(push);
    if (reread !== 'done') return reread;
  }
  const planned = await planPush(push);
  if (typeof planned === 'string') return planned;
  return sendIntent({ ...push, link: planned.link }, planned.intent);
}

const owed = (link: HeldLink, writable: readonly string[]): string[] =>
  link.state === 'tombstone' ? [] : owedFields(link.kind, link, writable);

interface TakenLink {
  link: HeldLink;
  epoch: number;
  intent: OpenIntent | null;
}

function takeLink(deps: SyncDeps, job: PushJob): Promise<TakenLink | null> {
  return transaction(deps.db, async (tx) => {
    const link = await lockLink(tx, job.workspaceId, job.linkId, job.epoch);
    if (!link) return null;
    const epoch = job.epoch + 1;
    await leaseLink(tx, link, epoch, syncLimits.pushLeaseMs);
    return { link, epoch, intent: await selectOpenIntent(tx, link) };
  });
}

/** Writes the intent down, or gives the link back when it owes nothing. */
function planPush(
  push: Push,
): Promise<
  { link: HeldLink; intent: OpenIntent } | 'skipped' | 'nothing' | 'refused' | 'postponed'
> {
  const { deps, epoch, writable } = push;
  return transaction(deps.db, async (tx) => {
    const link = await lockMappedLink(tx, push, epoch);
    if (!link) return 'skipped';
    const fields = owed(link, writable);
    const unsaid = unsaidName(link.kind, link, writable);
    if (unsaid !== link.unsaid_name) await noteUnsaid(tx, link, unsaid);
    if (fields.length > 0 && link.rests) {
      await restLink(tx, link);
      return 'postponed';
    }
    if (fields.length > 0 && isOutside(link)) return refuseLeft(tx, link, fields);
    const unseen = fields.filter(
      (field) => Object.hasOwn(link.unreadable, field) || link.strangers.includes(field),
    );
    if (unseen.length > 0) return refuseOwed(tx, link, unseen, unseenMessage(unseen));
    const { faults } = link.lens.toSide(pick(link.data, fields), link.there ?? {});
    if (faults.length > 0) {
      const named = faults.map(({ field }) => field);
      return refuseOwed(tx, link, named, faultMessage(faults));
    }
    if (fields.length === 0) {
      await releaseLink(tx, link, {
        ...restingState(link),
        attempts: 0,
        nextAfterMs: null,
        isDirty: false,
        isPushed: false,
        reread: 'keep',
      });
      return 'nothing';
    }
    const intent = { id: newId(), patch: pick(link.data, fields), rank: link.remote_rank };
    await insertIntent(tx, link, { ...intent, epoch, base: pick(link.base ?? {}, fields) });
    await markPushing(tx, link, syncLimits.pushLeaseMs);
    return { link, intent };
  });
}

/** What nobody here has seen is not overwritten: the service's value is one no record can hold. */
const unseenMessage = (fields: string[]): string =>
  `The service has a value of ${fields.join(', ')} that cannot be held here, so it is not overwritten.`;

/** Owed fields that cannot be sent. */
async function refuseOwed(
  tx: Tx,
  link: HeldLink,
  fields: string[],
  message: string,
): Promise<'refused'> {
  const here = await refuseFields(tx, link, { fields, sent: pick(link.data, fields) });
  await releaseLink(tx, link, {
    state: 'refused',
    error: { code: 'provider.refused', message, fields, ...(here ? { here } : {}) },
    attempts: 0,
    nextAfterMs: 0,
    isDirty: true,
    isPushed: false,
    reread: 'keep',
  });
  await wake(tx, 'push');
  return 'refused';
}
