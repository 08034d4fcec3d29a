/**
 * connectors/protocol: what a connector is. A connector says how to authorise, read, listen and
 * write at one provider; it holds no state, opens no socket of its own and knows no database.
 *
 * Invariants
 * - `ctx.http` arrives authenticated, rate-limited, timed and resilient; a connector adds paths and
 *   bodies, never a credential.
 * - Every object handed to the hub is a `RemoteObject`: mapped fields, a rank that orders its
 *   states, and the raw object untouched.
 * - What the provider says wrongly is a HubError made in the connector's `errors.ts`; a connector
 *   never throws anything else on purpose.
 */

export {
  type Ability,
  type AuthKind,
  type AuthMode,
  abilities,
  allScopes,
  authOf,
  type BaseUrlField,
  type BasicMode,
  type CredentialField,
  type KeyMode,
  type ListenMode,
  type OAuthMode,
  type ScopesByAbility,
  type TokenRules,
} from './auth.ts';
export type {
  Account,
  Announcement,
  BackfillPage,
  Connector,
  ConnectorApi,
  ConnectorContext,
  DefinedAt,
  DefinedStream,
  FieldFault,
  LookupItem,
  ParsedWebhook,
  PollPage,
  ProviderFault,
  RemoteWebhook,
  ScopeOption,
  WebhookParser,
  WriteGuard,
  WriteResult,
} from './connector.ts';
export type { HttpAnswer, HttpRequest, ProviderHttp } from './http.ts';
export type {
  AuthorizeEndpoints,
  ConnectorManifest,
  RateManifest,
  CreateManifest,
  ResourceManifest,
} from './manifest.ts';
export type { RemoteObject, RemoteRef } from './remote-object.ts';
export { toStorableJson } from './storable-json.ts';
export {
  type DeliveryFact,
  type ItemFact,
  oneJsonEvent,
  type WebhookBodyForm,
  type WebhookDescriptor,
  type WebhookItems,
  webhookDescriptorSchema,
} from './webhook-descriptor.ts';
export type { WebhookHandshake } from './webhook-handshake.ts';
export type { WebhookManifest, WebhookRegistration } from './webhook-manifest.ts';
export type { WebhookPreset } from './webhook-preset.ts';
export { knownWebhooks, webhookPreset, webhookPresets } from './webhook-presets.ts';
export { codeWebhooks } from './webhook-presets-code.ts';
export { talkWebhooks } from './webhook-presets-talk.ts';
export { tradeWebhooks } from './webhook-presets-trade.ts';
export type {
  JsonPath,
  OfferedSignatures,
  SignatureScheme,
  SignedScheme,
  StatedTime,
} from './webhook-scheme.ts';
export { parseTemplate, type SignedPart } from './webhook-template.ts';
