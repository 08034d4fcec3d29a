/** Keys from the outside to the inside of a JSON object. */
export type JsonPath = readonly string[];

/**
 * How a webhook is signed. Header names in any case; times are those the sender states, and one
 * further than `toleranceMs` from our clock (either way) is refused.
 */
export type SignatureScheme =
  /** HMAC-SHA256 over the raw body, hex, behind `prefix` (GitHub). */
  | { kind: 'hmac_sha256_hex'; header: string; prefix: string }
  /** The same; the body, once it is known to be genuine, says when it was sent (Linear). */
  | {
      kind: 'hmac_sha256_hex_dated';
      header: string;
      prefix: string;
      sentAt: JsonPath;
      unit: 'ms' | 's';
      toleranceMs: number;
    }
  /** `v0=` hex of HMAC-SHA256 over `v0:{timestamp}:{body}` (Slack). */
  | { kind: 'slack_v0'; header: string; timestampHeader: string; toleranceMs: number }
  /** `t=…,v1=…[,v1=…]`, each v1 the hex of HMAC-SHA256 over `{t}.{body}` (Stripe). */
  | { kind: 'stripe_v1'; header: string; toleranceMs: number }
  /** standardwebhooks.com: id, timestamp, `v1,` base64 over `{id}.{timestamp}.{body}`. */
  | {
      kind: 'standard_webhooks';
      idHeader: string;
      timestampHeader: string;
      header: string;
      toleranceMs: number;
    }
  /** The secret itself, behind `prefix`, in a header. It proves the sender and nothing of the body. */
  | { kind: 'static_token'; header: string; prefix: string };

/**
 * Where a delivery's id or event name stands. Of several paths the first that holds text (or a
 * number) counts. A signed body without one is kept all the same: its id is then the hash of its
 * bytes, its event `unknown`.
 */
export type DeliveryFact =
  | { from: 'header'; name: string }
  | { from: 'body'; paths: readonly JsonPath[] };

/** A signed call that only asks whether we are there, and wants a part of itself back. */
export interface WebhookChallenge {
  when: { path: JsonPath; equals: string };
  answer: { path: JsonPath; as: 'text' } | { path: JsonPath; as: 'json'; key: string };
}

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

export interface WebhookManifest {
  scheme: SignatureScheme;
  delivery: DeliveryFact;
  event: DeliveryFact;
  /** Event names that are subscribed to. */
  events: readonly string[];
  challenge: WebhookChallenge | null;
  registration: WebhookRegistration;
}
