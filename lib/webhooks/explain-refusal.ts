import type { WebhookDescriptor } from '#lib/connectors/protocol/index';
import type { HubError } from '#lib/core/index';
import { diagnoseRefusal } from './diagnose-refusal.ts';
import { type Endpoint, secretsAt } from './endpoint-cache.ts';
import { keptHeaders } from './kept-headers.ts';
import { proofsInBody } from './mask-texts.ts';
import type { Diagnosis, Refused } from './quarantine.ts';
import type { WebhookRequest } from './receiver-deps.ts';

export interface RefusedAt {
  endpoint: Endpoint;
  descriptor: WebhookDescriptor;
  request: WebhookRequest;
  /** Null: it was refused before it was read. */
  body: Buffer | null;
  error: HubError;
  nowMs: number;
}

/** A diagnosis tries many readings of the body, beside the stream of requests; a long one would hold it up. */
const diagnosedBytes = 65_536;

const ofSignature = new Set([
  'webhooks.signature_missing',
  'webhooks.signature_invalid',
  'webhooks.signature_stale',
]);

/** What is kept of a refused request; what is the matter with it is found out later, beside the stream. */
export function refusedOf(at: RefusedAt): Refused {
  const { endpoint, descriptor, request, body, error } = at;
  return {
    endpointId: endpoint.id,
    method: request.method,
    reason: error.code,
    headers: keptHeaders(descriptor, request.headers),
    body,
    address: request.address ?? null,
    secrets: [
      ...endpoint.secrets.filter((secret) => secret !== undefined),
      // What is wrong here may be right elsewhere, or tomorrow.
      ...(body === null ? [] : proofsInBody(descriptor.scheme, body)),
    ],
    diagnose: () => explain(at),
  };
}

/** Of a signature what a diagnosis finds; anything else says itself what is the matter. */
async function explain({ endpoint, descriptor, ...at }: RefusedAt): Promise<Diagnosis> {
  const { request, body, error, nowMs } = at;
  if (body === null || !ofSignature.has(error.code)) {
    return { code: error.code, sentence: error.message };
  }
  if (body.byteLength > diagnosedBytes) {
    const size = `Its ${body.byteLength} bytes are too many to look for the reason in.`;
    return { code: error.code, sentence: `${error.message} ${size}` };
  }
  const valid = secretsAt(endpoint, nowMs).length;
  return diagnoseRefusal({
    scheme: descriptor.scheme,
    request: {
      method: request.method,
      url: endpoint.url,
      search: request.search ?? '',
      headers: request.headers,
      body,
    },
    secrets: endpoint.secrets.flatMap((text, place) =>
      text === undefined
        ? []
        : [
            {
              text,
              replacedAtMs: place === 0 ? null : Date.parse(endpoint.changedAt),
              isValid: place < valid,
            },
          ],
    ),
    otherUrls: [],
    nowMs,
  });
}
