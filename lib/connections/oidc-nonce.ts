import { createHash } from 'node:crypto';

/**
 * The nonce of an OpenID Connect sign-in: made from the PKCE verifier, which only the worker can open
 * again, so it needs no place of its own and cannot belong to another sign-in than its verifier.
 */
export const nonceOf = (verifier: string): string =>
  createHash('sha256').update(`patchbay oidc nonce ${verifier}`).digest('base64url');
