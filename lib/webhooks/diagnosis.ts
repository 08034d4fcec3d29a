import type { SignatureScheme } from '#lib/connectors/protocol/index';
import { readClaim } from './read-claim.ts';
import type { SignedRequest } from './signed-content.ts';

/** What can be found out about a refused request; kept in rows, so names never change. */
export const diagnosisCodes = [
  'header_missing',
  'header_doubled',
  'timestamp_missing',
  'timestamp_malformed',
  'timestamp_unit',
  'clock_skew',
  'secret_retired',
  'secret_stray_characters',
  'secret_encoding',
  'secret_unreadable',
  'body_reserialised',
  'body_line_ends',
  'url_other',
  'url_unknown',
  'algorithm_other',
  'encoding_other',
  'signature_malformed',
  'token_expired',
  'token_audience',
  'no_match',
] as const;
export type DiagnosisCode = (typeof diagnosisCodes)[number];

export interface Diagnosis {
  code: DiagnosisCode;
  /** For a person; never holds a secret, a digest or a part of the body. */
  sentence: string;
}

/** A secret of this very address, as it was stored. */
export interface KnownSecret {
  text: string;
  /** When another one took its place; null for the present one. */
  replacedAtMs: number | null;
  /** Whether it would have verified now: the present one, and a former one for a while. */
  isValid: boolean;
}

/** All a diagnosis looks at. It asks nobody and changes nothing. */
export interface RefusalFacts {
  scheme: SignatureScheme;
  /** `url` as configured, `search` as it came. */
  request: SignedRequest;
  /** Newest first. Secrets of other addresses have no place here. */
  secrets: readonly KnownSecret[];
  /** Other addresses of ours the service may have been told (another base URL, the address before). */
  otherUrls: readonly string[];
  nowMs: number;
}

/** Whether the proof is that of a secret, whatever it says of the time. */
export async function holds(
  scheme: SignatureScheme,
  request: SignedRequest,
  secret: string,
  nowMs: number,
): Promise<boolean> {
  if (scheme.kind === 'none') return false;
  return (await readClaim(scheme, request, nowMs)?.fits(secret)) ?? false;
}
