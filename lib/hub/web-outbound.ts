import { callLimits } from '#lib/connections/index';
import type { Session } from '#lib/identity/index';
import { bulkheadLimits } from '#lib/resilience/index';
import type { Limits } from '#lib/resilience/schema';
import { readConnectionLimits } from './limits-store.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

/** What holds the hub's own calls back, for the System page. */
export function outboundUseCases({ asBearer }: UseCaseDeps) {
  return {
    limits: async (session: Session, at: { workspaceId: string }): Promise<Limits> => ({
      connections: await asBearer(session, (tx) => readConnectionLimits(tx, at.workspaceId)),
      bulkheads: Object.entries(bulkheadLimits).map(([name, { lanes, atOnce, waiting }]) => ({
        name,
        lanes: [...lanes],
        at_once: atOnce,
        waiting,
      })),
      call: { timeout_ms: callLimits.timeoutMs, attempts: callLimits.attempts },
    }),
  };
}
