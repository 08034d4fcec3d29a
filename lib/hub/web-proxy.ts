import {
  type Actor,
  admitProxyCall,
  type ConnectionPlace,
  type ProxyCall,
  proxyByCommand,
  readProxyCall,
} from '#lib/connections/index';
import { systemClock } from '#lib/core/index';
import type { Session } from '#lib/identity/index';
import type { Pace } from './inbound-limits.ts';
import type { UseCaseDeps } from './web-use-cases.ts';
import { createWorkerClient, type PassedAnswer } from './worker-client.ts';

export interface PassedOn {
  method: string;
  /** Path and query below the API, as they came. */
  target: string;
  headers: Headers;
  body: Uint8Array | null;
  /** Each costs the quota of an account, so they are counted by workspace, over all web processes. */
  pace: Pace;
  signal: AbortSignal;
}

const actorOf = ({ userId, sessionId }: Session): Actor => ({ userId, sessionId });

/** Calls of a member passed on to the service of a connection, by the shortest way there is. */
export function proxyUseCases({ connections: deps, env }: UseCaseDeps) {
  const { WORKER_URL: url, WORKER_SECRET: secret } = env;
  const worker =
    url !== undefined && secret !== undefined
      ? createWorkerClient({ url, secret, clock: systemClock })
      : null;
  const byCommand = async (
    session: Session,
    place: ConnectionPlace,
    call: ProxyCall & { body: Uint8Array | null },
    pace: Pace,
  ): Promise<PassedAnswer> => {
    await pace.ask('proxy-queue', place.workspaceId);
    const { body, ...answer } = await proxyByCommand(deps, actorOf(session), place, call);
    return { ...answer, body: new Response(new Uint8Array(body)).body };
  };
  return {
    async call(session: Session, place: ConnectionPlace, sent: PassedOn): Promise<PassedAnswer> {
      const call = readProxyCall({ ...sent, headers: sent.headers });
      await sent.pace.ask('proxy', place.workspaceId);
      await admitProxyCall(deps, actorOf(session), place, call);
      const whole = { ...call, body: sent.body };
      const streamed = await worker?.proxy(place, whole, sent.signal);
      return streamed ?? byCommand(session, place, whole, sent.pace);
    },
  };
}
