import { HubError } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import { inboundLimit, type WindowVerdict } from '#lib/resilience/index';

const windowSeconds = 60;
/** A page that shows a busy workspace asks ten times a second; this is five times that. */
const requestsPerSession = 3_000;
/** A person signs in with two requests. */
const signInsPerAddress = 120;

function refuse(verdict: WindowVerdict): void {
  if (verdict.allowed) return;
  throw new HubError('request.rate_limited', undefined, {
    retry: 'after',
    afterMs: verdict.resetMs,
  });
}

export interface RateAnswer {
  policy: string;
  state: string;
}

/**
 * Limits on what comes in. The API's counts live in this process: being off by the number of web
 * processes does no harm there. Sign-in is counted in PostgreSQL and refused when it cannot be.
 */
export function requestLimits(db: Db, log: Logger) {
  const requests = inboundLimit({
    name: 'api',
    limit: requestsPerSession,
    windowSeconds,
    backing: { kind: 'memory' },
    log,
  });
  const signIns = inboundLimit({
    name: 'sign-in',
    limit: signInsPerAddress,
    windowSeconds,
    backing: { kind: 'postgres', db },
    log,
  });
  return {
    /** The two header fields of draft-ietf-httpapi-ratelimit-headers. */
    async request(sessionId: string): Promise<RateAnswer> {
      const verdict = await requests.check(sessionId);
      refuse(verdict);
      return {
        policy: `"api";q=${verdict.limit};w=${windowSeconds}`,
        state: `"api";r=${verdict.remaining};t=${Math.ceil(verdict.resetMs / 1000)}`,
      };
    },
    /** Without a gateway nobody vouches for an address, and all share one count. */
    async signIn(address: string | null): Promise<void> {
      refuse(await signIns.check(address ?? 'unknown'));
    },
  };
}
