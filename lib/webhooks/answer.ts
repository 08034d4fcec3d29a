import { errorCodes, type HubError } from '#lib/core/index';

export interface WebhookAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * RFC 9457. A missing and a wrong signature get the same bytes, so that trying tells nothing; the
 * counters keep them apart.
 */
export function problemAnswer(error: HubError): WebhookAnswer {
  const code =
    error.code === 'webhooks.signature_missing' ? 'webhooks.signature_invalid' : error.code;
  const { status, title } = errorCodes[code];
  const detail = status >= 500 ? title : error.message;
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(status === 405 ? { allow: 'POST' } : {}),
      ...(status === 503 ? { 'retry-after': '1' } : {}),
    },
    body: JSON.stringify({ type: `/api/v1/openapi.json#${code}`, title, status, detail, code }),
  };
}

export function acceptedAnswer(result: { eventId: string } | 'duplicate'): WebhookAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(
      result === 'duplicate' ? { status: 'duplicate' } : { status: 'accepted', id: result.eventId },
    ),
  };
}

/** A service that were told of a fault would send it again, and stop sending in the end. */
export const ignoredAnswer = (): WebhookAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify({ status: 'ignored' }),
});
