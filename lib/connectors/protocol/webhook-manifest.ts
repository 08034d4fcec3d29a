import type { WebhookDescriptor } from './webhook-descriptor.ts';

/**
 * api: `ConnectorApi.registerWebhook`, once per scope of a stream or once per connection; with a
 * `lifetimeMs` it ends by itself and is renewed before. manual: a
 * person pastes our address into the provider's console and the signing secret back here; `app`
 * means that one address takes the events of every account that uses the app, told apart by
 * `ParsedWebhook.accountId`.
 */
export type WebhookRegistration =
  | { mode: 'api'; per: 'scope' | 'connection'; lifetimeMs?: number }
  | {
      mode: 'manual';
      per: 'connection' | 'app';
      secretLabel: string;
      consoleUrl: string | null;
      /** What to do there, one sentence each. */
      steps: readonly string[];
    };

/** How a service's webhooks look, and how they are set up. */
export interface WebhookManifest extends WebhookDescriptor {
  /** Event names that are subscribed to. */
  events: readonly string[];
  registration: WebhookRegistration;
}
