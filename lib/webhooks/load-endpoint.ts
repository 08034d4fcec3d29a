import { webhookDescriptorSchema } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import type { Endpoint } from './endpoint-cache.ts';
import type { ReceiverDeps } from './receiver-deps.ts';
import { findEndpoint } from './store.ts';
import { endpointUrl } from './webhook-address.ts';

/** A database that is away is a passing fault of ours, so the sender is asked to come again. */
export async function loadEndpoint(
  deps: Pick<ReceiverDeps, 'db' | 'openSecret' | 'log' | 'baseUrl'>,
  id: string,
): Promise<Endpoint | null> {
  try {
    const sealed = await findEndpoint(deps.db, id);
    if (!sealed) return null;
    const { envelope, previousEnvelope, scheme, ...known } = sealed;
    // What does not parse was not written by us: nothing is taken by guessing.
    const descriptor = scheme === null ? null : webhookDescriptorSchema.parse(scheme);
    const url =
      known.url ?? (deps.baseUrl ? endpointUrl(deps.baseUrl, known.connector, known.id) : null);
    const endpoint = { ...known, url, descriptor };
    const at = { workspaceId: sealed.workspaceId, endpointId: sealed.id };
    const opened = (sealedSecret: Buffer) => deps.openSecret(sealedSecret, at).toString('utf8');
    const current = opened(envelope);
    if (!previousEnvelope) return { ...endpoint, secrets: [current] };
    return { ...endpoint, secrets: [current, opened(previousEnvelope)] };
  } catch (error) {
    deps.log.error('a webhook endpoint could not be read', { err: error, endpoint_id: id });
    throw new HubError('internal.unavailable', undefined, { cause: error });
  }
}
