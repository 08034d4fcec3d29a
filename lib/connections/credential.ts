import { z } from 'zod';
import type { Clock } from '#lib/core/index';
import { HubError } from '#lib/core/index';

/** What is sealed for a connection. Times in milliseconds since the epoch. */
const credentialSchema = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1).nullable(),
  obtainedAtMs: z.number(),
  expiresAtMs: z.number().nullable(),
});
export type Credential = z.infer<typeof credentialSchema>;

export const writeCredential = (credential: Credential): string => JSON.stringify(credential);

export function readCredential(bytes: Buffer): Credential {
  const read = credentialSchema.safeParse(JSON.parse(bytes.toString('utf8')));
  if (read.success) return read.data;
  throw new HubError('security.sealed_value_invalid', 'A sealed credential is not one');
}

const minute = 60_000;
/** Before its expiry a token is renewed this early, or at half its life if that is shorter. */
const aheadMs = 15 * minute;
/** Chance on top, as a part of it, so that tokens issued together are not renewed together. */
const jitterPart = 0.2;
/** A token this close to its end is not sent any more: the call would arrive after it. */
const tooLateMs = 10_000;

export function refreshAtMs(credential: Credential, random: number): number | null {
  if (credential.expiresAtMs === null) return null;
  const life = credential.expiresAtMs - credential.obtainedAtMs;
  const ahead = Math.min(aheadMs, Math.max(0, life / 2));
  return credential.expiresAtMs - ahead * (1 + random * jitterPart);
}

export type Freshness = 'good' | 'due' | 'expired';

/** due: good for now, and to be renewed. */
export function freshnessOf(credential: Credential, clock: Clock): Freshness {
  const now = clock.now();
  if (credential.expiresAtMs === null) return 'good';
  if (credential.expiresAtMs - tooLateMs <= now) return 'expired';
  const at = refreshAtMs(credential, clock.random());
  return at !== null && at <= now ? 'due' : 'good';
}
