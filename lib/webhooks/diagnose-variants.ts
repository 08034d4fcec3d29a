import type { SignatureScheme, SignedScheme } from '#lib/connectors/protocol/index';
import { findJsonFault, limits } from '#lib/core/index';
import { readBase64, readHex } from './decode-strict.ts';
import type { SignedRequest } from './signed-content.ts';

/** The request or the secret as somebody may have meant it, and what that says. */
export interface Variant {
  scheme: SignatureScheme;
  request: SignedRequest;
  secret: string;
  sentence: string;
}

/** Longer bodies are not written anew: each way costs as much as reading the body twice. */
const maxTriedBytes = 262_144;

/** Bodies as they may have been signed, before somebody on the way wrote them anew. */
export function writtenAnew(body: Uint8Array): { bytes: Buffer; how: string }[] {
  if (body.length > maxTriedBytes) return [];
  const text = Buffer.from(body).toString('utf8');
  // JSON.stringify overflows the stack on what JSON.parse takes.
  if (findJsonFault(text, limits.jsonDepth)) return [];
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return [];
  }
  const plain = JSON.stringify(value);
  const spaced = withSpaces(plain);
  const ways: [string, string][] = [
    [plain, 'without spaces'],
    [JSON.stringify(value, null, 2), 'indented by two'],
    [JSON.stringify(value, null, 4), 'indented by four'],
    [spaced, 'with a space after each comma and colon'],
    [escapedAbove(plain), 'with its letters beyond ASCII escaped'],
    [escapedAbove(spaced), 'with spaces, and letters beyond ASCII escaped'],
    [plain.replaceAll('/', '\\/'), 'with its slashes escaped'],
  ];
  return ways
    .filter(([written]) => written !== text)
    .map(([written, how]) => ({ bytes: Buffer.from(written), how }));
}

/** As Python writes it. Texts are stepped over: a comma in one is none of the grammar. */
const withSpaces = (json: string): string =>
  json.replace(/"(?:[^"\\]|\\.)*"|[,:]/gs, (piece) =>
    piece === ',' || piece === ':' ? `${piece} ` : piece,
  );

const escapedAbove = (json: string): string =>
  json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Bodies that differ in what stands at their ends and lines only. */
export function otherLineEnds(body: Uint8Array): Buffer[] {
  const text = Buffer.from(body).toString('latin1');
  const trimmed = text.slice(0, endOf(text));
  return [
    ...new Set([
      trimmed,
      `${trimmed}\n`,
      `${trimmed}\r\n`,
      text.replace(/^\u00ef\u00bb\u00bf/, ''),
      text.replaceAll('\r\n', '\n'),
      text.replaceAll(/(?<!\r)\n/g, '\r\n'),
    ]),
  ]
    .filter((variant) => variant !== text)
    .map((variant) => Buffer.from(variant, 'latin1'));
}

/** Where the blanks at the end begin. By hand: a pattern would look for them at each place anew. */
function endOf(text: string): number {
  let end = text.length;
  while (end > 0 && '\r\n\t '.includes(text[end - 1] ?? '')) end -= 1;
  return end;
}

/** The same secret with what copying adds or takes away. */
export function strayCopies(secret: string): string[] {
  const bare = secret
    .trim()
    .replace(/^(["'`])(.*)\1$/s, '$2')
    .trim();
  return [
    ...new Set([
      secret.trim(),
      bare,
      `${bare}\n`,
      `${bare}\r\n`,
      ` ${bare}`,
      `${bare} `,
      `"${bare}"`,
      `'${bare}'`,
      bare.replace(/^(?:bearer|token)\s+/i, ''),
      bare.replace(/^\w+=/, ''),
    ]),
  ].filter((variant) => variant !== secret && variant !== '');
}

type HmacScheme = Extract<SignedScheme, { kind: 'hmac' }>;

const keyWords: Readonly<Record<HmacScheme['key'], string>> = {
  text: 'taken as the text it is',
  base64: 'read as base64',
  hex: 'read as hex',
  whsec: 'read as base64 behind whsec_',
};

/** The other ways a text becomes a key. */
export const otherKeyForms = (scheme: HmacScheme): { scheme: HmacScheme; how: string }[] =>
  (['text', 'base64', 'hex', 'whsec'] as const)
    .filter((key) => key !== scheme.key)
    .map((key) => ({ scheme: { ...scheme, key }, how: keyWords[key] }));

/** Addresses as a person may have pasted this one. */
export function otherAddresses(url: string | null, others: readonly string[]): string[] {
  const own = url === null ? [] : [url];
  const spelled = [...own, ...others].flatMap((address) => {
    const bare = address.replace(/\/$/, '');
    return [bare, `${bare}/`].flatMap((path) => [
      path,
      path.replace(/^https:/, 'http:'),
      path.replace(/^http:/, 'https:'),
      path.replace(/^(https?:\/\/[^/:]+):\d+/, '$1'),
      path.replace(/^https:\/\/([^/:]+)(?=\/|$)/, 'https://$1:443'),
    ]);
  });
  return [...new Set(spelled)].filter((address) => address !== url);
}

const hexLengths = { 40: 'sha1', 64: 'sha256', 128: 'sha512' } as const;
const byteLengths = { 20: 'sha1', 32: 'sha256', 64: 'sha512' } as const;

export interface Reading {
  scheme: HmacScheme;
  request: SignedRequest;
  how: string;
  isOtherAlgorithm: boolean;
}

/** What stands in the header, read by its own looks: another prefix, encoding, case or algorithm. */
export function otherReadings(scheme: HmacScheme, request: SignedRequest): Reading[] {
  if (scheme.offered.as === 'pairs') return [];
  const [name = ''] = scheme.offered.headers;
  const [value = ''] = request.headers[name.toLowerCase()] ?? [];
  if (value.length > 500) return [];
  const hex = /^(.*?)([0-9a-f]{128}|[0-9a-f]{64}|[0-9a-f]{40})$/is.exec(value);
  const loose = hex ?? /^(.*[=,\s])??([A-Za-z0-9+/_-]{26,88}={0,2})$/s.exec(value);
  if (!loose) return [];
  const [, prefix = '', text = ''] = loose;
  const bytes = hex
    ? readHex(text.toLowerCase())
    : readBase64(padded(text.replaceAll('-', '+').replaceAll('_', '/')));
  const alg = hex
    ? hexLengths[text.length as keyof typeof hexLengths]
    : byteLengths[(bytes?.length ?? 0) as keyof typeof byteLengths];
  if (bytes === null || alg === undefined) return [];
  const encoding = hex ? 'hex' : 'base64';
  const read: HmacScheme = {
    ...scheme,
    alg,
    encoding,
    offered: { as: 'whole', headers: [name], prefix: '' },
  };
  const headers = { ...request.headers, [name.toLowerCase()]: [bytes.toString(encoding)] };
  const how = `“${prefix.slice(0, 20)}” and ${alg.toUpperCase()} in ${encoding}`;
  return [
    { scheme: read, request: { ...request, headers }, how, isOtherAlgorithm: alg !== scheme.alg },
  ];
}

const padded = (text: string): string => {
  const bare = text.replace(/=+$/, '');
  return bare.padEnd(Math.ceil(bare.length / 4) * 4, '=');
};
