import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '#lib/core/index';

const lifetimeMs = 600_000;
const codesKept = 1_000;

export interface PendingConsent {
  clientId: string;
  personUuid: string;
  scopes: string[];
  redirectUri: string;
  codeChallenge: string | null;
}

/** Codes live in memory only: a restart makes the person click again, as an expired one does. */
export class ConsentCodes {
  readonly #clock: Clock;
  readonly #codes = new Map<string, PendingConsent & { endsMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(pending: PendingConsent): string {
    const code = randomBytes(20).toString('hex');
    this.#codes.set(code, { ...pending, endsMs: this.#clock.now() + lifetimeMs });
    for (const oldest of this.#codes.keys()) {
      if (this.#codes.size <= codesKept) break;
      this.#codes.delete(oldest);
    }
    return code;
  }

  /** A code is spent by the first look at it, right or wrong. */
  take(code: string): PendingConsent | undefined {
    const pending = this.#codes.get(code);
    this.#codes.delete(code);
    return pending && pending.endsMs > this.#clock.now() ? pending : undefined;
  }

  clear(): void {
    this.#codes.clear();
  }
}

/** RFC 7636 §4.6 with S256. Without a challenge there must be no verifier either. */
export function provesConsent(challenge: string | null, verifier: string | null): boolean {
  if (challenge === null || verifier === null) return challenge === verifier;
  return createHash('sha256').update(verifier).digest('base64url') === challenge;
}
