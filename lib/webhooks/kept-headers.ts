import {
  type DeliveryFact,
  parseTemplate,
  type WebhookDescriptor,
} from '#lib/connectors/protocol/index';
import type { DistinctHeaders } from './header-value.ts';

/** Kept only where a signature itself stands in one. */
const credentials = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie']);

/** Of one header; longer ones are cut. */
const headerChars = 2_000;

/**
 * The headers kept with an event: enough to check its signature again. Cookies and credentials never
 * get here, and neither does a token, which is the secret itself.
 */
export function keptHeaders(
  descriptor: WebhookDescriptor,
  headers: DistinctHeaders,
): Record<string, string> {
  const known = keptOf.get(descriptor) ?? readKept(descriptor);
  keptOf.set(descriptor, known);
  const { names, mayStay } = known;
  return Object.fromEntries(
    names.flatMap((name) => {
      const [first] = headers[name] ?? [];
      if (first === undefined || (credentials.has(name) && !mayStay.has(name))) return [];
      return [[name, first.slice(0, headerChars)]];
    }),
  );
}

interface Kept {
  names: readonly string[];
  /** Of the credentials, those a signature stands in. */
  mayStay: ReadonlySet<string>;
}

/** The same for every call an address gets. */
const keptOf = new WeakMap<WebhookDescriptor, Kept>();

function readKept(descriptor: WebhookDescriptor): Kept {
  const { scheme } = descriptor;
  const signatures = 'signed' in scheme ? scheme.offered.headers : [];
  const names = [
    ...proofHeaders(descriptor),
    ...factHeaders(descriptor),
    'content-type',
    'user-agent',
  ].map((name) => name.toLowerCase());
  return { names, mayStay: new Set(signatures.map((name) => name.toLowerCase())) };
}

/** Headers a signature stands in or is made over; none of a scheme that sends the secret along. */
export function proofHeaders({ scheme }: Pick<WebhookDescriptor, 'scheme'>): string[] {
  if (!('signed' in scheme)) return [];
  const signed = (parseTemplate(scheme.signed) ?? []).flatMap((part) =>
    part.part === 'header' ? [part.name] : [],
  );
  const { timestamp } = scheme;
  return [
    ...scheme.offered.headers,
    ...(timestamp?.from.in === 'header' ? [timestamp.from.name] : []),
    ...signed,
  ];
}

const factHeaders = ({ delivery, event }: WebhookDescriptor): string[] =>
  [delivery, event].flatMap(headersOfFact);

function headersOfFact(fact: DeliveryFact): readonly string[] {
  if (fact.from === 'header') return [fact.name];
  return fact.from === 'headers' ? fact.names : [];
}
