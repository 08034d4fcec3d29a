/**
 * security: seal, redact, and watch where outgoing calls go.
 *
 * Invariants
 * - What is sealed here can be opened only by the holder of the private key, and only for the same
 *   workspace, row and field. There is no plaintext mode and no fallback.
 * - Opening has doors of its own: `#lib/security/open` (worker) and
 *   `#lib/security/open-webhook-secret` (gateway). This door opens nothing.
 * - An outgoing call reaches a public address over TLS, or a host:port the operator allowed by name;
 *   the address is checked again at the moment of connecting, so a name that changes its mind in
 *   between gains nothing. Redirects are never followed.
 * - Everything is sealed to the present key of its class in the end: `startRotating` sees to it while
 *   readers go on, and is cut off anywhere without harm.
 */
import 'server-only';

export { createCallChecker, createCallSigner } from './call-token.ts';
export { envelopeOverheadBytes } from './envelope.ts';
export { generateKeyPair, type KeyPair, keyIdOf } from './keys.ts';
export type { Opener } from './opener.ts';
export {
  createOutgoing,
  type Outgoing,
  type OutgoingAnswer,
  type OutgoingStream,
} from './outgoing.ts';
export { outgoingFetch } from './outgoing-fetch.ts';
export { passingKeyPair } from './passing-keys.ts';
export { isPublicAddress } from './public-address.ts';
export { readKeys } from './read-keys.ts';
export { redact } from './redact.ts';
export type { RotationDeps, RotationNews } from './rotate-keys.ts';
export { sealTo } from './seal.ts';
export type { SealedShelf, SealedValue } from './sealed-shelf.ts';
export { type Rotating, startRotating } from './start-rotating.ts';
