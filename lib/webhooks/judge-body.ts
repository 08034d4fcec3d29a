import {
  type ErrorCode,
  err,
  findJsonFault,
  HubError,
  type JsonObject,
  limits,
  ok,
  type Result,
} from '#lib/core/index';

// ignoreBOM: a byte order mark stays in the text, where JSON.parse refuses it (RFC 8259 §8.1).
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * What may be kept of a body whose signature holds: UTF-8, JSON, an object, no U+0000, no key twice,
 * at most `limits.jsonDepth` deep. Buffer.toString() would replace wrong bytes silently, so that what
 * is stored is not what was signed.
 */
export function judgeBody(bytes: Uint8Array): Result<JsonObject> {
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
  const fault = findJsonFault(text, limits.jsonDepth);
  if (fault) return refused(fault.code, fault.detail);
  const value = parse(text);
  if (value === undefined) {
    return refused(
      'request.malformed_json',
      'The body is not JSON. Choose application/json as the content type of the webhook.',
    );
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return refused('request.malformed_json', 'The body is not a JSON object.');
  }
  return ok(value as JsonObject);
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

const refused = (code: ErrorCode, detail: string): Result<JsonObject> =>
  err(new HubError(code, detail));
