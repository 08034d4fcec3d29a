/**
 * What a signature is made over, written as a text with places: `v0:{timestamp}:{body}`. Everything
 * between places is taken literally; braces stand for nothing else.
 */
export type SignedPart =
  | { part: 'text'; text: string }
  /** The request's bytes as they came. */
  | { part: 'body' }
  /** CRC-32 of the bytes, in decimal (PayPal). */
  | { part: 'body_crc32' }
  /** Names and values of a form's fields, joined without anything between, sorted by name (Twilio). */
  | { part: 'form_sorted' }
  /** The time as it is stated, in whatever unit. */
  | { part: 'timestamp' }
  | { part: 'method' }
  /** The endpoint's configured public address with the request's own query; never the Host header. */
  | { part: 'url' }
  | { part: 'header'; name: string }
  /** Text or number of a JSON body, by a path with dots. */
  | { part: 'json'; path: readonly string[] };

const plain = ['body', 'body_crc32', 'form_sorted', 'timestamp', 'method', 'url'] as const;
type PlainPart = (typeof plain)[number];

const isPlain = (name: string): name is PlainPart => (plain as readonly string[]).includes(name);

const headerName = /^[A-Za-z0-9-]{1,100}$/;
const jsonPath = /^[\w-]{1,100}(?:\.[\w-]{1,100}){0,9}$/;

/** Null when a place is none of ours, or a brace stands alone. */
export function parseTemplate(template: string): SignedPart[] | null {
  const parts: SignedPart[] = [];
  for (const piece of template.split(/(\{[^{}]*\})/)) {
    if (piece === '') continue;
    const part =
      piece.startsWith('{') && piece.endsWith('}') ? parsePlace(piece) : parseText(piece);
    if (part === null) return null;
    parts.push(part);
  }
  return parts;
}

const parseText = (text: string): SignedPart | null =>
  /[{}]/.test(text) ? null : { part: 'text', text };

function parsePlace(piece: string): SignedPart | null {
  const [name = '', ...rest] = piece.slice(1, -1).split(':');
  const argument = rest.join(':');
  if (isPlain(name)) return rest.length === 0 ? { part: name } : null;
  if (name === 'header' && headerName.test(argument)) return { part: 'header', name: argument };
  if (name === 'json' && jsonPath.test(argument))
    return { part: 'json', path: argument.split('.') };
  return null;
}
