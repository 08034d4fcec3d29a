/**
 * security/open-webhook-secret: the gateway's door. With the gateway's private key it opens the
 * secrets webhooks are verified with and nothing else: the field is fixed here, so an envelope of a
 * credential does not open even if it had been sealed to this key.
 */
import 'server-only';

import { publicKeyOf } from './keys.ts';
import { keyRing, openEnvelope } from './open-envelope.ts';
import type { Opener } from './opener.ts';

export const webhookSecretField = 'webhook_secret';

export interface WebhookSecretOpener extends Pick<Opener, 'publicKey' | 'keyIds'> {
  /** The secret as the provider was given it. Throws `security.sealed_value_invalid`. */
  open(envelope: Uint8Array, endpoint: { workspaceId: string; endpointId: string }): Buffer;
}

/** Seal with `sealTo(gatewayPublicKey, secret, {workspaceId, ownerId: endpointId, field: 'webhook_secret'})`. */
export function createWebhookSecretOpener(
  privateKey: string,
  ...older: string[]
): WebhookSecretOpener {
  const ring = keyRing([privateKey, ...older]);
  return {
    publicKey: publicKeyOf(privateKey),
    keyIds: [...ring.keys()],
    open: (envelope, { workspaceId, endpointId }) =>
      openEnvelope(ring, envelope, {
        workspaceId,
        ownerId: endpointId,
        field: webhookSecretField,
      }),
  };
}
