import { HubError } from '#lib/core/index';

/** Some answer an error with status 200 (GitHub does), so the body is looked at before the status. */
export function readError(text: string): string | null {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || !('error' in body)) return null;
    return typeof body.error === 'string' ? body.error.slice(0, 100) : null;
  } catch {
    return null;
  }
}

/** Errors of RFC 6749 §4.1.2.1 and RFC 8628 that pass by themselves. */
const passing = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);

export function judgeError(error: string, provider: string): { refused: { error: string } } {
  if (!passing.has(error)) return { refused: { error: errorName(error) } };
  throw new HubError('provider.unavailable', `${provider} cannot issue tokens at the moment.`, {
    retry: 'later',
  });
}

/**
 * Only what is a name of an error is passed on: a provider that says back what it was told would
 * otherwise put the code or the client secret on a page.
 */
export const errorName = (error: string): string =>
  /^[a-z]+(_[a-z]+)*$/.test(error) && error.length <= errorNameChars ? error : 'unnamed_error';

const errorNameChars = 60;

export function faultOf(status: number, provider: string): HubError {
  if (status === 429) {
    return new HubError('provider.rate_limited', `${provider} asks us to wait.`, {
      retry: 'later',
    });
  }
  if (status >= 500) {
    return new HubError('provider.unavailable', `${provider} has a fault (${status}).`, {
      retry: 'later',
    });
  }
  return new HubError(
    'provider.bad_answer',
    `The token endpoint of ${provider} answered ${status} without saying why.`,
    { retry: 'later' },
  );
}

/** The cause is not kept: the library's errors carry the answer, and the answer may hold a token. */
export function badAnswer(provider: string, cause: unknown): HubError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
  return new HubError(
    'provider.bad_answer',
    `The token endpoint of ${provider} answered without a usable token.`,
    { retry: 'later', details: { reason } },
  );
}
