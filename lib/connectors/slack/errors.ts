import type { FieldFault } from '#lib/connectors/protocol/index';
import { type ErrorCode, HubError, type HubErrorOptions } from '#lib/core/index';

/** Where Slack names no time; its limits are counted by the minute. */
const limitPauseMs = 30_000;
const longestPauseMs = 3_600_000;

/** https://docs.slack.dev/reference/methods — errors have names of their own and HTTP status 200. */
const meanings: Readonly<Record<string, ErrorCode>> = {
  not_authed: 'provider.unauthorized',
  invalid_auth: 'provider.unauthorized',
  account_inactive: 'provider.unauthorized',
  token_expired: 'provider.unauthorized',
  token_revoked: 'provider.unauthorized',
  missing_scope: 'provider.forbidden',
  not_in_channel: 'provider.forbidden',
  no_permission: 'provider.forbidden',
  access_denied: 'provider.forbidden',
  restricted_action: 'provider.forbidden',
  not_allowed_token_type: 'provider.forbidden',
  org_login_required: 'provider.forbidden',
  ekm_access_denied: 'provider.forbidden',
  team_access_not_granted: 'provider.forbidden',
  channel_not_found: 'provider.not_found',
  message_not_found: 'provider.not_found',
  thread_not_found: 'provider.not_found',
  user_not_found: 'provider.not_found',
  ratelimited: 'provider.rate_limited',
  rate_limited: 'provider.rate_limited',
  internal_error: 'provider.unavailable',
  fatal_error: 'provider.unavailable',
  service_unavailable: 'provider.unavailable',
  request_timeout: 'provider.unavailable',
  team_added_to_org: 'provider.unavailable',
  accesslimited: 'provider.unavailable',
};

const refusals: Readonly<Record<string, string>> = {
  cant_update_message: 'can be changed only in messages the app itself has posted',
  edit_window_closed: 'can no longer be changed: the time the workspace allows is over',
  msg_too_long: 'is too long for Slack',
  no_text: 'may not be empty in Slack',
  is_inactive: 'cannot be changed: the channel is archived or the conversation closed',
  update_failed: 'was not changed by Slack',
};

interface Answer {
  status: number;
  headers: Headers;
}

/** The fault in an answer that says 200 and means no. */
export function findFault(answer: Answer & { json: unknown }): HubError | null {
  const { json } = answer;
  if (json === null || typeof json !== 'object' || !('ok' in json)) {
    return badAnswer('it does not say whether it worked');
  }
  if (json.ok === true) return null;
  const name = 'error' in json && typeof json.error === 'string' ? json.error : '';
  return faultOf(answer, name.replace(/[^\w:.-]/g, '').slice(0, 80));
}

/** https://docs.slack.dev/apis/web-api/rate-limits: 429 with Retry-After in seconds. */
export function toError(answer: Answer & { text: string }): HubError {
  const { status } = answer;
  if (status === 429) return rateLimited(answer);
  if (status >= 500) {
    const afterMs = retryAfterMs(answer.headers);
    return make(
      'provider.unavailable',
      `status ${status}`,
      afterMs === null ? { retry: 'later' } : { retry: 'after', afterMs },
    );
  }
  const fault = findFault({ ...answer, json: parseJson(answer.text) });
  return fault ?? badAnswer(`status ${status}`);
}

export function badAnswer(what: string): HubError {
  return new HubError('provider.bad_answer', `Slack’s answer makes no sense: ${what}.`, {
    retry: 'later',
  });
}

export const refuse = (fields: FieldFault[], reason?: string): HubError =>
  new HubError(
    'provider.refused',
    `${fields.map(({ field, message }) => `${field} ${message}`).join('; ')}.`,
    {
      details: {
        fields: fields.map((item) => ({ ...item })),
        ...(reason === undefined ? {} : { reason }),
      },
    },
  );

function faultOf(answer: Answer, name: string): HubError {
  if (Object.hasOwn(refusals, name)) {
    return refuse([{ field: 'body', message: refusals[name] ?? 'was refused' }], name);
  }
  const code = Object.hasOwn(meanings, name) ? meanings[name] : undefined;
  if (code === 'provider.rate_limited') return rateLimited(answer);
  if (code === 'provider.unavailable') return make(code, name, { retry: 'later' });
  // What this code has never heard of was said on purpose: asking again would get the same.
  return make(code ?? 'provider.refused', name);
}

function rateLimited(answer: Answer): HubError {
  const afterMs = retryAfterMs(answer.headers) ?? limitPauseMs;
  return new HubError(
    'provider.rate_limited',
    `Slack asks us to wait ${Math.ceil(afterMs / 1_000)} s.`,
    { retry: 'after', afterMs, details: { status: answer.status } },
  );
}

const sentences: Partial<Record<ErrorCode, string>> = {
  'provider.unauthorized': 'Slack does not accept the credential any more',
  'provider.forbidden': 'Slack does not allow this',
  'provider.not_found': 'Slack does not know this, or does not show it to the app',
  'provider.refused': 'Slack refused the request',
  'provider.unavailable': 'Slack could not do it now',
};
const hints: Readonly<Record<string, string>> = {
  not_in_channel: 'invite the app to the channel first',
  missing_scope: 'connect again to grant what is missing',
};

function make(code: ErrorCode, name: string, options: HubErrorOptions = {}): HubError {
  const said = hints[name] ?? name;
  return new HubError(code, `${sentences[code] ?? 'Slack answered with an error'} (${said}).`, {
    ...options,
    details: { reason: name },
  });
}

function retryAfterMs(headers: Headers): number | null {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (!/^\d{1,6}$/.test(value)) return null;
  return Math.min(Math.max(Number(value), 1) * 1_000, longestPauseMs);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
