import {
  type Actor,
  admitProxyCall,
  type ConnectionPlace,
  type ProxyCall,
  proxyByCommand,
  readProxyCall,
} from '#lib/connections/index';
import { HubError, systemClock } from '#lib/core/index';
import type { Session } from '#lib/identity/index';
import { inboundLimit } from '#lib/resilience/index';
import type { UseCaseDeps } from './web-use-cases.ts';
import { createWorkerClient, type PassedAnswer } from './worker-client.ts';

/** Of one workspace, over all web processes: each costs the quota of an account. */
const callsPerWindow = 300;
/** By the queue, where each call and its answer lie in a table for a while. */
const queuedPerWindow = 60;
const windowSeconds = 60;

export interface PassedOn {
  method: string;
  /** Path and query below the API, as they came. */
  target: string;
  headers: Headers;
  body: Uint8Array | null;
  signal: AbortSignal;
}

const actorOf = ({ userId, sessionId }: Session): Actor => ({ userId, sessionId });

/** Calls of a member passed on to the service of a connection, by the shortest way there is. */
export function proxyUseCases({ connections: deps, env, db, log }: UseCaseDeps) {
  const { WORKER_URL: url, WORKER_SECRET: secret } = env;
  const worker =
    url !== undefined && secret !== undefined
      ? createWorkerClient({ url, secret, clock: systemClock })
      : null;
  const pace = (name: string, limit: number) => {
    const pacer = inboundLimit({
      name,
      limit,
      windowSeconds,
      backing: { kind: 'postgres', db },
      log,
    });
    return async ({ workspaceId }: ConnectionPlace): Promise<void> => {
      const verdict = await pacer.check(workspaceId);
      if (verdict.allowed) return;
      throw new HubError('request.rate_limited', undefined, {
        retry: 'after',
        afterMs: verdict.resetMs,
      });
    };
  };
  const count = pace('proxy', callsPerWindow);
  const countQueued = pace('proxy-queue', queuedPerWindow);
  const byCommand = async (
    session: Session,
    place: ConnectionPlace,
    call: ProxyCall & { body: Uint8Array | null },
  ): Promise<PassedAnswer> => {
    await countQueued(place);
    const { body, ...answer } = await proxyByCommand(deps, actorOf(session), place, call);
    return { ...answer, body: new Response(new Uint8Array(body)).body };
  };
  return {
    async call(session: Session, place: ConnectionPlace, sent: PassedOn): Promise<PassedAnswer> {
      const call = readProxyCall({ ...sent, headers: sent.headers });
      await count(place);
      await admitProxyCall(deps, actorOf(session), place, call);
      const whole = { ...call, body: sent.body };
      const streamed = await worker?.proxy(place, whole, sent.signal);
      return streamed ?? byCommand(session, place, whole);
    },
  };
}
