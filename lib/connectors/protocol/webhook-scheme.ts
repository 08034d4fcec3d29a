import { z } from 'zod';
import { parseTemplate } from './webhook-template.ts';

/** RFC 9110 token, as far as any service uses it. */
export const headerNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,100}$/, 'is not the name of a header');

/** Keys from the outside to the inside of a JSON value; in a list a key is a number from 0. */
export const jsonPathSchema = z.array(z.string().min(1).max(100)).min(1).max(10).readonly();
export type JsonPath = z.infer<typeof jsonPathSchema>;

/** Text before a signature or token in its header. */
const prefix = z.string().max(40);

const template = z
  .string()
  .min(1)
  .max(500)
  .refine((text) => parseTemplate(text) !== null, 'holds a place that is not known');

/**
 * Where signatures stand. Of several headers each one that is there counts (Box signs twice while its
 * keys change); `list` takes a header apart at a separator; `pairs` takes `t=…,v1=…` apart.
 */
const offeredSchema = z.discriminatedUnion('as', [
  z.strictObject({
    as: z.literal('whole'),
    headers: z.array(headerNameSchema).min(1).max(4).readonly(),
    prefix,
  }),
  z.strictObject({
    as: z.literal('list'),
    headers: z.array(headerNameSchema).min(1).max(4).readonly(),
    separator: z.enum([' ', ',', ';']),
    /** Of each signature; those that begin otherwise are left out. */
    prefix,
  }),
  z.strictObject({
    as: z.literal('pairs'),
    headers: z.array(headerNameSchema).min(1).max(1).readonly(),
    separator: z.enum([',', ';', ' ']),
    /** The name a signature goes by. */
    key: z.string().regex(/^[\w-]{1,20}$/),
  }),
]);

/** A longer tolerance would make the time worthless. */
const maxToleranceMs = 86_400_000;

/**
 * When it was sent, as the sender says. A time further than `toleranceMs` from our clock, either way,
 * is refused, and so is one in another form than its unit's.
 */
const statedTimeSchema = z.strictObject({
  from: z.discriminatedUnion('in', [
    z.strictObject({ in: z.literal('header'), name: headerNameSchema }),
    /** Of a signature header in pairs. */
    z.strictObject({ in: z.literal('pair'), key: z.string().regex(/^[\w-]{1,20}$/) }),
    /** A number of the body, believed once the signature over the body holds. */
    z.strictObject({ in: z.literal('body'), path: jsonPathSchema }),
  ]),
  unit: z.enum(['s', 'ms', 'iso']),
  toleranceMs: z.number().int().min(1_000).max(maxToleranceMs),
});

const signedShape = {
  /** What is signed, see webhook-template.ts. */
  signed: template,
  encoding: z.enum(['hex', 'base64']),
  offered: offeredSchema,
  /** Null where the service does not say when. */
  timestamp: statedTimeSchema.nullable(),
  /**
   * How `{url}` is written. with_and_without_port: either may have been signed (Twilio). unescaped:
   * some percent escapes are resolved before (HubSpot).
   */
  urlForm: z.enum(['exact', 'with_and_without_port', 'unescaped']).optional(),
  /** A parameter of the signed address that holds the body's SHA-256 in hex (Twilio's JSON). */
  bodyHashParam: z
    .string()
    .regex(/^\w{1,40}$/)
    .optional(),
};

const hmacSchema = z.strictObject({
  kind: z.literal('hmac'),
  alg: z.enum(['sha256', 'sha1', 'sha512']),
  /**
   * How the pasted secret becomes the key. text: its characters. whsec: base64 behind an optional
   * `whsec_`.
   */
  key: z.enum(['text', 'base64', 'hex', 'whsec']),
  ...signedShape,
});

const ed25519Schema = z.strictObject({
  kind: z.literal('ed25519'),
  /** Of the pasted public key. hex: 32 bytes. whpk: base64 of 32 bytes behind an optional `whpk_`. */
  key: z.enum(['hex', 'base64', 'whpk']),
  ...signedShape,
});

/** ECDSA on P-256 with SHA-256, the signature in DER; the key is a public key, PEM or the base64 of one. */
const ecdsaSchema = z.strictObject({
  kind: z.literal('ecdsa'),
  key: z.enum(['spki', 'pem']),
  ...signedShape,
});

