import { errorCodes } from '#lib/core/index';
import type { WebHub } from '@/lib/hub/web';
import { toldApart } from './told-apart.ts';

interface Arrived {
  request: Request;
  connector: string;
  endpoint: string;
  /** Null when nobody trustworthy said. */
  address: string | null;
}

/** A fetch-style request into the receiver and its answer back. */
export async function answerWebhookRequest(
  receiver: WebHub['webhookReceiver'],
  { request, connector, endpoint, address }: Arrived,
): Promise<Response> {
  if (!receiver) return notHere();
  const answer = await receiver.receive({
    method: request.method,
    connector,
    endpointId: endpoint,
    address,
    search: new URL(request.url).search,
    headers: toldApart(request.headers),
    body: request.body ?? nothing(),
  });
  return new Response(answer.body, { status: answer.status, headers: answer.headers });
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield* [];
}

function notHere(): Response {
  const code = 'webhooks.endpoint_unknown';
  const { status, title } = errorCodes[code];
  return Response.json(
    { type: `/api/v1/openapi.json#${code}`, title, status, detail: title, code },
    {
      status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    },
  );
}
