import { createHash, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { parseTemplate, type SignedPart, type SignedScheme } from '#lib/connectors/protocol/index';
import type { Json } from '#lib/core/index';
import { textAt } from './at-path.ts';
import { readHex } from './decode-strict.ts';
import { type DistinctHeaders, singleHeader } from './header-value.ts';
import { maxFields } from './read-form.ts';

/** A request as far as its proof goes. */
export interface SignedRequest {
  method: string;
  /** The endpoint's public address as it was configured; null where nobody has said it. */
  url: string | null;
  /** The request's own query with its question mark, or nothing. */
  search: string;
  headers: DistinctHeaders;
  body: Uint8Array;
}

/** What a signature is made over, in pieces. */
export type Content = readonly (string | Uint8Array)[];

const compiled = new WeakMap<SignedScheme, readonly SignedPart[]>();

function partsOf(scheme: SignedScheme): readonly SignedPart[] {
  const known = compiled.get(scheme);
  if (known) return known;
  const parts = parseTemplate(scheme.signed) ?? [];
  compiled.set(scheme, parts);
  return parts;
}

/**
 * The contents a genuine signature may be over: one, or one for each way the address may have been
 * written. None when a part is missing or could be read in two ways.
 */
export function signedContents(
  scheme: SignedScheme,
  request: SignedRequest,
  timestamp: string | null,
): readonly Content[] {
  const parts = partsOf(scheme);
  if (parts.length === 0) return [];
  const hash = bodyHash(scheme, request);
  if (hash === 'wrong') return [];
  const urls = parts.some(({ part }) => part === 'url') ? urlsOf(scheme, request) : [''];
  return urls.flatMap((url) => {
    const content: (string | Uint8Array)[] = [];
    for (const [at, part] of parts.entries()) {
      const piece = pieceOf(part, request, { url, timestamp, isHashed: hash === 'right' });
      if (piece === null || isAmbiguous(part, piece, parts[at + 1])) return [];
      content.push(piece);
    }
    return [content];
  });
}

/**
 * `a.b` and `c` joined by a dot read like `a` and `b.c`: who may choose the one could move the border
 * into the other, so a header's text must not hold what comes after it.
 */
const isAmbiguous = (
  part: SignedPart,
  piece: string | Uint8Array,
  next: SignedPart | undefined,
): boolean =>
  part.part === 'header' &&
  typeof piece === 'string' &&
  next?.part === 'text' &&
  piece.includes(next.text);

function pieceOf(
  part: SignedPart,
  request: SignedRequest,
  known: { url: string; timestamp: string | null; isHashed: boolean },
): string | Uint8Array | null {
  switch (part.part) {
    case 'text':
      return part.text;
    case 'body':
      return request.body;
    case 'body_crc32':
      return String(crc32(request.body));
    case 'form_sorted':
      return known.isHashed ? '' : sortedForm(request);
    case 'timestamp':
      return known.timestamp;
    case 'method':
      return request.method;
    case 'url':
      return known.url;
    case 'header':
      return singleHeader(request.headers, part.name);
    case 'json':
      return textAt(parseJson(request.body), part.path);
  }
}

/** absent: the address names no hash, and the signature has to cover the body in another way. */
function bodyHash(scheme: SignedScheme, request: SignedRequest): 'absent' | 'right' | 'wrong' {
  if (scheme.bodyHashParam === undefined) return 'absent';
  const values = new URLSearchParams(request.search).getAll(scheme.bodyHashParam);
  if (values.length === 0) return 'absent';
  const stated = values.length === 1 ? readHex(values[0] ?? '') : null;
  const actual = createHash('sha256').update(request.body).digest();
  const isRight = stated?.length === actual.length && timingSafeEqual(stated, actual);
  return isRight ? 'right' : 'wrong';
}

/** https://www.twilio.com/docs/usage/security#validating-requests : of one name each value once. */
function sortedForm(request: SignedRequest): string | null {
  if (!isForm(request.headers)) return null;
  // Whoever has no secret is not to have a million of them sorted.
  if (countAnd(request.body) >= maxFields) return null;
  const fields = new Map<string, Set<string>>();
  for (const [name, value] of new URLSearchParams(Buffer.from(request.body).toString('utf8'))) {
    fields.set(name, (fields.get(name) ?? new Set()).add(value));
  }
  return [...fields.keys()]
    .toSorted(byUnits)
    .flatMap((name) => [...(fields.get(name) ?? [])].toSorted(byUnits).map((v) => `${name}${v}`))
    .join('');
}

function countAnd(body: Uint8Array): number {
  let count = 0;
  for (let at = body.indexOf(38); at >= 0 && count <= maxFields; at = body.indexOf(38, at + 1)) {
    count += 1;
  }
  return count;
}

const byUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const isForm = (headers: DistinctHeaders): boolean =>
  /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(
    singleHeader(headers, 'content-type') ?? '',
  );

const defaultPorts: Readonly<Record<string, string>> = { https: '443', http: '80' };

function urlsOf(scheme: SignedScheme, request: SignedRequest): string[] {
  if (request.url === null) return [];
  const url = `${request.url}${request.search}`;
  switch (scheme.urlForm ?? 'exact') {
    case 'exact':
      return [url];
    case 'unescaped':
      return [url.replace(hubspotEscapes, (code) => decodeURIComponent(code))];
    case 'with_and_without_port': {
      const found = /^(https?):\/\/(\[[^\]]*\]|[^/:?#]*)(?::\d+)?(.*)$/s.exec(url);
      if (!found) return [url];
      const [, protocol = '', host = '', rest = ''] = found;
      const written = [`${host}`, `${host}:${defaultPorts[protocol]}`].map(
        (authority) => `${protocol}://${authority}${rest}`,
      );
      return [...new Set([url, ...written])];
    }
  }
}

/** https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests */
const hubspotEscapes = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

const parsed = new WeakMap<Uint8Array, { value: Json }>();

/**
 * What is not JSON holds nothing; whether it may be kept is judged later. A body is read once, however
 * many of its parts a signature names: nobody has proven anything yet.
 */
export function parseJson(body: Uint8Array): Json {
  const known = parsed.get(body);
  if (known) return known.value;
  const read = { value: readJson(body) };
  parsed.set(body, read);
  return read.value;
}

function readJson(body: Uint8Array): Json {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as Json;
  } catch {
    return null;
  }
}
