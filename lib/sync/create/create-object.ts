import type { ConnectorManifest, WriteResult } from '#lib/connectors/protocol/index';
import { type HubError, toHubError } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { judgeFailure } from '../push-failure.ts';
import { retryDeadlock } from '../retry-deadlock.ts';
import type { OpenedConnection, SyncDeps } from '../sync-deps.ts';
import { type Begun, beginAgain, beginCall } from './begin-call.ts';
import { createLimits } from './create-limits.ts';
import { leaseCreation, lockCreation, releaseCreation } from './creation-store.ts';
import { findCreated } from './find-created.ts';
import {
  type CreateOutcome,
  endWith,
  errorOf,
  type Making,
  type OpenMaking,
  postpone,
  settle,
} from './making.ts';
import { refuseCreation, settleCreated } from './settle-created.ts';

export interface CreateJob {
  workspaceId: string;
  creationId: string;
  epoch: number;
}

/**
 * Makes the object a service is owed. What is sent is committed before the call, so that whatever
 * dies afterwards is found by that row: the next holder looks for what was made, and only makes the
 * call again when nothing came of it. A fault of our own gives the creation back, and is thrown.
 */
export async function createObject(
  deps: SyncDeps,
  job: CreateJob,
  signal: AbortSignal,
): Promise<CreateOutcome> {
  const making = await take(deps, job);
  if (typeof making === 'string') return making;
  try {
    return await make(making, signal);
  } catch (error) {
    // Where that fails too, its lease runs out.
    await postpone(making, toHubError(error), 'not made').catch(() => undefined);
    throw error;
  }
}

async function make(making: Making, signal: AbortSignal): Promise<CreateOutcome> {
  const { deps, held } = making;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(createLimits.callMs)]);
  const target = { workspaceId: held.workspace_id, connectionId: held.connection_id };
  let opened: OpenedConnection;
  try {
    opened = await deps.connect(target, { lane: 'edit', signal: bounded });
  } catch (error) {
    return postpone(making, toHubError(error), 'not made');
  }
  const resource = resourceOf(opened.manifest, held.resource);
  const creates = resource?.creates;
  if (!resource || !creates || !opened.api.create || !opened.api.findCreated) {
    return letBe(making);
  }
  const { writable, writableValues: takes } = resource;
  const open: OpenMaking = { ...making, opened, creates, writable, takes };
  if (held.state === 'owed') return call(open, await beginCall(open), 'first');
  const found = await findCreated(open);
  return found === 'resend' ? call(open, await beginAgain(open), 'again') : found;
}

const resourceOf = (manifest: ConnectorManifest, name: string) =>
  manifest.resources.find((known) => known.name === name);

function take(deps: SyncDeps, job: CreateJob): Promise<Making | CreateOutcome> {
  return retryDeadlock(() =>
    transaction(deps.db, async (tx) => {
      const held = await lockCreation(tx, job.workspaceId, job.creationId, job.epoch);
      if (!held) return 'skipped';
      if (held.linked !== null) return endWith(tx, held, held.linked);
      const epoch = job.epoch + 1;
      await leaseCreation(tx, held, epoch, createLimits.leaseMs);
      return { deps, held, epoch };
    }),
  );
}

async function call(
  making: OpenMaking,
  begun: Begun | CreateOutcome,
  time: 'first' | 'again',
): Promise<CreateOutcome> {
  if (typeof begun === 'string') return begun;
  const { api, ctx } = making.opened;
  const open = { ...making, held: begun };
  let result: WriteResult | undefined;
  try {
    result = await api.create?.(ctx, begun.resource, begun.scope, begun.sent, { key: begun.id });
  } catch (error) {
    return settleFailure(open, toHubError(error), time);
  }
  return result ? settleCreated(open, result) : letBe(making);
}

async function settleFailure(
  making: OpenMaking,
  fault: HubError,
  time: 'first' | 'again',
): Promise<CreateOutcome> {
  switch (judgeFailure(fault)) {
    case 'refused':
      return refuseCreation(making, fault);
    case 'waiting':
      // One that was made before may have had an effect that nobody has seen yet.
      return postpone(making, fault, time === 'first' ? 'took nothing' : 'unknown');
    case 'faulty':
      return postpone(making, fault, 'unknown');
    case 'unclear': {
      const found = await findCreated(making);
      return found === 'resend' ? postpone(making, fault, 'unknown') : found;
    }
  }
}

/** Nobody was asked, and nobody can be: it is let be, until a plan owes it again. */
function letBe(making: Making): Promise<CreateOutcome> {
  return settle(making, async (tx, held) => {
    await releaseCreation(tx, held, {
      state: 'cancelled',
      error: errorOf({ code: 'request.invalid', message: 'Objects cannot be made there.' }),
      attempts: held.attempts,
      nextAfterMs: null,
    });
    return 'cancelled';
  });
}
