import { createHmac } from 'node:crypto';
import type { WebhookDescriptor, WebhookHandshake } from '#lib/connectors/protocol/index';
import type { Json } from '#lib/core/index';
import type { WebhookAnswer } from './answer.ts';
import { atPath, textAt } from './at-path.ts';
import { type DistinctHeaders, singleHeader } from './header-value.ts';

/** Longer questions are none; ours is then not to echo. */
const echoChars = 1_000;

/** A request that may be such a call. */
export interface AskingRequest {
  method: string;
  search: string;
  headers: DistinctHeaders;
}

export interface HandshakeAnswer {
  answer: WebhookAnswer;
  /** A secret the call brought, for a person to judge; never one of ours by itself. */
  brought: string | null;
}

/** What can be answered before the body is read: all that stands in method, query and headers. */
export function answerEarly(
  { handshakes }: Pick<WebhookDescriptor, 'handshakes'>,
  request: AskingRequest,
): HandshakeAnswer | null {
  for (const handshake of handshakes) {
    if (handshake.when.has === 'body' || !asks(handshake, request, null)) continue;
    const answered = answerOf(handshake, request, null, null);
    if (answered) return answered;
  }
  return null;
}

/**
 * What can be answered once the body is known. `isProven`: its signature holds; a handshake that has
 * to be signed is otherwise not answered. `secret`: the present one, for an answer made with it.
 */
export function answerHandshake(
  { handshakes }: Pick<WebhookDescriptor, 'handshakes'>,
  request: AskingRequest,
  body: Json,
  proof: { isProven: boolean; secret: string | null },
): HandshakeAnswer | null {
  for (const handshake of handshakes) {
    if (handshake.when.has !== 'body' || (handshake.isSigned && !proof.isProven)) continue;
    if (!asks(handshake, request, body)) continue;
    const answered = answerOf(handshake, request, body, proof.secret);
    if (answered) return answered;
  }
  return null;
}

function asks({ when }: WebhookHandshake, request: AskingRequest, body: Json): boolean {
  switch (when.has) {
    case 'method':
      return request.method === when.method;
    case 'query':
      return (
        (when.methods as readonly string[]).includes(request.method) &&
        queryText(request, when.name) !== null
      );
    case 'header':
      return request.method === 'POST' && singleHeader(request.headers, when.name) !== null;
    case 'body': {
      if (request.method !== 'POST') return false;
      return when.equals === undefined
        ? textAt(body, when.path) !== null
        : atPath(body, when.path) === when.equals;
    }
  }
}

const queryText = ({ search }: AskingRequest, name: string): string | null => {
  const values = new URLSearchParams(search).getAll(name);
  return values.length === 1 && values[0] !== '' ? (values[0] ?? null) : null;
};

function answerOf(
  handshake: WebhookHandshake,
  request: AskingRequest,
  body: Json,
  secret: string | null,
): HandshakeAnswer | null {
  const answer = echoOf(handshake.answer, request, body, secret);
  return answer && { answer, brought: broughtBy(handshake.brings, request, body) };
}

function broughtBy(
  brings: WebhookHandshake['brings'],
  request: AskingRequest,
  body: Json,
): string | null {
  if (brings === null) return null;
  const text =
    brings.in === 'header' ? singleHeader(request.headers, brings.name) : atPath(body, brings.path);
  return typeof text === 'string' ? echoable(text) : null;
}

function echoOf(
  answer: WebhookHandshake['answer'],
  request: AskingRequest,
  body: Json,
  secret: string | null,
): WebhookAnswer | null {
  switch (answer.as) {
    case 'empty':
      return { status: answer.status, headers: plainHeaders, body: '' };
    case 'header': {
      const value = echoable(singleHeader(request.headers, answer.name));
      // What a header may not hold would make ours another one.
      if (value === null || !/^[\x21-\x7e]+$/.test(value)) return null;
      return {
        status: 200,
        headers: { ...plainHeaders, [answer.name.toLowerCase()]: value },
        body: '',
      };
    }
    case 'query_text':
      return textAnswer(echoable(queryText(request, answer.name)));
    case 'text':
      return textAnswer(echoable(stringAt(body, answer.path)));
    case 'json': {
      const text = echoable(stringAt(body, answer.path));
      return text === null ? null : jsonAnswer({ [answer.key]: text });
    }
    case 'json_hmac': {
      const text = echoable(stringAt(body, answer.path));
      if (text === null || secret === null || secret === '') return null;
      const digest = createHmac('sha256', secret).update(text).digest('hex');
      return jsonAnswer({ [answer.plainKey]: text, [answer.hmacKey]: digest });
    }
    case 'json_number':
      return jsonAnswer({ [answer.key]: answer.number });
  }
}

const stringAt = (body: Json, path: readonly string[]): string | null => {
  const value = atPath(body, path);
  return typeof value === 'string' ? value : null;
};

const echoable = (text: string | null): string | null =>
  text !== null && text !== '' && text.length <= echoChars ? text : null;

/** What is echoed must never be taken for a page of ours. */
const plainHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

const textAnswer = (text: string | null): WebhookAnswer | null =>
  text === null
    ? null
    : {
        status: 200,
        headers: { ...plainHeaders, 'content-type': 'text/plain; charset=utf-8' },
        body: text,
      };

const jsonAnswer = (value: Json): WebhookAnswer => ({
  status: 200,
  headers: { ...plainHeaders, 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
