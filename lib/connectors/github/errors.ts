import type { FieldFault } from '#lib/connectors/protocol/index';
import { type ErrorCode, HubError, type HubErrorOptions } from '#lib/core/index';
import { isRateLimit, rateLimited, unavailable } from './pauses.ts';
import { errorBodySchema } from './schema.ts';

const messageChars = 300;

/**
 * What an answer of GitHub means for us.
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function toError(answer: { status: number; headers: Headers; text: string }): HubError {
  const { status } = answer;
  const body = readBody(answer.text);
  if (status === 429) return rateLimited(answer, body?.message);
  if (status >= 500) return unavailable(answer);
  // Not GitHub's own words (a proxy, a login page, a wrong base URL): a 404 of theirs must not be
  // taken for a deleted issue, nor a 401 for a revoked token.
  if (!body) {
    return make(status, 'provider.bad_answer', null, { retry: 'later' });
  }
  switch (status) {
    case 401:
      return make(status, 'provider.unauthorized', body.message);
    case 403:
      return isRateLimit(answer, body.message)
        ? rateLimited(answer, body.message)
        : make(status, 'provider.forbidden', body.message);
    case 404:
      return make(status, 'provider.not_found', body.message);
    case 410:
      return make(status, 'provider.gone', body.message);
    case 451:
      return make(status, 'provider.forbidden', body.message);
    case 409:
      return make(status, 'provider.unavailable', body.message, { retry: 'later' });
    default:
      break;
  }
  if (status === 422) return refused(body);
  if (status >= 400) return make(status, 'provider.refused', body.message);
  if (status >= 300) {
    const movedTo = issuePathIn(body.url) ?? issuePathIn(answer.headers.get('location'));
    return make(status, 'provider.not_found', 'it has been moved or renamed', {
      details: movedTo === null ? {} : { moved_to: movedTo },
    });
  }
  return make(status, 'provider.bad_answer', null, { retry: 'later' });
}

/** The way to an issue, of an address GitHub points to: the address itself is never called. */
function issuePathIn(url: string | null): string | null {
  const found =
    /\/(?:repositories\/\d{1,15}|repos\/[\w.-]{1,100}\/[\w.-]{1,100})\/issues\/\d{1,15}$/.exec(
      url ?? '',
    );
  return found?.[0] ?? null;
}

/** An answer of 2xx whose JSON is not what GitHub documents. */
export function badAnswer(what: string): HubError {
  return new HubError('provider.bad_answer', `GitHub’s answer makes no sense: ${what}.`, {
    retry: 'later',
  });
}

interface ErrorBody {
  message: string;
  /** Where a redirect points to. */
  url: string | null;
  faults: FieldFault[];
  /** What is wrong, when it is not about one field. */
  reasons: string[];
}

function readBody(text: string): ErrorBody | null {
  const json = parseJson(text);
  const read = errorBodySchema.safeParse(json);
  if (!read.success) return null;
  const faults: FieldFault[] = [];
  const reasons: string[] = [];
  for (const item of read.data.errors ?? []) {
    if (typeof item === 'string') reasons.push(clean(item));
    else if (item.field) {
      faults.push({ field: toField(item.field), message: inWords(item.code, item.message) });
    } else if (item.message) reasons.push(clean(item.message));
  }
  const { message, url = null } = read.data;
  return { message: clean(message), url, faults, reasons };
}

/** https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed */
const codeWords: Record<string, string> = {
  missing: 'does not exist at GitHub',
  missing_field: 'is missing',
  invalid: 'is not valid',
  already_exists: 'exists already',
  unprocessable: 'cannot be processed',
};

function inWords(code: string | null | undefined, message: string | null | undefined): string {
  if (message) return clean(message);
  if (!code) return 'was refused';
  return (Object.hasOwn(codeWords, code) && codeWords[code]) || `was refused (${clean(code)})`;
}

const toField = (field: string): string =>
  field === 'state_reason' ? 'state' : clean(field).slice(0, 80).toWellFormed();

function refused(body: ErrorBody): HubError {
  const spelled = [
    ...body.faults.map(({ field, message }) =>
      message.toLowerCase().startsWith(field.toLowerCase()) ? message : `${field} ${message}`,
    ),
    ...body.reasons,
  ];
  const why = spelled.length > 0 ? spelled.join('; ') : body.message;
  return new HubError('provider.refused', `GitHub refused the change: ${withoutStop(why)}.`, {
    details: { status: 422, fields: body.faults.map((item) => ({ ...item })) },
  });
}

function make(
  status: number,
  code: ErrorCode,
  reason: string | null,
  options: HubErrorOptions = {},
): HubError {
  const sentences: Partial<Record<ErrorCode, string>> = {
    'provider.unauthorized': 'GitHub does not accept the credential any more',
    'provider.forbidden': 'GitHub does not allow this',
    'provider.not_found': 'GitHub does not know this, or does not show it to this account',
    'provider.gone': 'GitHub has dropped this',
    'provider.refused': 'GitHub refused the request',
    'provider.unavailable': 'GitHub could not do it now',
    'provider.bad_answer': 'GitHub’s answer is not JSON of its API',
  };
  const said = reason ? ` (${withoutStop(reason)})` : '';
  return new HubError(code, `${sentences[code] ?? 'GitHub answered with an error'}${said}.`, {
    ...options,
    details: { ...options.details, status },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * GitHub does not echo tokens; should a proxy do so, they end here. So do U+0000 and halves of
 * surrogate pairs: a reason that cannot be stored would keep the refusal itself from being stored.
 */
const clean = (text: string): string =>
  text
    .replace(/\b(gh[a-z]_|github_pat_)\w+/g, '[removed]')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, messageChars)
    .toWellFormed();

const withoutStop = (text: string): string => text.replace(/[.\s]+$/, '');
