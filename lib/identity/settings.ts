import type { Clock } from '#lib/core/index';
import type { Db, Tx } from '#lib/db/index';
import type { MailDesk } from '#lib/mail/index';
import type { Logger } from '#lib/observability/index';

/** Bounds of this room. Names end in their unit. */
export const bounds = {
  /** A session ends this long after sign-in, however much it is used. */
  sessionSeconds: 30 * 24 * 60 * 60,
  /** `last_seen_at` is written at most this often. */
  seenEverySeconds: 60,
  invitationDays: 7,
  signInLinkMinutes: 10,
  /** Links of one address that are good at the same time. */
  openSignInLinks: 3,
  realtimeTokenSeconds: 5 * 60,
  /** Calls to a sign-in provider. */
  providerTimeoutMs: 10_000,
  /** Rows of lists that have no cursor. */
  listRows: 200,
  userAgentChars: 400,
  addressChars: 64,
} as const;

export interface IdentitySettings {
  /** Signs next-auth's short cookies (state, PKCE, nonce). */
  secret: string;
  /** The one origin people use, or null on a loopback-only instance. */
  publicUrl: string | null;
  /** Forwarded headers count only beside this token. */
  gatewayToken: string | null;
  signUpDomains: string[];
  github: { clientId: string; clientSecret: string } | null;
  oidc: { issuer: string; clientId: string; clientSecret: string; name: string } | null;
  /** `url` is where the sandbox listens; browsers reach it under their own origin. */
  sandbox: { url: string; clientId: string; clientSecret: string } | null;
  realtime: {
    jwtSecret: string;
    /** Null: the browser's own origin carries Realtime. */
    publicUrl: string | null;
    publishableKey: string;
  };
}

export interface IdentityDeps {
  /** A pool of the web login; RLS of members is entered by `asUser`. */
  db: Db;
  settings: IdentitySettings;
  /** Where invitations and links to sign in by go. */
  mail: MailDesk;
  clock: Clock;
  log: Logger;
  /** Runs in the transaction that makes a workspace (presets). */
  onWorkspaceCreated?: (tx: Tx, workspaceId: string) => Promise<void>;
}
