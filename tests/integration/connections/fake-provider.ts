import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  type ConnectorApi,
  type ConnectorManifest,
  oneJsonEvent,
} from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';

/** A provider that does what a test tells it, and remembers what it was asked. */
export interface FakeProvider {
  url: string;
  hostPort: string;
  /** Forms posted to the token endpoint. */
  tokenRequests: URLSearchParams[];
  /** Authorization headers seen by the API. */
  apiCalls: { path: string; authorization: string }[];
  revocations: { authorization: string; token: string }[];
  account: { id: string; name: string };
  /** Replaced by a test; the default issues tokens that the API accepts. */
  onToken: (form: URLSearchParams, answer: Answer) => void | Promise<void>;
  /** `mark` is the If-None-Match of the request. */
  onApi: (path: string, token: string, answer: Answer, mark?: string) => void | Promise<void>;
  onRevoke: ((answer: Answer) => void) | null;
  /** Cuts every connection, as a network that fails does. */
  hangUp(): void;
  /** Tokens the API accepts. */
  valid: Set<string>;
  /** A new pair; the refresh token is good once. */
  issue(extra?: Record<string, unknown>): Record<string, unknown>;
  close(): Promise<void>;
}

export type Answer = (status: number, body: unknown, headers?: Record<string, string>) => void;

export async function startFakeProvider(): Promise<FakeProvider> {
  let issued = 0;
  const refreshTokens = new Set<string>();
  const server = createServer((request, response) => {
    void serve(request, response);
  });
  const provider: FakeProvider = {
    url: '',
    hostPort: '',
    tokenRequests: [],
    apiCalls: [],
    revocations: [],
    account: { id: '7', name: 'ada' },
    valid: new Set(),
    onRevoke: null,
    hangUp: () => server.closeAllConnections(),
    issue: (extra = {}) => {
      issued += 1;
      const access = `access-${issued}`;
      provider.valid.add(access);
      refreshTokens.add(`refresh-${issued}`);
      return {
        access_token: access,
        refresh_token: `refresh-${issued}`,
        token_type: 'bearer',
        scope: 'repo,user',
        expires_in: 3600,
        ...extra,
      };
    },
    onToken: (form, answer) => {
      if (form.get('grant_type') === 'refresh_token') {
        const old = form.get('refresh_token') ?? '';
        if (!refreshTokens.delete(old)) return answer(200, { error: 'bad_refresh_token' });
      }
      return answer(200, provider.issue());
    },
    onApi: (path, token, answer) => {
      if (!provider.valid.has(token)) return answer(401, { message: 'Bad credentials' });
      if (path === '/api/user') return answer(200, provider.account);
      return answer(404, { message: 'Not Found' });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const answer: Answer = (status, body, headers = {}) => {
      const bytes = typeof body === 'string' ? body : JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(status === 204 || status === 304 ? undefined : bytes);
    };
    const path = request.url ?? '/';
    const authorization = request.headers.authorization ?? '';
    if (path === '/oauth/token') {
      const form = new URLSearchParams(text);
      provider.tokenRequests.push(form);
      await provider.onToken(form, answer);
    } else if (request.method === 'DELETE' && path.startsWith('/api/applications/')) {
      const { access_token: token } = JSON.parse(text) as { access_token: string };
      provider.revocations.push({ authorization, token });
      if (provider.onRevoke) provider.onRevoke(answer);
      else answer(provider.valid.delete(token) ? 204 : 404, '');
    } else {
      provider.apiCalls.push({ path, authorization });
      const mark = request.headers['if-none-match'];
      await provider.onApi(path, authorization.replace(/^Bearer /, ''), answer, mark);
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  provider.hostPort = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  provider.url = `http://${provider.hostPort}`;
  return provider;
}

export const manifest: ConnectorManifest = {
  name: 'fake',
  provider: 'Fake',
  summary: 'A provider for tests.',
  category: 'development',
  auth: [
    {
      kind: 'oauth2',
      scopes: { read: ['repo', 'user'], write: ['repo'], webhooks: ['repo'] },
      scopeSeparator: ' ',
      pkce: 'S256',
      tokenAuth: 'client_secret_post',
      revoke: 'delete_with_basic',
      consoleUrl: 'https://fake.example.com/apps',
      tokenRules: { mayExpire: true, types: ['bearer'] },
    },
  ],
  endpoints: {
    authorizeUrl: 'https://fake.example.com/oauth/authorize',
    tokenUrl: 'https://fake.example.com/oauth/token',
    revokeUrl: 'https://api.fake.example.com/applications/{client_id}/token',
    apiBaseUrl: 'https://api.fake.example.com',
    webBaseUrl: 'https://fake.example.com',
  },
  hosts: [],
  selfHostedApiPath: '/api',
  rate: { requests: 5_000, perMs: 3_600_000, concurrent: 100, headers: null },
  webhook: {
    ...oneJsonEvent,
    scheme: {
      kind: 'hmac',
      alg: 'sha256',
      key: 'text',
      signed: '{body}',
      encoding: 'hex',
      offered: { as: 'whole', headers: ['x-fake-signature'], prefix: 'sha256=' },
      timestamp: null,
    },
    delivery: { from: 'header', name: 'x-fake-delivery' },
    event: { from: 'header', name: 'x-fake-event' },
    events: [],
    registration: { mode: 'api', per: 'scope' },
  },
  resources: [
    {
      name: 'issues',
      kind: 'task',
      title: 'Issues',
      scopeTitle: 'repository',
      writable: ['title'],
      writableValues: {},
    },
  ],
  lookups: [],
  gaps: [],
};

const codes = {
  401: 'provider.unauthorized',
  403: 'provider.forbidden',
  404: 'provider.not_found',
  410: 'provider.gone',
  422: 'provider.refused',
} as const;

const refuse = () => Promise.reject(new HubError('internal.unexpected', 'Not part of this test'));

export const api: ConnectorApi = {
  account: async (ctx) => {
    const { json } = await ctx.http.send({ method: 'GET', path: '/user' });
    if (typeof json !== 'object' || json === null || !('id' in json) || !('name' in json)) {
      throw new HubError('provider.bad_answer', 'The answer names no account.');
    }
    return { id: String(json.id), name: String(json.name), url: null };
  },
  scopes: async (ctx) => {
    await ctx.http.send({ method: 'GET', path: '/repos' });
    return [
      {
        key: 'a/b',
        title: 'a/b',
        detail: null,
        scope: { owner: 'a' },
        canWrite: true,
        canHook: true,
        estimate: 3,
      },
    ];
  },
  backfill: refuse,
  poll: refuse,
  read: refuse,
  update: async (ctx) => {
    await ctx.http.send({ method: 'PATCH', path: '/issue', json: {} });
    return refuse();
  },
  registerWebhook: refuse,
  removeWebhook: refuse,
  toError: ({ status, headers, text }) => {
    if (status === 429) {
      return new HubError('provider.rate_limited', 'Wait.', {
        retry: 'after',
        afterMs: Number(headers.get('retry-after') ?? 0) * 1000,
      });
    }
    if (status >= 500) return new HubError('provider.unavailable', undefined, { retry: 'later' });
    if (!text.startsWith('{')) return new HubError('provider.bad_answer');
    const code = codes[status as keyof typeof codes] ?? 'provider.refused';
    return new HubError(code, `The service said ${status}.`, { details: { status } });
  },
};
