import type { WebhookDescriptor } from '#lib/connectors/protocol/index';
import {
  type ErrorCode,
  err,
  findJsonFault,
  HubError,
  type Json,
  type JsonObject,
  limits,
  ok,
  type Result,
} from '#lib/core/index';
import type { DistinctHeaders } from './header-value.ts';
import { readForm } from './read-form.ts';
import { isForm } from './signed-content.ts';

// ignoreBOM: a byte order mark stays in the text, where JSON.parse refuses it (RFC 8259 §8.1).
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What a body is, for one request. */
export interface BodyShape {
  as: 'json' | 'form' | 'text';
  /** Of a form: the field that holds the event as JSON. */
  jsonField: string | null;
  /** Whether the whole may be a list, of which each item is an event. */
  mayBeList: boolean;
}

/** What the descriptor says of the service's bodies, and this request of its own. */
export function bodyShapeOf(
  { body, items }: Pick<WebhookDescriptor, 'body' | 'items'>,
  headers: DistinctHeaders,
): BodyShape {
  const as = body.as === 'json_or_form' ? (isForm(headers) ? 'form' : 'json') : body.as;
  return { as, jsonField: body.jsonField, mayBeList: items !== null && items.path.length === 0 };
}

/**
 * What may be kept of a body whose signature holds: UTF-8 without U+0000; JSON an object (or a list,
 * where that is the service's way), no key twice, at most `limits.jsonDepth` deep. A form is an object
 * of its fields, any other text one of `text`. Buffer.toString() would replace wrong bytes silently,
 * so that what is stored is not what was signed.
 */
export function judgeBody(bytes: Uint8Array, shape: BodyShape): Result<JsonObject | Json[]> {
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return refused('request.invalid_utf8', 'The body holds bytes that are not UTF-8.');
  }
  if (text.includes('\u0000')) {
    return refused('request.unstorable_text', 'The body holds a NUL byte.');
  }
  if (shape.as === 'text') return ok({ text });
  if (shape.as === 'json') return judgeJson(text, shape.mayBeList);
  const form = readForm(text);
  if (!form.ok || shape.jsonField === null) return form;
  const inner = Object.hasOwn(form.value, shape.jsonField) ? form.value[shape.jsonField] : null;
  return typeof inner === 'string' ? judgeJson(inner, shape.mayBeList) : form;
}

function judgeJson(text: string, mayBeList: boolean): Result<JsonObject | Json[]> {
  const fault = findJsonFault(text, limits.jsonDepth);
  if (fault) return refused(fault.code, fault.detail);
  const value = parse(text);
  if (value === undefined) {
    return refused(
      'request.malformed_json',
      'The body is not JSON. Choose application/json as the content type of the webhook.',
    );
  }
  if (value === null || typeof value !== 'object' || (Array.isArray(value) && !mayBeList)) {
    return refused('request.malformed_json', 'The body is not a JSON object.');
  }
  return ok(value as JsonObject | Json[]);
}

/** undefined stands for no JSON; JSON itself has no undefined. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const refused = (code: ErrorCode, detail: string): Result<never> => err(new HubError(code, detail));
