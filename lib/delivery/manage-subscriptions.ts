import { randomBytes } from 'node:crypto';
import { HubError, type JsonObject, newId } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { writeAudit } from '#lib/identity/index';
import { sealTo } from '#lib/security/index';
import { deliveryLimits } from './limits.ts';
import { selectLog } from './replay-store.ts';
import { subscriptionSecretField } from './sender.ts';
import { readSigningSecret, writeSigningSecret } from './signing-secret.ts';
import {
  configSchemas,
  type SecretInput,
  type Subscription,
  type SubscriptionInput,
  type SubscriptionPatch,
} from './subscription-shape.ts';
import {
  countSubscriptions,
  insertSubscription,
  isAdmin,
  markDeleted,
  putSecret,
  selectSubscription,
  selectSubscriptions,
  updateSubscription,
} from './subscription-store.ts';

/** Who acts, and the key secrets are sealed to. */
export interface ManageDeps {
  sealKey: string;
  userId: string;
}
type Stored = Subscription & { workspace_id: string };

export const listSubscriptions = (tx: Tx, at: { workspaceId: string }): Promise<Subscription[]> =>
  selectSubscriptions(tx, at.workspaceId);

export async function getSubscription(tx: Tx, id: string): Promise<Stored> {
  const row = await selectSubscription(tx, id);
  if (!row) throw new HubError('resource.not_found');
  return row;
}

/** The secret is in the answer when the hub made it, and never again. */
export async function createSubscription(
  tx: Tx,
  deps: ManageDeps,
  at: { workspaceId: string; input: SubscriptionInput },
): Promise<Subscription & { secret: string | null }> {
  const { workspaceId, input } = at;
  if ((await countSubscriptions(tx, workspaceId)) >= deliveryLimits.subscriptions) {
    const most = deliveryLimits.subscriptions;
    throw new HubError('resource.conflict', `A workspace has at most ${most} subscriptions.`);
  }
  const id = newId();
  await insertSubscription(tx, {
    id,
    workspaceId,
    kind: input.kind,
    name: input.name,
    config: input.config,
    filter: input.filter,
    cursor: await beginning(tx, workspaceId, input.from),
    maxInFlight: input.max_in_flight,
    perSecond: input.per_second,
    createdBy: deps.userId,
  });
  const given = 'secret' in input ? input.secret : undefined;
  const needsSecret = input.kind === 'webhook' || given !== undefined;
  const made = needsSecret
    ? await sealSecret(tx, deps, { workspaceId, id, kind: input.kind }, given, 0)
    : null;
  await audit(tx, deps, { workspaceId, id }, 'created', {
    kind: input.kind,
    name: input.name,
    ...whereTo(input.config),
  });
  await wake(tx, 'changes');
  return { ...(await getSubscription(tx, id)), secret: made };
}

async function beginning(
  tx: Tx,
  workspaceId: string,
  from: SubscriptionInput['from'],
): Promise<number> {
  const log = await selectLog(tx, workspaceId);
  if (from === 'now') return log.position;
  if (from === 'beginning') return log.pruned_to;
  if (from >= log.pruned_to && from <= log.position) return from;
  const reason = `is not between ${log.pruned_to} and ${log.position}, which the log holds`;
  throw new HubError('request.invalid', `The position ${reason}.`, {
    details: { errors: [{ field: 'from', reason }] },
  });
}

export async function changeSubscription(
  tx: Tx,
  deps: Pick<ManageDeps, 'userId'>,
  at: { id: string; patch: SubscriptionPatch },
): Promise<Subscription> {
  const present = await getSubscription(tx, at.id);
  const { workspace_id: workspaceId, kind } = present;
  if (kind === 'analytics' && Object.keys(at.patch).some((name) => name !== 'status')) {
    throw new HubError('resource.conflict', 'The hub counts everything; only a pause is possible.');
  }
  const patch = { ...at.patch };
  if (patch.config && kind !== 'analytics') patch.config = readConfig(kind, patch.config);
  const isLedElsewhere =
    patch.config !== undefined && patch.config['url'] !== present.config['url'];
  if (isLedElsewhere && !(await isAdmin(tx, workspaceId))) {
    throw new HubError(
      'identity.forbidden',
      'Only an admin leads what is signed to another address.',
    );
  }
  const isDone = await updateSubscription(tx, { workspaceId, id: at.id }, patch);
  if (!isDone) throw new HubError('identity.forbidden');
  await audit(tx, deps, { workspaceId, id: at.id }, 'changed', {
    fields: Object.keys(at.patch),
    ...(patch.status ? { status: patch.status } : {}),
    ...whereTo(patch.config),
  });
  if (patch.status === 'active') {
    await wake(tx, 'changes');
    await wake(tx, 'deliveries');
  }
  return getSubscription(tx, at.id);
}

