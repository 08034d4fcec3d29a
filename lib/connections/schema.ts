import { z } from 'zod';
import { formDefinitionSchema } from './form-app-shape.ts';

export {
  type FormAppInput,
  type FormCheck,
  formAppInputSchema,
  formCheckSchema,
  formPlaceSchema,
  slugPattern,
} from './form-app-shape.ts';

const scopesByAbility = z.object({
  read: z.array(z.string()),
  write: z.array(z.string()),
  webhooks: z.array(z.string()),
});

/** One way to connect an account, as far as a form needs to know it. */
export const authModeSchema = z.object({
  kind: z.enum(['oauth2', 'api_key', 'basic', 'webhook']),
  console_url: z.string().nullable(),
  /** OAuth scopes, or what a key must be allowed, in the provider's words. */
  permissions: scopesByAbility,
  /** Empty for OAuth and where only webhooks come. */
  fields: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      placeholder: z.string().nullable(),
      help: z.string().nullable(),
      /** The whole value must match; source of a RegExp with the flag u. */
      pattern: z.string(),
      pattern_words: z.string(),
      is_secret: z.boolean(),
    }),
  ),
  base_url: z
    .object({
      label: z.string(),
      placeholder: z.string().nullable(),
      help: z.string().nullable(),
      is_required: z.boolean(),
    })
    .nullable(),
});
export type AuthModeCard = z.infer<typeof authModeSchema>;

/**
 * What a connector has proven, by point of the contract suite: against what. `unproven` is a claim
 * that no test has earned; what is not claimed is left out.
 */
export const proofs = ['our double', 'captured payloads', 'the real service', 'unproven'] as const;
export type Proof = (typeof proofs)[number];
export const conformanceSchema = z.array(
  z.object({ point: z.string(), title: z.string(), proof: z.enum(proofs) }),
);
export type Conformance = z.infer<typeof conformanceSchema>;

/** What the catalogue shows of a connector. */
export const connectorSchema = z.object({
  name: z.string(),
  provider: z.string(),
  summary: z.string(),
  category: z.string(),
  resources: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      title: z.string(),
      scope_title: z.string(),
      writable: z.array(z.string()),
      /** Objects of it can be made from here. */
      creates: z.boolean(),
    }),
  ),
  auth: z.array(authModeSchema),
  /** A sandbox of it runs beside this hub. */
  has_sandbox: z.boolean(),
  conformance: conformanceSchema,
  /** Its streams are defined in a form and not chosen from a list. */
  defines_streams: z.boolean(),
  gaps: z.array(z.string()),
  console_url: z.string().nullable(),
  /** The exact addresses an operator copies into the provider's console; `{app}` for an app's slug. */
  redirect_uri: z.string(),
  webhook_url: z.string().nullable(),
  /** The app of this workspace, or why connecting is not possible yet. */
  app: z.object({ id: z.uuid(), is_preset: z.boolean() }).nullable(),
  /** The apps of this workspace, where a connector has one for each service; null where it has one. */
  form_apps: z.array(z.object({ id: z.uuid(), slug: z.string(), title: z.string() })).nullable(),
});
export type ConnectorCard = z.infer<typeof connectorSchema>;

export const appSchema = z.object({
  id: z.uuid(),
  connector: z.string(),
  /** Of a service that a form describes; empty and null for a provider we know. */
  slug: z.string(),
  title: z.string().nullable(),
  definition: formDefinitionSchema.nullable(),
  client_id: z.string(),
  /** Null where a service has none of it: nothing to revoke at. */
  endpoints: z.record(z.string(), z.string().nullable()),
  is_preset: z.boolean(),
  updated_at: z.iso.datetime(),
});
export type App = z.infer<typeof appSchema>;

export const appInputSchema = z.strictObject({
  connector: z.string().min(1).max(40),
  client_id: z.string().trim().min(1).max(400),
  client_secret: z.string().min(1).max(2000),
  /** For a self-hosted instance (GitHub Enterprise Server): its web address. */
  base_url: z.url().max(400).optional(),
});

/** The longest value that is looked at at all; what a field may hold is less (check-fields.ts). */
const pastedChars = 100_000;

export const connectInputSchema = z.strictObject({
  connector: z.string().min(1).max(40),
  auth_kind: z.enum(['api_key', 'basic']),
  fields: z.record(z.string().min(1).max(40), z.string().max(pastedChars)),
  /** Web address of a self-hosted instance. */
  base_url: z.string().max(400).optional(),
  /** The sandbox beside this hub instead of the provider. */
  is_sandbox: z.boolean().default(false),
  /** Renew this connection in place. */
  connection_id: z.uuid().optional(),
});

export const connectionStatuses = [
  'active',
  'needs_reauth',
  'paused',
  'disconnecting',
  'disconnected',
] as const;

