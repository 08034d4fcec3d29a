import type { FieldFault } from '#lib/connectors/protocol/index';
import { type ErrorCode, HubError, type HubErrorOptions } from '#lib/core/index';
import { errorsSchema } from './schema.ts';

const messageChars = 300;
const maxMessages = 10;
/** When whatever stands before Redmine asks to wait and does not say how long. */
const pauseMs = 60_000;
const lockPauseMs = 1_000;
const longestPauseMs = 3_600_000;

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/**
 * What an answer of Redmine means for us. It says 401, 403 and 404 without a body, and 422 with
 * sentences. Redmine limits nobody; a proxy before it may.
 * https://www.redmine.org/projects/redmine/wiki/Rest_api#Validation-errors
 */
export function toError(answer: Answer): HubError {
  const { status } = answer;
  if (status === 429) {
    const afterMs = retryAfterMs(answer.headers) ?? pauseMs;
    return make('provider.rate_limited', answer, { retry: 'after', afterMs });
  }
  if (status >= 500) {
    const afterMs = retryAfterMs(answer.headers);
    return make(
      'provider.unavailable',
      answer,
      afterMs === null ? { retry: 'later' } : { retry: 'after', afterMs },
    );
  }
  if (status === 401) return make('provider.unauthorized', answer);
  // 412: the account may not act in the name of another one.
  if (status === 403 || status === 412) return make('provider.forbidden', answer);
  const messages = sentencesIn(answer.text);
  // Not Redmine's own words (a proxy, a login page): a 404 of theirs is no deleted issue.
  if (messages === null) return make('provider.bad_answer', answer, { retry: 'later' });
  if (status === 404) return make('provider.not_found', answer);
  if (status === 409) {
    // Somebody else has saved the issue at this moment.
    return make('provider.unavailable', answer, { retry: 'after', afterMs: lockPauseMs });
  }
  if (status >= 400) return refused(status, messages);
  return make('provider.bad_answer', answer, { retry: 'later' });
}

/** An answer of 2xx whose JSON is not what Redmine documents. */
export function badAnswer(what: string): HubError {
  return new HubError('provider.bad_answer', `Redmine’s answer makes no sense: ${what}.`, {
    retry: 'later',
  });
}

export const refuse = (fields: FieldFault[], cause?: HubError): HubError =>
  new HubError(
    'provider.refused',
    `${fields.map(({ field, message }) => `${field} ${withoutStop(message)}`).join('; ')}.`,
    {
      details: { ...cause?.details, fields: fields.map((item) => ({ ...item })) },
      ...(cause === undefined ? {} : { cause }),
    },
  );

/** What Redmine calls our fields at the beginning of a sentence, in English. */
const labels: readonly [string, string][] = [
  ['Subject', 'title'],
  ['Description', 'body'],
  ['Status', 'state'],
  ['Assignee', 'assignees'],
  ['Priority', 'priority'],
  ['Due date', 'due_on'],
  ['Parent task', 'parent'],
];

/**
 * Which of the sent fields a refusal is about. Redmine answers with sentences and in the language of
 * the account; one that names none we know is said of every field that was sent.
 */
export function refusedFields(messages: readonly string[], sent: readonly string[]): FieldFault[] {
  return messages.flatMap((message) => {
    const known = labels.find(([label]) => message.startsWith(`${label} `));
    if (known) return [{ field: known[1], message: message.slice(known[0].length + 1) }];
    return sent.map((field) => ({ field, message: `was refused: ${message}` }));
  });
}

function refused(status: number, messages: string[]): HubError {
  const why = messages.length > 0 ? messages.map(withoutStop).join('; ') : `status ${status}`;
  return new HubError('provider.refused', `Redmine refused the change: ${why}.`, {
    details: { status, messages },
  });
}

/** Empty for an empty body; null for what is not Redmine's. */
function sentencesIn(text: string): string[] | null {
  if (text.trim() === '') return [];
  const json = parseJson(text);
  const read = errorsSchema.safeParse(json);
  if (read.success) return read.data.errors.slice(0, maxMessages).map(clean).filter(Boolean);
  return json === null || typeof json !== 'object' ? null : [];
}

const sentences: Partial<Record<ErrorCode, string>> = {
  'provider.unauthorized': 'Redmine does not accept the credential any more',
  'provider.forbidden': 'Redmine does not allow this account to do it, or its REST API is off',
  'provider.not_found': 'Redmine does not know this',
  'provider.unavailable': 'Redmine could not do it now',
  'provider.rate_limited': 'Redmine asks us to wait',
  'provider.bad_answer': 'The answer is not one of Redmine’s API',
};

const make = (code: ErrorCode, { status }: Answer, options: HubErrorOptions = {}): HubError =>
  new HubError(code, `${sentences[code] ?? 'Redmine answered with an error'} (${status}).`, {
    details: { status },
    ...options,
  });

function retryAfterMs(headers: Headers): number | null {
  const value = headers.get('retry-after')?.trim() ?? '';
  return /^\d{1,6}$/.test(value)
    ? Math.min(Math.max(Number(value), 1) * 1_000, longestPauseMs)
    : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const clean = (text: string): string =>
  text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, messageChars)
    .toWellFormed();

const withoutStop = (text: string): string => text.replace(/[.\s]+$/, '');
