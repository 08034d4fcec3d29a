import { z } from 'zod';

const headerName = z.string().trim().min(1).max(100);

/** What is known of an event is read by every member. */
const factHeader = headerName.refine(
  (name) => !/^(?:proxy-)?authorization$|^(?:set-)?cookie$/i.test(name),
  'holds a credential',
);

/** A way of signing that a person describes; what it leaves open is the usual. */
export const ownSchemeSchema = z.strictObject({
  header: headerName,
  /** Before the signature in its header ("sha256="). */
  prefix: z.string().max(40).default(''),
  alg: z.enum(['sha256', 'sha1', 'sha512']).default('sha256'),
  encoding: z.enum(['hex', 'base64']).default('hex'),
  /** What is signed: `{body}`, `{timestamp}.{body}`, `{header:x-id}…`. */
  template: z.string().trim().min(1).max(500).default('{body}'),
  timestamp_header: headerName.optional(),
  timestamp_unit: z.enum(['s', 'ms', 'iso']).default('s'),
  tolerance_seconds: z.number().int().min(1).max(86_400).default(300),
  /** Where a delivery's id stands; without one the hash of its bytes is its id. */
  id_header: factHeader.optional(),
  /** Where an event's name stands: in a header, or at a path of the body. */
  event_header: factHeader.optional(),
  event_path: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9_$@-]+(?:\.[A-Za-z0-9_$@-]+){0,9}$/, 'is no path such as event.type')
    .max(200)
    .optional(),
});
export type OwnScheme = z.infer<typeof ownSchemeSchema>;

export const listeningInputSchema = z.strictObject({
  connector: z.string().min(1).max(40),
  title: z.string().trim().min(1).max(120),
  signing: z.discriminatedUnion('by', [
    /** As a service is known to sign. */
    z.strictObject({ by: z.literal('preset'), preset: z.string().min(1).max(60) }),
    z.strictObject({ by: z.literal('own'), own: ownSchemeSchema }),
    /** Nothing is proven: what comes is shown, and changes no record. */
    z.strictObject({
      by: z.literal('nothing'),
      event_path: ownSchemeSchema.shape.event_path,
    }),
  ]),
  /** The one of the service; without it one is made and shown once. */
  secret: z.string().min(1).max(10_000).optional(),
});
export type ListeningInput = z.infer<typeof listeningInputSchema>;

export const listeningStateSchema = z.object({
  endpoint_id: z.uuid(),
  /** To be pasted at the service, or why there is none. */
  url: z.string().nullable(),
  unavailable: z.string().nullable(),
  /** What a delivery proves. */
  proves: z.enum(['body', 'sender', 'nothing']),
  /** The service it was chosen by; null for a way of signing somebody described. */
  preset: z.object({ title: z.string(), docs_url: z.string() }).nullable(),
  secret_label: z.string(),
  steps: z.array(z.string()),
  /** waiting: nothing that holds has come yet. */
  status: z.enum(['waiting', 'active', 'removed']),
  last_received_at: z.iso.datetime().nullable(),
  /** Until then the former secret verifies as well. */
  former_until: z.iso.datetime().nullable(),
  /** A secret can be made here, and given to the service. */
  can_make_secret: z.boolean(),
  /** The service sends its secret along with its first call, for a person to take over. */
  brings_secret: z.boolean(),
});
export type ListeningState = z.infer<typeof listeningStateSchema>;

/** A secret that was made here, shown this once. */
export const listeningMadeSchema = z.object({
  connection_id: z.uuid(),
  state: listeningStateSchema,
  secret: z.string().nullable(),
});
export type ListeningMade = z.infer<typeof listeningMadeSchema>;

export const listeningSecretInputSchema = z.strictObject({
  secret: z.string().min(1).max(10_000).optional(),
  /** The former one ends now and not in a day: it has leaked. */
  is_at_once: z.boolean().default(false),
});

export const webhookPresetSchema = z.object({
  name: z.string(),
  title: z.string(),
  secret_label: z.string(),
  proves: z.enum(['body', 'sender', 'nothing']),
  can_make_secret: z.boolean(),
  brings_secret: z.boolean(),
  docs_url: z.string(),
});

/** What an unsigned first call has brought: anybody could have sent it, so a person looks at it. */
export const broughtSecretSchema = z.object({
  brought: z.object({ secret: z.string(), brought_at: z.string() }).nullable(),
});
export const takeBroughtInputSchema = z.strictObject({
  brought_at: z.iso.datetime({ offset: true }),
});
