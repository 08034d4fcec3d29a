import type { SignatureScheme, SignedScheme } from '#lib/connectors/protocol/index';
import type { Diagnosis } from './diagnosis.ts';
import { singleHeader } from './header-value.ts';
import { decodeOffered, readOffered } from './read-offered.ts';
import { momentInBody, readMoment } from './read-stated-time.ts';
import { parseJson, type SignedRequest } from './signed-content.ts';

/** Names of headers that look as if they held a proof. */
const proofLike = /signature|hmac|digest|token|sign|authorization|passcode|hook/i;
const namesShown = 5;

/** What is wrong before any secret is tried; null where the form is right. */
export function diagnoseHead(scheme: SignatureScheme, request: SignedRequest): Diagnosis | null {
  const expected = headersOf(scheme);
  const doubled = expected.find((name) => (request.headers[name.toLowerCase()]?.length ?? 0) > 1);
  if (doubled !== undefined) {
    return {
      code: 'header_doubled',
      sentence: `The header ${doubled} came more than once; which one counts is nobody’s to guess.`,
    };
  }
  const isThere = expected.some((name) => request.headers[name.toLowerCase()] !== undefined);
  if (expected.length > 0 && !isThere) return missing(expected, request);
  return 'signed' in scheme ? diagnoseTime(scheme, request) : null;
}

function headersOf(scheme: SignatureScheme): readonly string[] {
  if ('signed' in scheme) return scheme.offered.headers;
  if (scheme.kind === 'jwt') return [scheme.header];
  return scheme.kind === 'token' && scheme.from.in === 'header' ? [scheme.from.name] : [];
}

function missing(expected: readonly string[], request: SignedRequest): Diagnosis {
  const similar = Object.keys(request.headers)
    .filter((name) => proofLike.test(name))
    .slice(0, namesShown)
    .map((name) => name.slice(0, 60));
  const found =
    similar.length === 0
      ? 'No header that looks like one came either: the sender may have no secret set.'
      : `What looks like one: ${similar.join(', ')}. It may come from another service, or in an older form.`;
  return {
    code: 'header_missing',
    sentence: `The header ${expected.join(' or ')} is missing. ${found}`,
  };
}

function diagnoseTime(scheme: SignedScheme, request: SignedRequest): Diagnosis | null {
  const { timestamp } = scheme;
  if (timestamp === null) return null;
  const { from, unit } = timestamp;
  if (from.in === 'body') {
    const isThere = momentInBody(parseJson(request.body), from.path, unit) !== null;
    return isThere ? null : noTime(`The body’s ${from.path.join('.')}`);
  }
  const pairs = readOffered(scheme.offered, request.headers)?.pairs;
  const text =
    from.in === 'header' ? singleHeader(request.headers, from.name) : pairs?.get(from.key);
  const where = from.in === 'header' ? `The header ${from.name}` : `The part ${from.key}=`;
  if (text === null || text === undefined || text === '') return noTime(where);
  if (readMoment(text, unit) !== null) return null;
  if (unit === 's' && /^\d{12,14}$/.test(text)) {
    return {
      code: 'timestamp_unit',
      sentence: `${where} holds milliseconds; this service signs seconds.`,
    };
  }
  return {
    code: 'timestamp_malformed',
    sentence: `${where} holds no ${unit === 'iso' ? 'time as RFC 3339 writes it' : 'whole number of digits alone'}.`,
  };
}

const noTime = (where: string): Diagnosis => ({
  code: 'timestamp_missing',
  sentence: `${where} does not say when it was sent, or stands there twice.`,
});

/** What has not the form of a signature at all, said only once nothing else explains it. */
export function diagnoseForm(scheme: SignedScheme, request: SignedRequest): Diagnosis | null {
  const offered = readOffered(scheme.offered, request.headers);
  if (offered === null || decodeOffered(offered.texts, scheme.encoding).length > 0) return null;
  const begins =
    scheme.offered.as === 'pairs' ? `a part ${scheme.offered.key}=` : `“${scheme.offered.prefix}”`;
  return {
    code: 'signature_malformed',
    sentence: `The header ${scheme.offered.headers.join(' or ')} holds no signature in ${scheme.encoding} behind ${begins}.`,
  };
}
