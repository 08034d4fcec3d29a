import { createHash, randomBytes } from 'node:crypto';

/** 256 bits of chance, base64url: a session cookie's value or an invitation link's end. */
export const newSecretToken = (): string => randomBytes(32).toString('base64url');

/**
 * What is stored instead of the token. A plain SHA-256 is enough for 256 random bits: there is
 * nothing to guess, so slow hashing would buy nothing.
 */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();
