import { type FaultEffect, faultResponse } from '../faults.ts';

const names: Record<number, string> = {
  200: 'internal_error',
  401: 'invalid_auth',
  403: 'missing_scope',
  404: 'channel_not_found',
  429: 'ratelimited',
};

/** A fault on purpose, in Slack's words: most of them come with status 200. */
export function slackFault(effect: Extract<FaultEffect, { kind: 'status' }>): Response {
  const { status, body, retryAfterSeconds: wait } = effect;
  if (body !== 'json' || status >= 500) return faultResponse(effect);
  return Response.json(
    { ok: false, error: names[status] ?? 'fatal_error' },
    {
      status: status === 429 ? 429 : 200,
      headers: wait === undefined ? {} : { 'retry-after': String(wait) },
    },
  );
}