/** RSA PKCS #1 v1.5 with SHA-256; the key is a public key or a certificate in PEM. */
const rsaSchema = z.strictObject({
  kind: z.literal('rsa'),
  key: z.literal('pem'),
  ...signedShape,
});

/**
 * The secret itself. It proves the sender and nothing of the body. each: every item of the list at
 * `list` has to hold it (Microsoft Graph).
 */
const tokenSchema = z.strictObject({
  kind: z.literal('token'),
  from: z.discriminatedUnion('in', [
    z.strictObject({ in: z.literal('header'), name: headerNameSchema, prefix }),
    z.strictObject({ in: z.literal('body'), path: jsonPathSchema }),
    z.strictObject({ in: z.literal('each'), list: jsonPathSchema, path: jsonPathSchema }),
  ]),
});

/**
 * A signed token of its own (RFC 7519) beside a body it says nothing of. The algorithm is ours to
 * say, never the token's. A secret for HS256, a JWK set for RS256 and ES256. Every token has to end.
 */
const jwtSchema = z.strictObject({
  kind: z.literal('jwt'),
  alg: z.enum(['HS256', 'RS256', 'ES256']),
  header: headerNameSchema,
  prefix,
  /** url: the endpoint's configured address. Null: this service names none. */
  audience: z
    .discriminatedUnion('is', [
      z.strictObject({ is: z.literal('url') }),
      z.strictObject({ is: z.literal('text'), text: z.string().min(1).max(500) }),
    ])
    .nullable(),
  issuers: z.array(z.string().min(1).max(500)).max(5).readonly(),
  /** Claims that must hold exactly this. */
  claims: z.record(z.string().max(60), z.union([z.string().max(300), z.boolean()])).optional(),
});

/** Nothing is proven. Whatever comes is a hint to look at the service, and marked unverified. */
const noneSchema = z.strictObject({ kind: z.literal('none') });

export const signatureSchemeSchema = z
  .discriminatedUnion('kind', [
    hmacSchema,
    ed25519Schema,
    ecdsaSchema,
    rsaSchema,
    tokenSchema,
    jwtSchema,
    noneSchema,
  ])
  .superRefine((scheme, ctx) => {
    if (!('signed' in scheme)) return;
    const fault = findSignedFault(scheme);
    if (fault) ctx.addIssue({ code: 'custom', path: [fault.field], message: fault.reason });
  });

/** How a webhook is proven to be the service's. */
export type SignatureScheme = z.infer<typeof signatureSchemeSchema>;
/** Those that are made over the request itself. */
export type SignedScheme = Extract<SignatureScheme, { signed: string }>;
export type OfferedSignatures = SignedScheme['offered'];
export type StatedTime = z.infer<typeof statedTimeSchema>;

/** Each place may cost a reading of the whole body, before anything is proven. */
const maxPlaces = 20;
const wholeBody: ReadonlySet<string> = new Set(['body', 'body_crc32', 'form_sorted']);

/** What the parts say of each other. */
function findSignedFault(scheme: SignedScheme): { field: string; reason: string } | null {
  const parts = parseTemplate(scheme.signed) ?? [];
  const has = (name: string): boolean => parts.some(({ part }) => part === name);
  if (parts.length > maxPlaces) {
    return { field: 'signed', reason: `has more than ${maxPlaces} places and texts` };
  }
  // A hash in the address does not count: whoever leaves the parameter out would leave the body out.
  const bodies = parts.filter(({ part }) => wholeBody.has(part)).length;
  if (bodies === 0) return { field: 'signed', reason: 'says nothing of the body' };
  if (bodies > 1) return { field: 'signed', reason: 'names the body more than once' };
  if (scheme.bodyHashParam !== undefined && !has('url')) {
    return { field: 'signed', reason: 'has no {url} for the hash of the body to stand in' };
  }
  const time = scheme.timestamp?.from.in ?? null;
  if (has('timestamp') && time === null) {
    return { field: 'timestamp', reason: 'is signed, and nothing says where it stands' };
  }
  if ((time === 'header' || time === 'pair') && !has('timestamp')) {
    return { field: 'signed', reason: 'leaves the time out: anybody could change it' };
  }
  if (time === 'pair' && scheme.offered.as !== 'pairs') {
    return { field: 'timestamp', reason: 'stands in a pair, and the header has none' };
  }
  return null;
}
