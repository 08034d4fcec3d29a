/**
 * security/open: the opening door, for the worker alone. Nothing the web process or the gateway can
 * reach may import it (tests/architecture). It opens credentials, client secrets and whatever else
 * was sealed to the worker's key; it never stores or logs what it opened.
 */
import 'server-only';

import { publicKeyOf } from './keys.ts';
import { keyRing, openEnvelope } from './open-envelope.ts';
import type { Opener } from './opener.ts';

/**
 * An opener for these private keys (base64url); the first is the present one, the others are kept
 * while older envelopes are sealed anew.
 */
export function createOpener(privateKey: string, ...older: string[]): Opener {
  const ring = keyRing([privateKey, ...older]);
  return {
    publicKey: publicKeyOf(privateKey),
    keyIds: [...ring.keys()],
    open: (envelope, context) => openEnvelope(ring, envelope, context),
  };
}
