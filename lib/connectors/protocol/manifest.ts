/** Where a provider's OAuth and API live; an app may point these at a self-hosted instance. */
export interface AuthorizeEndpoints {
  authorizeUrl: string;
  tokenUrl: string;
  /** `{client_id}` stands for the app's client id; null where nothing can be revoked. */
  revokeUrl: string | null;
  apiBaseUrl: string;
  /** Web pages of the provider, for links shown to people. */
  webBaseUrl: string;
}

export interface OAuthManifest {
  kind: 'oauth2';
  scopes: string[];
  pkce: 'S256';
  /** How the client proves itself at the token endpoint. */
  tokenAuth: 'client_secret_post' | 'client_secret_basic';
  /**
   * How `revokeUrl` is called. rfc7009: POST with `token` in a form. delete_with_basic: DELETE with
   * HTTP Basic (client id, client secret) and JSON {access_token}; 204 is done, 404 was done before.
   */
  revoke: 'rfc7009' | 'delete_with_basic';
  /** Page of the provider where an operator registers an app. */
  consoleUrl: string;
  /** Whether a token answer can carry expires_in and a rotating refresh token. */
  mayExpire: boolean;
}

export interface WebhookManifest {
  /** HMAC-SHA256 over the raw body, hex, behind `prefix`, in `signatureHeader`. */
  scheme: 'hmac_sha256_hex';
  signatureHeader: string;
  prefix: string;
  deliveryHeader: string;
  eventHeader: string;
  events: string[];
}

/** Facts about a connector, as data. Client-safe: the catalogue page reads it. */
export interface ConnectorManifest {
  name: string;
  provider: string;
  /** One sentence for the catalogue. */
  summary: string;
  category: 'development' | 'messaging' | 'payments' | 'projects' | 'generic';
  auth: OAuthManifest;
  endpoints: AuthorizeEndpoints;
  /**
   * Where the API lies below the web address of a self-hosted instance; its other addresses keep
   * their paths. Null where the provider cannot be self-hosted.
   */
  selfHostedApiPath: string | null;
  webhook: WebhookManifest;
  resources: {
    name: string;
    kind: 'task';
    title: string;
    /** What the scope of a stream of it is called ("repository"). */
    scopeTitle: string;
    writable: string[];
    /** For a writable field that takes fewer values than its kind has: the values it takes. */
    writableValues: Record<string, string[]>;
  }[];
  /** What it honestly cannot do. */
  gaps: string[];
}
