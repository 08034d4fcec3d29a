import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '#lib/sandbox/index';
import { openSandbox } from '../sandbox-harness.ts';

export const linearApp = {
  provider: 'linear',
  clientId: 'linear-app',
  clientSecret: 'linear-app-secret',
  name: 'Patchbay',
  redirectUris: ['https://hub.example/callback'],
  loopbackPaths: ['/callback'],
};

export const redirectUri = 'http://localhost:4123/callback';
export const allScopes = 'read,write,admin';

export type OpenSandbox = Sandbox & { dispose(): Promise<void> };

export const openLinear = (settings: Record<string, unknown> = {}): Promise<OpenSandbox> =>
  openSandbox({
    apps: [linearApp],
    settings: { linear: { issues: 30, opsIssues: 6, retryAfterMs: [20, 20, 20], ...settings } },
  });

export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** Presses a button on the consent page; returns where the browser is sent, or the page. */
export async function consent(
  sandbox: Sandbox,
  more: Record<string, string> = {},
): Promise<{ status: number; location: URL | null }> {
  const form = new URLSearchParams({
    client_id: linearApp.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: allScopes,
    state: 'state-1',
    person: 'mara',
    ...more,
  });
  const answer = await fetch(`${sandbox.at('linear').url}/oauth/authorize`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
  await answer.arrayBuffer();
  const location = answer.headers.get('location');
  return { status: answer.status, location: location === null ? null : new URL(location) };
}

export interface TokenAnswer {
  status: number;
  access_token: string;
  refresh_token: string;
  scope: string;
  expires_in: number;
  error?: string;
}

export async function askToken(
  sandbox: Sandbox,
  form: Record<string, string>,
): Promise<TokenAnswer> {
  const answer = await fetch(`${sandbox.at('linear').url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: linearApp.clientId,
      client_secret: linearApp.clientSecret,
      ...form,
    }),
  });
  return { status: answer.status, ...((await answer.json()) as object) } as TokenAnswer;
}

export async function tokenOf(
  sandbox: Sandbox,
  more: Record<string, string> = {},
): Promise<TokenAnswer> {
  const { verifier, challenge } = pkce();
  const { location } = await consent(sandbox, {
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  });
  return askToken(sandbox, {
    grant_type: 'authorization_code',
    code: location?.searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
}

export interface GraphqlAnswer {
  status: number;
  headers: Headers;
  data: Record<string, unknown> | null;
  errors: { message: string; extensions: { code: string; userPresentableMessage: string } }[];
}

export async function graphql(
  sandbox: Sandbox,
  token: string | null,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<GraphqlAnswer> {
  const answer = await fetch(`${sandbox.at('linear').url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const json = (await answer.json()) as Partial<GraphqlAnswer>;
  return {
    status: answer.status,
    headers: answer.headers,
    data: json.data ?? null,
    errors: json.errors ?? [],
  };
}

export interface TrueIssue {
  id: string;
  identifier: string;
  title: string;
  state: string;
  assignee: string | null;
  labels: string[];
  trashed: boolean;
  archived: boolean;
  updatedAt: string;
}

export const truth = (sandbox: Sandbox, team = 'ENG'): Promise<TrueIssue[]> =>
  sandbox.at('linear').control.call('GET', `/issues?team=${team}`);

export async function teamId(sandbox: Sandbox, key = 'ENG'): Promise<string> {
  const status = await sandbox
    .at('linear')
    .control.call<{ teams: { id: string; key: string }[] }>('GET', '/status');
  return status.teams.find((team) => team.key === key)?.id ?? '';
}

interface Delivery {
  headers: IncomingHttpHeaders;
  body: string;
  payload: Record<string, unknown>;
}

export interface Receiver {
  url: string;
  deliveries: Delivery[];
  status: number;
  close(): Promise<void>;
}

/** Something that takes webhooks. */
export async function openReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const payload = JSON.parse(body) as Record<string, unknown>;
      receiver.deliveries.push({ headers: request.headers, body, payload });
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    deliveries: [],
    status: 200,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
