import { z } from 'zod';
import { HubError } from '#lib/core/index';

/** A call to be passed on to a service, as it stands between web and worker. */
export const proxyCallSchema = z.strictObject({
  method: z.enum(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']),
  /** Path and query below the API's base address, as they are to be sent. */
  target: z.string().min(1).max(4_096),
  headers: z.record(z.string().max(100), z.string().max(2_048)),
});
export type ProxyCall = z.infer<typeof proxyCallSchema>;
export type ProxyMethod = ProxyCall['method'];

/** The same with its body, as one text between web and worker. */
export const proxyRequestSchema = proxyCallSchema.extend({ body: z.base64().nullable() });
export const proxyReplySchema = z.object({
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  body: z.base64(),
});

/** Of the caller's: what says how to read the body and which answer is wanted. Nothing of who asks. */
const passedOn = new Set([
  'accept',
  'accept-language',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'prefer',
]);
/** Services let a version of their API be chosen by a header of their own. */
const versionName = /^[a-z][a-z0-9-]{0,60}-version$/;

/** Of the service's: what describes the body, pages, and what may still be asked. No cookies. */
const passedBack = new Set([
  'content-language',
  'content-type',
  'etag',
  'last-modified',
  'link',
  'preference-applied',
  'retry-after',
]);
const rateName = /^(x-)?rate-?limit(-[a-z-]{1,40})?$/;

/** Tab and visible ASCII: a line break would begin another header. */
const plainValue = /^[\t\x20-\x7e]*$/;
const valueChars = 2_048;

export function requestHeadersOf(headers: Iterable<[string, string]>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (!passedOn.has(lower) && !versionName.test(lower)) continue;
    if (!plainValue.test(value) || value.length > valueChars) {
      throw invalid(lower, 'has a value that is not sent on');
    }
    kept[lower] = value;
  }
  return kept;
}

/** What is malformed is left out: the service said it, and nobody here can correct it. */
export function answerHeadersOf(headers: Iterable<[string, string]>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const isWanted = passedBack.has(lower) || rateName.test(lower) || versionName.test(lower);
    if (isWanted && plainValue.test(value) && value.length <= valueChars) kept[lower] = value;
  }
  return kept;
}

/** RFC 3986 §3.3: the characters of a path, escapes whole. */
const pathPattern = /^\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/;
/** As browsers leave a query: visible ASCII without what ends it or turns into a slash. */
const queryPattern = /^[\x21\x22\x24-\x5b\x5d-\x7e]*$/;
/** Servers decode once; some that stand behind others, again. */
const decodings = 3;

/**
 * Path and query of a call, or `request.invalid`. What a server in between might take for a way out
 * of the API (dot segments, empty ones, in any escape) is refused, not resolved.
 */
export function readTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? '' : target.slice(mark + 1);
  if (!pathPattern.test(path)) throw invalid('path', 'is not a path below the API');
  if (!queryPattern.test(query)) throw invalid('query', 'holds a character that must be escaped');
  if (!isUtf8(path)) throw invalid('path', 'is not UTF-8 when its escapes are resolved');
  let text = path;
  for (let round = 0; round <= decodings; round += 1) {
    if (leadsAway(text)) throw invalid('path', 'leads out of the API');
    const next = decodeOnce(text);
    if (next === text) break;
    text = next;
  }
  return { path, query };
}

/** Overlong forms of a dot or slash are none, and some servers take them for one. */
function isUtf8(path: string): boolean {
  try {
    return decodeURIComponent(path).isWellFormed();
  } catch {
    return false;
  }
}

function leadsAway(path: string): boolean {
  if (path.startsWith('//') || /[\\\p{Cc}]/u.test(path)) return true;
  const segments = path.split('/').slice(1);
  // `;` begins parameters of a segment, which some servers take off before they resolve it.
  return segments.some(
    (segment, at) => /^\.{1,2}(;|$)/.test(segment) || (segment === '' && at < segments.length - 1),
  );
}

const decodeOnce = (text: string): string =>
  text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

const invalid = (field: string, reason: string): HubError =>
  new HubError('request.invalid', `${field}: ${reason}`, {
    details: { errors: [{ field, reason }] },
  });
