import type { SignatureScheme } from '#lib/connectors/protocol/index';
import { tokensInBody } from './claim-token.ts';

/** Shorter ones are no secrets, and would blot out half of what stands around them. */
const leastChars = 4;

/**
 * The same bytes, with stars where a text stood: of the length it had, so that nothing else moves and
 * JSON stays JSON. A text is found as it is and as JSON may write it.
 */
export function withoutTexts(bytes: Buffer, texts: readonly string[]): Buffer {
  let masked = bytes;
  for (const needle of texts.flatMap(waysToWrite)) {
    for (let at = masked.indexOf(needle); at !== -1; at = masked.indexOf(needle, at + 1)) {
      masked = masked === bytes ? Buffer.from(bytes) : masked;
      masked.fill('*', at, at + needle.length);
    }
  }
  return masked;
}

function waysToWrite(text: string): Buffer[] {
  if (text === '') return [];
  const escaped = JSON.stringify(text).slice(1, -1);
  return [...new Set([text, escaped, escaped.replaceAll('/', '\\/')])].map((way) =>
    Buffer.from(way),
  );
}

/** What a body holds as proof of its sender, right or wrong: never to be read by members. */
export const proofsInBody = (scheme: SignatureScheme, body: Uint8Array): string[] =>
  scheme.kind === 'token'
    ? tokensInBody(scheme, body).filter((token) => token.length >= leastChars)
    : [];
