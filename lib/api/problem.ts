import { errorCodes, type HubError, type JsonObject } from '#lib/core/index';

const reserved = new Set(['type', 'title', 'status', 'code', 'detail', 'request_id', 'instance']);

/** Seconds a client is asked to wait when the error does not say. */
const retrySeconds = 2;

/**
 * The one place where an error becomes an answer (RFC 9457). `type` is a place in the API reference,
 * `code` is what programs switch on. `details` become members of the problem
 * (`errors`, `record`, …); they are facts for the reader by contract and never shadow the fixed ones.
 */
export function problemResponse(error: HubError, requestId: string): Response {
  const { status, title } = errorCodes[error.code];
  const extra: JsonObject = Object.fromEntries(
    Object.entries(error.details ?? {}).filter(([name]) => !reserved.has(name)),
  );
  const body = {
    type: `/api/v1/openapi.json#${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.message,
    ...extra,
    request_id: requestId,
  };
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-request-id': requestId,
  });
  if (status === 503 || status === 429) {
    const seconds = error.afterMs === undefined ? retrySeconds : Math.ceil(error.afterMs / 1000);
    headers.set('retry-after', String(Math.max(1, seconds)));
  }
  return new Response(JSON.stringify(body), { status, headers });
}
