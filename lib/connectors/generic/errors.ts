import { type ErrorCode, HubError } from '#lib/core/index';

const codes: Partial<Record<number, ErrorCode>> = {
  401: 'provider.unauthorized',
  403: 'provider.forbidden',
  404: 'provider.not_found',
  410: 'provider.gone',
};
/** When a service asks to wait and does not say how long. */
const pauseMs = 60_000;
const longestPauseMs = 7_200_000;
const messageChars = 300;

/** What the statuses of RFC 9110 mean; a service nobody knows has no words of its own here. */
export function toError(answer: { status: number; headers: Headers; text: string }): HubError {
  const { status } = answer;
  if (status === 429) {
    return new HubError('provider.rate_limited', 'The service asks us to wait.', {
      retry: 'after',
      afterMs: retryAfterMs(answer.headers),
      details: { status },
    });
  }
  if (status >= 500) {
    return new HubError('provider.unavailable', `The service has a fault (${status}).`, {
      retry: 'later',
      details: { status },
    });
  }
  const json = parse(answer.text);
  // A credential is refused in any words; that something is gone is believed of the API alone.
  if (json === undefined && status !== 401 && status !== 403) {
    return badAnswer(`status ${status} without JSON`);
  }
  const said = messageIn(json);
  const words = said === null ? `with status ${status}` : `(${said})`;
  return new HubError(codes[status] ?? 'provider.refused', `The service refused ${words}.`, {
    details: { status },
  });
}

export const badAnswer = (what: string): HubError =>
  new HubError('provider.bad_answer', `The service’s answer makes no sense: ${what}.`, {
    retry: 'later',
  });

function retryAfterMs(headers: Headers): number {
  const value = headers.get('retry-after') ?? '';
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? pauseMs : Math.min(Math.max(ms, 1_000), longestPauseMs);
}

/** The places where most APIs say what is wrong. */
function messageIn(json: unknown): string | null {
  if (typeof json !== 'object' || json === null) return null;
  const { error, message, detail, title } = json as Record<string, unknown>;
  const inner = typeof error === 'object' ? messageIn(error) : error;
  const said = [message, inner, detail, title].find((text) => typeof text === 'string' && text);
  return typeof said === 'string'
    ? said.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').slice(0, messageChars)
    : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
