import { genericApi } from '#lib/connectors/generic/api';
import { httpOauth } from '#lib/connectors/generic/index';
import { signInAt } from '../../integration/connections/issuer-sign-in.ts';
import { clientId, clientSecret, startIssuer } from '../../integration/connections/oidc-issuer.ts';
import type { ContractEntry } from './contract-entry.ts';
import { customersDefinition, startPlainService } from './plain-json-service.ts';

const home = 'http://127.0.0.1:3000/api/oauth/http_oauth/workspace/app/callback';

/** A JSON API behind a certified OpenID provider: the token is one that the provider gave. */
export const entry: ContractEntry = {
  connector: httpOauth,
  api: genericApi,
  source: 'our double',
  start: async () => {
    const issuer = await startIssuer({ redirectUri: home, accessTokenSeconds: 3_600 });
    const token = await signInAt(issuer, { home, login: 'ada', scope: 'openid tasks' });
    // Whether a token is good is the provider's to say, each time.
    const service = await startPlainService(async ({ authorization = '' }) => {
      const answer = await fetch(`${issuer.url}/me`, { headers: { authorization } });
      return answer.ok;
    });
    return {
      apiBaseUrl: service.url,
      accountPath: '/me',
      auth: 'oauth2',
      credential: token,
      wrongCredential: `${token}x`,
      account: {
        id: `${new URL(service.url).host}/7`,
        name: `Ada at ${new URL(service.url).host}`,
      },
      streams: [
        service.stream({
          ...customersDefinition,
          paging: { style: 'cursor', parameter: 'after', next: 'next' },
          since: { parameter: 'changed_since', format: 'iso' },
        }),
      ],
      failNext: service.failNext,
      revoke: async () => {
        const answer = await fetch(`${issuer.url}/token/revocation`, {
          method: 'POST',
          headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
          body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
        });
        if (!answer.ok) throw new Error(`the provider answered ${answer.status}`);
      },
      dispose: async () => {
        await service.dispose();
        await issuer.close();
      },
    };
  },
};