/** Where it leads, for the record. Of an address the origin alone: the rest may be nobody's business. */
function whereTo(config: Record<string, unknown> | undefined): { to?: string } {
  const { url, to, channel } = config ?? {};
  if (typeof url === 'string' && URL.canParse(url)) return { to: new URL(url).origin };
  if (Array.isArray(to)) return { to: to.join(', ') };
  return typeof channel === 'string' ? { to: channel } : {};
}

function readConfig(kind: keyof typeof configSchemas, config: unknown): Record<string, unknown> {
  const read = configSchemas[kind].safeParse(config);
  if (read.success) return read.data;
  throw new HubError('request.invalid', 'The destination is not described as its kind asks for.', {
    details: {
      errors: read.error.issues.map((issue) => ({
        field: ['config', ...issue.path].join('.'),
        reason: issue.message,
      })),
    },
  });
}

export async function deleteSubscription(
  tx: Tx,
  deps: Pick<ManageDeps, 'userId'>,
  at: { id: string },
): Promise<void> {
  const { workspace_id: workspaceId, kind, name } = await getSubscription(tx, at.id);
  if (!(await markDeleted(tx, { workspaceId, id: at.id }))) {
    throw new HubError('resource.conflict', 'The hub counts its changes itself; pause it instead.');
  }
  await audit(tx, deps, { workspaceId, id: at.id }, 'deleted', { kind, name });
}

/** A new secret; the one before it stays good for a while, so that receivers can follow. */
export async function changeSecret(
  tx: Tx,
  deps: ManageDeps,
  at: { id: string; input: SecretInput },
): Promise<Subscription & { secret: string | null }> {
  const present = await getSubscription(tx, at.id);
  const of = { workspaceId: present.workspace_id, id: at.id, kind: present.kind };
  const made = await sealSecret(tx, deps, of, at.input.secret, at.input.overlap_hours);
  await audit(tx, deps, of, 'secret_changed', { overlap_hours: at.input.overlap_hours });
  return { ...(await getSubscription(tx, at.id)), secret: made };
}

/** Answers the secret when it was made here. */
async function sealSecret(
  tx: Tx,
  deps: ManageDeps,
  of: { workspaceId: string; id: string; kind: Subscription['kind'] },
  given: string | undefined,
  overlapHours: number,
): Promise<string | null> {
  const made =
    given === undefined && of.kind === 'webhook' ? writeSigningSecret(randomBytes) : null;
  const secret = given?.trim() ?? made;
  if (secret === null || of.kind === 'mail' || of.kind === 'analytics') {
    throw refusedSecret('is not what this kind of destination has');
  }
  if (of.kind === 'webhook') checkSigningSecret(secret);
  const context = { workspaceId: of.workspaceId, ownerId: of.id, field: subscriptionSecretField };
  const sealed = sealTo(deps.sealKey, secret, context);
  if (await putSecret(tx, of.id, sealed, overlapHours)) return made;
  throw new HubError(
    'identity.forbidden',
    'Only an admin sets what a destination is proven to with.',
  );
}

function checkSigningSecret(secret: string): void {
  try {
    readSigningSecret(secret);
  } catch {
    throw refusedSecret('is no whsec_ secret of 24 to 64 bytes');
  }
}

const refusedSecret = (reason: string): HubError =>
  new HubError('request.invalid', `The secret ${reason}.`, {
    details: { errors: [{ field: 'secret', reason }] },
  });

const audit = (
  tx: Tx,
  deps: Pick<ManageDeps, 'userId'>,
  of: { workspaceId: string; id: string },
  what: string,
  details: JsonObject,
): Promise<void> =>
  writeAudit(tx, {
    workspaceId: of.workspaceId,
    actorId: deps.userId,
    action: `subscriptions.${what}`,
    subject: of.id,
    details,
  });
