/** The package brings no types; this is the part the tests use. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Account {
    accountId: string;
    claims(): Record<string, unknown>;
  }

  interface GrantContext {
    oidc?: { params?: Record<string, unknown>; account?: { accountId: string } };
  }

  export default class Provider {
    constructor(
      issuer: string,
      options: {
        clients: Record<string, unknown>[];
        pkce: { required: () => boolean };
        claims: Record<string, string[]>;
        findAccount: (context: unknown, sub: string) => Account;
        features: Record<string, { enabled: boolean }>;
        ttl?: Record<string, number | (() => number)>;
        issueRefreshToken?: () => boolean;
        rotateRefreshToken?: boolean;
        clockTolerance?: number;
        scopes?: string[];
        cookies?: { keys: string[] };
      },
    );
    /** `grant.success`, `grant.error`, `grant.revoked` and others; the context comes first. */
    on(event: string, listener: (context: GrantContext, ...more: unknown[]) => void): void;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  }
}
