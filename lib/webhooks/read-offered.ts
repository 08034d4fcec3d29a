import type { OfferedSignatures, SignedScheme } from '#lib/connectors/protocol/index';
import { readBase64, readHex } from './decode-strict.ts';
import { type DistinctHeaders, singleHeader } from './header-value.ts';

/** A header of signatures that is longer is nobody's. */
const headerChars = 2_000;
/** Signatures in one header, of a sender that changes its key. */
const maxOffered = 8;

export interface Offered {
  /** As they stand, the most that are looked at. */
  texts: readonly string[];
  /** Other pairs of the same header; a name that stands twice is left out. */
  pairs: ReadonlyMap<string, string>;
}

const nothing: Offered = { texts: [], pairs: new Map() };

/** The signatures a request offers. Null: it offers none; no texts: what it offers is not one. */
export function readOffered(offered: OfferedSignatures, headers: DistinctHeaders): Offered | null {
  const values: string[] = [];
  for (const name of offered.headers) {
    if (headers[name.toLowerCase()] === undefined) continue;
    const value = singleHeader(headers, name);
    // Twice the same header: which of them counts is nobody's to guess.
    if (value === null) return null;
    values.push(value);
  }
  if (values.length === 0) return null;
  if (values.some((value) => value.length > headerChars)) return nothing;
  if (offered.as === 'pairs') return takePairs(offered, values[0] ?? '');
  const texts = offered.as === 'list' ? values.flatMap((v) => v.split(offered.separator)) : values;
  // A list with an empty place in it was written by nobody.
  if (texts.includes('')) return nothing;
  return { texts: takePrefixed(texts, offered.prefix), pairs: new Map() };
}

const takePrefixed = (texts: readonly string[], prefix: string): string[] =>
  texts
    .slice(0, maxOffered)
    .flatMap((text) => (text.startsWith(prefix) ? [text.slice(prefix.length)] : []));

function takePairs(offered: Extract<OfferedSignatures, { as: 'pairs' }>, header: string): Offered {
  const texts: string[] = [];
  const pairs = new Map<string, string>();
  const doubled = new Set<string>();
  for (const part of header.split(offered.separator)) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(at, 0));
    const value = part.slice(at + 1);
    if (!/^\w+$/.test(name)) return nothing;
    if (name === offered.key) texts.push(value);
    else if (pairs.has(name)) doubled.add(name);
    else pairs.set(name, value);
  }
  for (const name of doubled) pairs.delete(name);
  return { texts: texts.slice(0, maxOffered), pairs };
}

/** Bytes of those texts that are written exactly as they should be. */
export const decodeOffered = (
  texts: readonly string[],
  encoding: SignedScheme['encoding'],
): Buffer[] =>
  texts.flatMap((text) => {
    const bytes = encoding === 'hex' ? readHex(text) : readBase64(text);
    return bytes ? [bytes] : [];
  });
