import {
  type WebhookDescriptor,
  type WebhookManifest,
  webhookPreset,
  webhookPresets,
} from '#lib/connectors/protocol/index';
import { type Clock, HubError, newId } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { sealTo } from '#lib/security/index';
import {
  bringsSecret,
  canMake,
  describeNothing,
  describeOwn,
  makeSecret,
  provesOf,
  readSecret,
  refused,
} from './describe-scheme.ts';
import type { ListeningInput, ListeningMade, ListeningState } from './listening-shape.ts';
import {
  type ListeningRow,
  makeListening,
  mayManage,
  rotateListening,
  selectListening,
} from './listening-store.ts';
import { endpointUrl, type Reachability, webhookBase } from './webhook-address.ts';

/** As register-endpoint.ts seals its own: the gateway opens both alike. */
const secretField = 'webhook_secret';

export interface ListeningDeps {
  /** The gateway's public key. */
  sealKey: string;
  where: Omit<Reachability, 'apiBaseUrl'>;
  clock: Clock;
}

interface At {
  workspaceId: string;
  connectionId: string;
}

/**
 * A connection that is only listened to: its address exists from now on. A pasted secret counts once
 * something signed with it has come; one that is made here is answered this once and never again.
 */
export async function makeListeningConnection(
  tx: Tx,
  deps: ListeningDeps,
  at: { workspaceId: string; userId: string },
  input: ListeningInput,
): Promise<ListeningMade> {
  const descriptor = descriptorOf(input.signing);
  const [connectionId, endpointId] = [newId(deps.clock.now()), newId(deps.clock.now())];
  const { secret, isMade } = secretFor(descriptor, input.secret);
  const isDone = await makeListening(tx, {
    ...at,
    connectionId,
    endpointId,
    connector: input.connector,
    title: input.title,
    descriptor,
    about: input.signing.by === 'preset' ? { preset: input.signing.preset } : {},
    sealed: seal(deps, { workspaceId: at.workspaceId, endpointId }, secret),
  });
  if (!isDone) throw new HubError('identity.forbidden');
  const state = await readListening(tx, deps, { workspaceId: at.workspaceId, connectionId });
  return { connection_id: connectionId, state, secret: isMade ? secret : null };
}

export async function readListening(
  tx: Tx,
  deps: Pick<ListeningDeps, 'where'>,
  at: At,
): Promise<ListeningState> {
  const row = await selectListening(tx, at);
  if (!row) throw new HubError('resource.not_found');
  return stateOf(row, deps.where);
}

/** The address of such a connection, for an admin alone. */
export async function findManaged(tx: Tx, at: At): Promise<{ endpointId: string }> {
  if (!(await mayManage(tx, at.workspaceId))) throw new HubError('identity.forbidden');
  const row = await selectListening(tx, at);
  if (!row) throw new HubError('resource.not_found');
  return row;
}

/** The former secret holds for a day more, unless it has leaked. */
export async function rotateListeningSecret(
  tx: Tx,
  deps: ListeningDeps,
  at: At,
  input: { secret?: string | undefined; is_at_once: boolean },
): Promise<ListeningMade> {
  const row = await selectListening(tx, at);
  if (!row || row.isRemoved) throw new HubError('resource.not_found');
  if (row.descriptor.scheme.kind === 'none') {
    throw refused([{ field: 'secret', reason: 'is of no use: nothing is signed here' }]);
  }
  if (input.secret === undefined && bringsSecret(row.descriptor)) {
    throw refused([{ field: 'secret', reason: 'is missing: only the service can make it' }]);
  }
  const { secret, isMade } = secretFor(row.descriptor, input.secret);
  const place = { workspaceId: at.workspaceId, endpointId: row.endpointId };
  const ends = await rotateListening(tx, {
    endpointId: row.endpointId,
    ...seal(deps, place, secret),
    isAtOnce: input.is_at_once,
  });
  if (ends === null) throw new HubError('identity.forbidden');
  const state = await readListening(tx, deps, at);
  return { connection_id: at.connectionId, state, secret: isMade ? secret : null };
}

function descriptorOf(signing: ListeningInput['signing']): WebhookDescriptor {
  if (signing.by === 'own') return describeOwn(signing.own);
  if (signing.by === 'nothing') return describeNothing(signing.event_path);
  const preset = webhookPresets.find(({ name }) => name === signing.preset);
  if (preset) return preset.descriptor;
  throw refused([{ field: 'signing.preset', reason: 'is none that is known here' }]);
}

/** Also an address that proves nothing has one, which nobody knows. */
function secretFor(
  descriptor: WebhookDescriptor,
  pasted: string | undefined,
): { secret: string; isMade: boolean } {
  if (descriptor.scheme.kind === 'none') {
    if (pasted === undefined) return { secret: crypto.randomUUID(), isMade: false };
    throw refused([{ field: 'secret', reason: 'is of no use: nothing is signed here' }]);
  }
  if (pasted !== undefined) return { secret: readSecret(descriptor, pasted), isMade: false };
  // Until the service has brought its own, nothing verifies.
  if (bringsSecret(descriptor)) return { secret: crypto.randomUUID(), isMade: false };
  const secret = makeSecret(descriptor);
  if (secret !== null) return { secret, isMade: true };
  throw refused([{ field: 'secret', reason: 'is missing: only the service can make it' }]);
}

const seal = (
  { sealKey }: ListeningDeps,
  at: { workspaceId: string; endpointId: string },
  secret: string,
) =>
  sealTo(sealKey, secret, {
    workspaceId: at.workspaceId,
    ownerId: at.endpointId,
    field: secretField,
  });

const usualSteps = [
  'Add an endpoint with this address in the settings of the service.',
  'Where the service made the signing secret itself, paste it here; where it takes one, give it ours.',
];

function stateOf(row: ListeningRow, where: ListeningDeps['where']): ListeningState {
  // Whoever posts is not known, so only a public address will do; a sender on this machine knows its way.
  const base = webhookBase({ ...where, apiBaseUrl: 'http://localhost' });
  const name = row.about['preset'];
  const preset = typeof name === 'string' ? webhookPreset(name) : null;
  return {
    endpoint_id: row.endpointId,
    url: 'unavailable' in base ? null : endpointUrl(base.baseUrl, row.connector, row.endpointId),
    unavailable:
      where.publicUrl === undefined
        ? 'PUBLIC_URL is not set: only what runs on this machine can post to this address.'
        : null,
    proves: provesOf(row.descriptor),
    preset: preset && { title: preset.title, docs_url: preset.docsUrl },
    secret_label: preset?.secretLabel ?? 'Signing secret',
    steps: preset ? [...preset.steps] : usualSteps,
    status: row.isRemoved ? 'removed' : row.lastReceivedAt === null ? 'waiting' : 'active',
    last_received_at: row.lastReceivedAt,
    former_until: row.formerUntil,
    can_make_secret: canMake(row.descriptor),
    brings_secret: bringsSecret(row.descriptor),
  };
}

/** Services whose way of signing is known. */
export const listWebhookPresets = () =>
  webhookPresets.map(({ name, title, secretLabel, proves, descriptor, docsUrl }) => ({
    name,
    title,
    secret_label: secretLabel,
    proves,
    can_make_secret: canMake(descriptor),
    brings_secret: bringsSecret(descriptor),
    docs_url: docsUrl,
  }));

/** Whether a connector is one whose connections are only listened to. */
export const isListening = (manifest: { webhook: WebhookManifest | null } | undefined): boolean =>
  manifest?.webhook?.registration.mode === 'manual' &&
  manifest.webhook.registration.per === 'connection';
