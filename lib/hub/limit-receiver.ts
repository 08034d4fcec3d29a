import { errorCodes, isUuid } from '#lib/core/index';
import { addressKey, type NamedVerdict, rateLimitHeaders } from '#lib/resilience/index';
import type { Receiver, WebhookRequest } from '#lib/webhooks/index';
import { type InboundLimits, rateLimited } from './inbound-limits.ts';

type WebhookAnswer = Awaited<ReturnType<Receiver['receive']>>;

/** A webhook with the address it came from; null where nobody trustworthy said. */
export type AddressedWebhook = WebhookRequest & { address: string | null };

/** What the gateway and the Next route hand their webhooks to. */
export interface LimitedReceiver {
  receive(request: AddressedWebhook): Promise<WebhookAnswer>;
  close(): Promise<void>;
}

/** All that can be no endpoint's id is counted as one. */
const noEndpoint = 'none';

/**
 * Limits in front of a receiver, counted in memory: no event waits for a count. A source is counted
 * by its genuine events alone, once their signature holds, so that neither forgeries nor senders that
 * never finish use its limit up; those meet the limit of their address. One that is used up refuses
 * before a byte of the body is read.
 */
export function limitedReceiver(receiver: Receiver, limits: InboundLimits): LimitedReceiver {
  return {
    async receive(request) {
      const source = isUuid(request.endpointId) ? request.endpointId.toLowerCase() : noEndpoint;
      const address = limits.tell('webhook-address', addressKey(request.address));
      if (!address.allowed) return refuse(address, [address]);
      let counted = limits.tell('webhook-source', source);
      if (!counted.allowed) return refuse(counted, [counted, address]);
      limits.giveBack('webhook-source', source);
      const answer = await receiver.receive({
        ...request,
        onGenuine: () => {
          counted = limits.tell('webhook-source', source);
          if (!counted.allowed) throw rateLimited(counted);
        },
      });
      if (!counted.allowed) return refuse(counted, [counted, address]);
      return withHeaders(answer, [counted, address]);
    },
    close: () => receiver.close(),
  };
}

const code = 'request.rate_limited';

/** RFC 9457; which policy it was is told under the name the draft of the headers gives it. */
function refuse({ name, resetMs }: NamedVerdict, all: NamedVerdict[]): WebhookAnswer {
  const { status, title } = errorCodes[code];
  const problem = { type: `/api/v1/openapi.json#${code}`, title, status, detail: title, code };
  const headers = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'retry-after': String(Math.max(1, Math.ceil(resetMs / 1000))),
  };
  const body = JSON.stringify({ ...problem, 'violated-policies': [name] });
  return withHeaders({ status, headers, body }, all);
}

const withHeaders = (answer: WebhookAnswer, verdicts: NamedVerdict[]): WebhookAnswer => ({
  ...answer,
  headers: { ...answer.headers, ...rateLimitHeaders(verdicts) },
});
