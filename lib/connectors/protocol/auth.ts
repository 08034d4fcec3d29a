/** What access is asked for, by what it is good for; one scope may stand under several. */
export interface ScopesByAbility {
  read: readonly string[];
  write: readonly string[];
  webhooks: readonly string[];
}

export interface TokenRules {
  /** Whether a token answer can carry expires_in and a rotating refresh token. */
  mayExpire: boolean;
  /** Values of token_type that stand for a bearer token, in lower case ("bearer"; Slack: "bot"). */
  types: readonly string[];
}

/** OAuth 2.0 code flow, or OpenID Connect when there is a nonce. */
export interface OAuthMode {
  kind: 'oauth2';
  scopes: ScopesByAbility;
  /** RFC 6749 says a space; some providers want a comma. */
  scopeSeparator: ' ' | ',';
  pkce: 'S256';
  /** How the client proves itself at the token endpoint. */
  tokenAuth: 'client_secret_post' | 'client_secret_basic';
  /**
   * rfc7009: POST `revokeUrl` with `token` in a form. delete_with_basic: DELETE `revokeUrl` with HTTP
   * Basic (client id, client secret) and JSON {access_token}; 204 is done, 404 was done before.
   * api: `ConnectorApi.revoke`. none: the provider offers no way.
   */
  revoke: 'rfc7009' | 'delete_with_basic' | 'api' | 'none';
  /** Page of the provider where an operator registers an app; null where nobody knows it. */
  consoleUrl: string | null;
  tokenRules: TokenRules;
  /** What the provider calls itself in `iss` (RFC 9207) and in its metadata, when it says so. */
  issuer?: string;
  /** Its endpoints are read from the metadata of `issuer` (RFC 8414 or OpenID Connect Discovery). */
  discovery?: 'oauth2' | 'oidc';
  /** Takes the request by RFC 9126 before the redirect. */
  par?: boolean;
  /** OpenID Connect: the id token is checked against it. */
  nonce?: boolean;
  /** Sent along to the authorization page. */
  authorizeParameters?: Readonly<Record<string, string>>;
  /**
   * Nothing of it is known before an admin says so in a form: scopes, issuer, addresses and how the
   * client proves itself are the app's, of which a workspace may have several.
   */
  byForm?: true;
  /** Where a request is pushed to, in place of what the metadata says. */
  parUrl?: string;
}

/** One thing a person pastes into the connect form. */
export interface CredentialField {
  label: string;
  placeholder: string | null;
  /** Where to find it, in one sentence. */
  help: string | null;
  /** The whole value must match; source of a RegExp with the flag `u`. */
  pattern: string;
  /** What the pattern asks for, in words: "begins with rk_ or sk_". */
  patternWords: string;
}

/** An address only the person connecting knows. */
export interface BaseUrlField {
  label: string;
  placeholder: string | null;
  help: string | null;
  /** False: without one the provider's own service is meant. */
  isRequired: boolean;
}

interface PastedMode {
  /** What exactly must be allowed for it, in the provider's own words ("Customers: write"). */
  permissions: ScopesByAbility;
  /** Page of the provider where it is made. */
  consoleUrl: string | null;
  baseUrl: BaseUrlField | null;
}

export interface KeyMode extends PastedMode {
  kind: 'api_key';
  fields: { key: CredentialField; header?: CredentialField; account_path?: CredentialField };
  /**
   * In a header behind a prefix ("Bearer "), in the one the field `header` names, or as the user name
   * of HTTP Basic without a password. A key never goes into a query: addresses stand in logs.
   */
  sent:
    | { in: 'header'; name: string; prefix: string }
    | { in: 'named_header' }
    | { in: 'basic_username' };
}

export interface BasicMode extends PastedMode {
  kind: 'basic';
  fields: {
    username: CredentialField;
    password: CredentialField;
    account_path?: CredentialField;
  };
}

/** Nothing is called: the service posts to an address of ours, which a person tells it. */
export interface ListenMode {
  kind: 'webhook';
}

export type AuthMode = OAuthMode | KeyMode | BasicMode | ListenMode;
export type AuthKind = AuthMode['kind'];

/** The mode of this kind, or null when the connector has none. */
export function authOf<K extends AuthKind>(
  manifest: { auth: readonly AuthMode[] },
  kind: K,
): Extract<AuthMode, { kind: K }> | null {
  const isIt = (mode: AuthMode): mode is Extract<AuthMode, { kind: K }> => mode.kind === kind;
  return manifest.auth.find(isIt) ?? null;
}

export const abilities = ['read', 'write', 'webhooks'] as const;
export type Ability = (typeof abilities)[number];

/** Every scope once, in the order read, write, webhooks. */
export const allScopes = (scopes: ScopesByAbility): string[] => [
  ...new Set(abilities.flatMap((ability) => scopes[ability])),
];
