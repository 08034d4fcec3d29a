import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '#lib/core/index';

/** GitHub's codes live ten minutes. */
const codeLifetimeMs = 600_000;
/** Open codes kept at once; older ones are forgotten first. */
const codesKept = 1_000;

export interface PendingCode {
  clientId: string;
  login: string;
  scopes: string[];
  redirectUri: string;
  codeChallenge: string | null;
}

/** Codes live in memory only: a restart makes the person click again, as an expired one does. */
export class AuthorizationCodes {
  readonly #clock: Clock;
  readonly #codes = new Map<string, PendingCode & { expiresAt: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(pending: PendingCode): string {
    const code = randomBytes(10).toString('hex');
    this.#codes.set(code, { ...pending, expiresAt: this.#clock.now() + codeLifetimeMs });
    for (const oldest of this.#codes.keys()) {
      if (this.#codes.size <= codesKept) break;
      this.#codes.delete(oldest);
    }
    return code;
  }

  /** A code is spent by the first look at it, right or wrong. */
  take(code: string): PendingCode | undefined {
    const pending = this.#codes.get(code);
    this.#codes.delete(code);
    return pending && pending.expiresAt > this.#clock.now() ? pending : undefined;
  }

  clear(): void {
    this.#codes.clear();
  }
}

/** RFC 7636 §4.6, S256: the only method GitHub takes. */
export function provesChallenge(challenge: string | null, verifier: string | null): boolean {
  if (challenge === null) return true;
  if (verifier === null) return false;
  return createHash('sha256').update(verifier).digest('base64url') === challenge;
}
