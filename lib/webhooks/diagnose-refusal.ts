import type { SignatureScheme, SignedScheme } from '#lib/connectors/protocol/index';
import { diagnoseForm, diagnoseHead } from './diagnose-head.ts';
import { diagnoseJwt } from './diagnose-jwt.ts';
import {
  otherAddresses,
  otherKeyForms,
  otherLineEnds,
  otherReadings,
  strayCopies,
  writtenAnew,
} from './diagnose-variants.ts';
import { type Diagnosis, holds, type KnownSecret, type RefusalFacts } from './diagnosis.ts';
import { readClaim } from './read-claim.ts';
import type { SignedRequest } from './signed-content.ts';

/** A secret that is tried, in words. */
type Attempt = (
  scheme: SignatureScheme,
  request: SignedRequest,
  secret: KnownSecret,
) => Promise<boolean>;

/**
 * Why a request was refused, as far as it can be found out from what came and from this address's own
 * secrets. It tries some dozens of ways the request may have been meant; the secrets of other
 * addresses are not among them, so that an answer never tells whose secret somebody has. Dear (each
 * try reads the whole body): for requests that are kept, not for each one that comes.
 */
export async function diagnoseRefusal(facts: RefusalFacts): Promise<Diagnosis> {
  const { scheme, request, nowMs } = facts;
  const form = diagnoseHead(scheme, request);
  if (form) return form;
  const fits: Attempt = (by, sent, { text }) => holds(by, sent, text, nowMs);
  const known = await diagnoseKnown(facts, fits);
  if (known) return known;
  if (scheme.kind === 'jwt') return (await diagnoseJwt(scheme, facts)) ?? noMatch;
  const meant = (await diagnoseSecret(facts, fits)) ?? (await diagnoseSigned(facts, fits));
  return meant ?? noMatch;
}

const noMatch: Diagnosis = {
  code: 'no_match',
  sentence:
    'It was made with no secret of this address. Compare the secret at the service with the one pasted here; secrets of other addresses are not tried.',
};

/** It holds as it is: with a secret that no longer counts, or at a time that does not. */
async function diagnoseKnown(facts: RefusalFacts, fits: Attempt): Promise<Diagnosis | null> {
  const { scheme, request, secrets, nowMs } = facts;
  for (const secret of secrets) {
    if (!(await fits(scheme, request, secret))) continue;
    if (!secret.isValid) return retired(secret);
    const late = lateness(scheme, request, nowMs);
    if (late) return late;
  }
  return null;
}

const retired = ({ replacedAtMs }: KnownSecret): Diagnosis => ({
  code: 'secret_retired',
  sentence: `It matches the old secret${
    replacedAtMs === null ? '' : `, which was replaced on ${new Date(replacedAtMs).toISOString()}`
  } and no longer counts. Set the present one at the service.`,
});

function lateness(
  scheme: SignatureScheme,
  request: SignedRequest,
  nowMs: number,
): Diagnosis | null {
  if (!('signed' in scheme) || scheme.timestamp === null) return null;
  const sentAtMs = readClaim(scheme, request, nowMs)?.sentAtMs?.() ?? null;
  if (sentAtMs === null) return null;
  const seconds = Math.round((nowMs - sentAtMs) / 1_000);
  const allowed = scheme.timestamp.toleranceMs / 1_000;
  if (Math.abs(seconds) < allowed) return null;
  return {
    code: 'clock_skew',
    sentence: `The signature is right and its time is ${Math.abs(seconds)} s ${
      seconds > 0 ? 'ago' : 'ahead'
    }; ${allowed} s are allowed. A clock is wrong, or it was sent again late.`,
  };
}

