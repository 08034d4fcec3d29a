import { createHash, timingSafeEqual } from 'node:crypto';
import type { SignatureScheme } from '#lib/connectors/protocol/index';
import { atPath } from './at-path.ts';
import type { Claim } from './claim.ts';
import { singleHeader } from './header-value.ts';
import { maxItems } from './read-items.ts';
import { parseJson, type SignedRequest } from './signed-content.ts';

type TokenScheme = Extract<SignatureScheme, { kind: 'token' }>;

/** Longer tokens are nobody's. */
const tokenChars = 2_000;

/** The secret as it was sent along. Of several places every one has to hold it. */
export function tokenClaim({ from }: TokenScheme, request: SignedRequest): Claim | null {
  const tokens = readTokens(from, request);
  if (tokens === null) return null;
  const offered = tokens.map((token) =>
    token === null || token === '' || token.length > tokenChars ? null : hash(token),
  );
  return {
    fits: (secret) => {
      if (secret === '' || offered.length === 0) return false;
      const expected = hash(secret);
      // Hashed on both sides, so that the comparison is between equal lengths.
      return !offered
        .map((token) => token !== null && timingSafeEqual(token, expected))
        .includes(false);
    },
    sentAtMs: null,
  };
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Null: nothing there. An entry that is null: a place without a text. */
function readTokens(
  from: TokenScheme['from'],
  request: SignedRequest,
): readonly (string | null)[] | null {
  if (from.in === 'header') {
    const value = singleHeader(request.headers, from.name);
    if (value === null) return null;
    return [value.startsWith(from.prefix) ? value.slice(from.prefix.length) : null];
  }
  return readBodyTokens(from, request.body);
}

/** Those of a scheme that sends them in the body; none of one that has a header for it. */
export const tokensInBody = ({ from }: TokenScheme, body: Uint8Array): string[] =>
  from.in === 'header' ? [] : (readBodyTokens(from, body) ?? []).filter((token) => token !== null);

function readBodyTokens(
  from: Exclude<TokenScheme['from'], { in: 'header' }>,
  bytes: Uint8Array,
): readonly (string | null)[] | null {
  const body = parseJson(bytes);
  if (from.in === 'body') {
    const value = atPath(body, from.path);
    return value === undefined ? null : [typeof value === 'string' ? value : null];
  }
  const list = atPath(body, from.list);
  if (!Array.isArray(list) || list.length === 0) return null;
  if (list.length > maxItems) return [null];
  return list.map((item) => {
    const value = atPath(item, from.path);
    return typeof value === 'string' ? value : null;
  });
}
