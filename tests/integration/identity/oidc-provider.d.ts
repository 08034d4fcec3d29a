/** The package brings no types; this is the part the tests use. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Account {
    accountId: string;
    claims(): Record<string, unknown>;
  }

  export default class Provider {
    constructor(
      issuer: string,
      options: {
        clients: Record<string, unknown>[];
        pkce: { required: () => boolean };
        claims: Record<string, string[]>;
        findAccount: (context: unknown, sub: string) => Account;
        features: { devInteractions: { enabled: boolean } };
      },
    );
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  }
}