/** The secret as somebody may have meant it. */
async function diagnoseSecret(facts: RefusalFacts, fits: Attempt): Promise<Diagnosis | null> {
  const { scheme, request, secrets } = facts;
  for (const secret of secrets) {
    for (const text of strayCopies(secret.text)) {
      if (!(await fits(scheme, request, { ...secret, text }))) continue;
      return {
        code: 'secret_stray_characters',
        sentence:
          'The secret fits but for blanks, line ends, quotes or a word around it, here or at the service. Paste it anew on both sides.',
      };
    }
    if (scheme.kind !== 'hmac') continue;
    for (const other of otherKeyForms(scheme)) {
      if (!(await fits(other.scheme, request, secret))) continue;
      return {
        code: 'secret_encoding',
        sentence: `The secret fits when it is ${other.how}; this address takes it otherwise. Choose that in its settings.`,
      };
    }
  }
  return null;
}

async function diagnoseSigned(facts: RefusalFacts, fits: Attempt): Promise<Diagnosis | null> {
  const { scheme, request } = facts;
  if (!('signed' in scheme)) return null;
  const needsUrl = scheme.signed.includes('{url}');
  if (needsUrl && request.url === null && facts.otherUrls.length === 0) {
    return {
      code: 'url_unknown',
      sentence:
        'The service signs the address it posts to, and nobody has said here which that is.',
    };
  }
  return (
    (needsUrl ? await diagnoseUrl(scheme, facts, fits) : null) ??
    (await diagnoseBody(scheme, facts, fits)) ??
    (await diagnoseReading(scheme, facts, fits)) ??
    diagnoseForm(scheme, request)
  );
}

async function diagnoseUrl(
  scheme: SignedScheme,
  { request, secrets, otherUrls }: RefusalFacts,
  fits: Attempt,
): Promise<Diagnosis | null> {
  for (const secret of secrets) {
    for (const url of otherAddresses(request.url, otherUrls)) {
      if (!(await fits(scheme, { ...request, url }, secret))) continue;
      return {
        code: 'url_other',
        sentence: `It was signed for another address: the service was told ${url.slice(0, 300)}, this one is ${request.url?.slice(0, 300) ?? 'unknown'}.`,
      };
    }
    if (request.search !== '' && (await fits(scheme, { ...request, search: '' }, secret))) {
      return {
        code: 'url_other',
        sentence: 'It was signed for this address without what stands behind its question mark.',
      };
    }
  }
  return null;
}

async function diagnoseBody(
  scheme: SignedScheme,
  { request, secrets }: RefusalFacts,
  fits: Attempt,
): Promise<Diagnosis | null> {
  for (const secret of secrets) {
    for (const body of otherLineEnds(request.body)) {
      if (!(await fits(scheme, { ...request, body }, secret))) continue;
      return {
        code: 'body_line_ends',
        sentence:
          'It was signed with other line ends or blanks at the end: something on the way trims the body. It has to be passed on byte by byte.',
      };
    }
    for (const { bytes, how } of writtenAnew(request.body)) {
      if (!(await fits(scheme, { ...request, body: bytes }, secret))) continue;
      return {
        code: 'body_reserialised',
        sentence: `The body was re-serialised on the way: the signature fits the same JSON written ${how}. It has to be passed on byte by byte.`,
      };
    }
  }
  return null;
}

async function diagnoseReading(
  scheme: SignedScheme,
  { request, secrets }: RefusalFacts,
  fits: Attempt,
): Promise<Diagnosis | null> {
  if (scheme.kind !== 'hmac') return null;
  for (const secret of secrets) {
    for (const reading of otherReadings(scheme, request)) {
      if (!(await fits(reading.scheme, reading.request, secret))) continue;
      const expected = `${scheme.alg.toUpperCase()} in ${scheme.encoding}`;
      return reading.isOtherAlgorithm
        ? {
            code: 'algorithm_other',
            sentence: `The secret fits, the algorithm does not: it came as ${reading.how}, expected was ${expected}.`,
          }
        : {
            code: 'encoding_other',
            sentence: `The secret fits, the way it is written does not: it came as ${reading.how}, expected was ${expected}.`,
          };
    }
  }
  return null;
}