export const endpointSchema = z.object({
  id: z.uuid(),
  status: z.enum(['pending', 'active', 'failed', 'removed']),
  detail: z.string().nullable(),
  /** `*` stands for the whole account. */
  scope_key: z.string(),
  /** As people know it; null for the whole account, and when no stream is left there. */
  scope_name: z.string().nullable(),
  last_received_at: z.iso.datetime().nullable(),
});

export const connectionSchema = z.object({
  id: z.uuid(),
  connector: z.string(),
  auth_kind: z.enum(['oauth2', 'api_key', 'basic', 'webhook']),
  account_id: z.string(),
  account_name: z.string(),
  account_url: z.string().nullable(),
  /** The app it was authorised by, where a form describes the service. */
  app_title: z.string().nullable(),
  status: z.enum(connectionStatuses),
  /** A HubError code and a sentence when the status needs one. */
  status_code: z.string().nullable(),
  status_detail: z.string().nullable(),
  status_at: z.iso.datetime(),
  scopes_asked: z.array(z.string()),
  scopes_granted: z.array(z.string()),
  expires_at: z.iso.datetime().nullable(),
  refreshed_at: z.iso.datetime().nullable(),
  checked_at: z.iso.datetime().nullable(),
  delivery: z.enum(['webhook', 'poll']),
  webhooks: z.array(endpointSchema),
  created_at: z.iso.datetime(),
  records: z.number().int(),
  /** Seconds from the service's event to our record, over the last hour; null without any. */
  freshness: z.object({
    p50_ms: z.number().nullable(),
    p95_ms: z.number().nullable(),
    n: z.number().int(),
  }),
  /** How far the service's clock is ahead of ours, and how far that can be wrong; null while it is not known. */
  clock: z
    .object({ ahead_ms: z.number(), error_ms: z.number(), measured_at: z.iso.datetime() })
    .nullable(),
  receipt: z.record(z.string(), z.unknown()).nullable(),
});
export type Connection = z.infer<typeof connectionSchema>;

export const connectionLogSchema = z.object({
  id: z.uuid(),
  run_id: z.uuid().nullable(),
  level: z.enum(['info', 'warning', 'error']),
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
  at: z.iso.datetime(),
});
export type ConnectionLogRow = z.infer<typeof connectionLogSchema>;

export const authorizeInputSchema = z.strictObject({
  connector: z.string().min(1).max(40),
  /** Which of a connector's apps, where it has several. */
  app_id: z.uuid().optional(),
  /** Reconnect in place. */
  connection_id: z.uuid().optional(),
  /** What the access is to be good for; more may be asked for later. Everything where nothing is said. */
  abilities: z
    .array(z.enum(['read', 'write', 'webhooks']))
    .min(1)
    .max(3)
    .optional(),
  /** Path of this hub to return to; never another origin. */
  return_to: z
    .string()
    .regex(/^\/(?![/\\])[^\s\\]*$/)
    .max(400)
    .default('/'),
});
export const authorizeAnswerSchema = z.object({ authorize_url: z.string() });

export const scopeOptionSchema = z.object({
  key: z.string(),
  title: z.string(),
  detail: z.string().nullable(),
  scope: z.record(z.string(), z.unknown()),
  can_write: z.boolean(),
  can_hook: z.boolean(),
  estimate: z.number().int().nullable(),
  /** Already a stream of this connection. */
  stream_id: z.uuid().nullable(),
});
export type ScopeOptionRow = z.infer<typeof scopeOptionSchema>;

/** What a defined stream would bring: the first objects of its first page, as records. */
export const streamPreviewSchema = z.object({
  /** Objects of the first page that can be read. */
  found: z.number().int(),
  has_more: z.boolean(),
  sample: z.array(
    z.object({
      id: z.string(),
      updated_at: z.string(),
      fields: z.record(z.string(), z.unknown()),
    }),
  ),
  /** Why some objects cannot be read. */
  faults: z.array(z.string()),
});
export type StreamPreview = z.infer<typeof streamPreviewSchema>;

export const previewInputSchema = z.strictObject({
  resource: z.string().min(1).max(40),
  /** Of what shape is the connector's to say; it names every fault. */
  definition: z.record(z.string(), z.unknown()),
});

/** One thing of the service's that people pick by name: a user, a channel, a label. */
export const lookupItemSchema = z.object({
  id: z.string(),
  name: z.string(),
  detail: z.string().nullable(),
});
export type LookupItemRow = z.infer<typeof lookupItemSchema>;

/** Beside a list of the service's: when the service said so, and whether it is being asked again. */
export const asOf = {
  as_of: z.iso.datetime(),
  state: z.enum(['fresh', 'stale']),
} as const;
