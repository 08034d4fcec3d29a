import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import type { ConnectorManifest } from '#lib/connectors/protocol/index';
import { manifest as fake } from './fake-provider.ts';

export const clientId = 'patchbay';
export const clientSecret = 'client-secret-of-the-issuer';

/** A certified OpenID provider, somebody else's: rotates refresh tokens and revokes the family on reuse. */
export interface Issuer {
  url: string;
  hostPort: string;
  /** Paths asked for, with their query. */
  asked: string[];
  /** Refreshes it granted, by account. */
  refreshes: Map<string, number>;
  /** Families it revoked, because a refresh token came twice. */
  revoked: number;
  refused: number;
  /** Runs before a token request is answered; a test waits or kills here. */
  beforeToken: () => void | Promise<void>;
  /** Runs when a token request was answered, before a byte of it is sent. */
  close(): Promise<void>;
}

export async function startIssuer(options: {
  redirectUri: string;
  /** Of other apps of the same client. */
  moreRedirectUris?: readonly string[];
  accessTokenSeconds: number;
  requiresPush?: boolean;
}): Promise<Issuer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hostPort = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${hostPort}`;
  const provider = new Provider(url, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [options.redirectUri, ...(options.moreRedirectUris ?? [])],
        application_type: 'native',
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['authorization_code', 'refresh_token'],
        require_pushed_authorization_requests: options.requiresPush ?? false,
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'] },
    scopes: ['openid', 'offline_access', 'tasks', 'tasks:write'],
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    features: {
      devInteractions: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      revocation: { enabled: true },
    },
    ttl: { AccessToken: options.accessTokenSeconds, RefreshToken: 86_400, Grant: 86_400 },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    clockTolerance: 0,
    cookies: { keys: ['a key of tests'] },
  });
  const issuer: Issuer = {
    url,
    hostPort,
    asked: [],
    refreshes: new Map(),
    revoked: 0,
    refused: 0,
    beforeToken: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  provider.on('grant.success', ({ oidc }) => {
    if (oidc?.params?.['grant_type'] !== 'refresh_token') return;
    const account = oidc.account?.accountId ?? '';
    issuer.refreshes.set(account, (issuer.refreshes.get(account) ?? 0) + 1);
  });
  provider.on('grant.revoked', () => {
    issuer.revoked += 1;
  });
  provider.on('grant.error', () => {
    issuer.refused += 1;
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    issuer.asked.push(request.url ?? '');
    if (request.url === '/user') {
      void whoIsIt(url, request.headers.authorization ?? '').then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
      return;
    }
    const isToken = request.url === '/token';
    void Promise.resolve(isToken ? issuer.beforeToken() : undefined).then(() =>
      answer(request, response),
    );
  });
  return issuer;
}

/** What the API of tests asks for, from the issuer's own user info. */
async function whoIsIt(
  url: string,
  authorization: string,
): Promise<{ status: number; body: string }> {
  const answer = await fetch(`${url}/me`, { headers: { authorization } });
  const { sub } = (await answer.json()) as { sub?: string };
  return {
    status: answer.status,
    body: JSON.stringify(sub === undefined ? {} : { id: sub, name: sub }),
  };
}

/** The connector of such an issuer, as a form would make it. */
export const issuerManifest = (issuer: Pick<Issuer, 'url'>, par = true): ConnectorManifest => ({
  ...fake,
  name: 'oidc',
  provider: 'Issuer',
  auth: [
    {
      kind: 'oauth2',
      scopes: {
        read: ['openid', 'offline_access', 'tasks'],
        write: ['tasks:write'],
        webhooks: [],
      },
      scopeSeparator: ' ',
      pkce: 'S256',
      tokenAuth: 'client_secret_basic',
      revoke: 'rfc7009',
      consoleUrl: `${issuer.url}/apps`,
      tokenRules: { mayExpire: true, types: ['bearer'] },
      issuer: issuer.url,
      discovery: 'oidc',
      par,
      nonce: true,
      authorizeParameters: { prompt: 'consent' },
    },
  ],
  endpoints: {
    authorizeUrl: null,
    tokenUrl: null,
    revokeUrl: null,
    apiBaseUrl: issuer.url,
    webBaseUrl: issuer.url,
  },
  selfHostedApiPath: null,
});

const stepsMax = 10;

/** Walks the issuer's pages as a person does, login and consent, until it leads back; answers the query. */
export async function walk(start: string, login: string, home: string): Promise<URLSearchParams> {
  const cookies = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | null = null;
  for (let step = 0; step < stepsMax; step += 1) {
    const answer: Response = await fetch(url, {
      redirect: 'manual',
      method: form ? 'POST' : 'GET',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { body: form } : {}),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      cookies.set(name, value);
    }
    form = null;
    const location = answer.headers.get('location');
    if (location) {
      url = new URL(location, url).href;
      if (url.startsWith(home)) return new URL(url).searchParams;
      continue;
    }
    const page = await answer.text();
    const action = /action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    if (!action || !prompt) {
      throw new Error(`the issuer answered ${answer.status}: ${page.slice(0, 400)}`);
    }
    url = new URL(action, url).href;
    form = new URLSearchParams({ prompt, login, password: 'any' });
  }
  throw new Error('the issuer never led back');
}
