import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, type SandboxOptions, startSandbox } from '#lib/sandbox/index';

const signInApp = {
  clientId: 'sandbox-sign-in',
  clientSecret: 'sign-in-secret',
  name: 'Patchbay sign-in',
  loopbackPaths: ['/api/auth/callback/github'],
};

export const connectApp = {
  clientId: 'sandbox-connect',
  clientSecret: 'connect-secret',
  name: 'Patchbay',
  redirectUris: ['https://hub.example/callback'],
  loopbackPaths: ['/callback'],
};

export const rotatingApp = { ...connectApp, clientId: 'sandbox-rotating', expiringTokens: true };

export const redirectUri = 'http://localhost:4123/callback';
export const controlToken = 'control-token-of-a-test';

export const temporaryDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'sandbox-test-'));

export const options = (dataDir: string, more: Partial<SandboxOptions> = {}): SandboxOptions => ({
  port: 0,
  dataDir,
  controlToken,
  apps: [signInApp, connectApp, rotatingApp],
  seed: { issues: 25, webIssues: 5 },
  ...more,
});

/** A sandbox with a small repository in a folder of its own. */
export async function openSandbox(
  more: Partial<SandboxOptions> = {},
): Promise<Sandbox & { dispose(): Promise<void> }> {
  const dataDir = await temporaryDirectory();
  const sandbox = await startSandbox(options(dataDir, more));
  return {
    ...sandbox,
    async dispose() {
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export interface Flow {
  clientId?: string;
  login?: string;
  scope?: string;
  granted?: string[];
  state?: string;
  challenge?: string;
  cancel?: boolean;
  redirect?: string;
}

/** Presses the button on the authorize page; returns where the browser is sent. */
export async function authorize(sandbox: Sandbox, flow: Flow = {}): Promise<URL> {
  const scope = flow.scope ?? 'repo admin:repo_hook read:user user:email';
  const form = new URLSearchParams({
    client_id: flow.clientId ?? connectApp.clientId,
    redirect_uri: flow.redirect ?? redirectUri,
    scope,
    state: flow.state ?? 'state-1',
  });
  if (flow.challenge) {
    form.set('code_challenge', flow.challenge);
    form.set('code_challenge_method', 'S256');
  }
  for (const one of flow.granted ?? scope.split(' ')) form.append('granted', one);
  if (flow.cancel) form.set('cancel', '1');
  else form.set('login', flow.login ?? 'mara-lindqvist');
  const response = await fetch(`${sandbox.url}/login/oauth/authorize`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
  const location = response.headers.get('location');
  if (!location) throw new Error(`No redirect but ${response.status}: ${await response.text()}`);
  return new URL(location);
}

export type TokenAnswer = Record<string, string | number | undefined>;

export async function exchange(
  sandbox: Sandbox,
  parameters: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const credentials = headers['authorization']
    ? {}
    : { client_id: connectApp.clientId, client_secret: connectApp.clientSecret };
  const response = await fetch(`${sandbox.url}/login/oauth/access_token`, {
    method: 'POST',
    headers: { accept: 'application/json', ...headers },
    body: new URLSearchParams({ ...credentials, ...parameters }),
  });
  return (await response.json()) as TokenAnswer;
}

export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** The whole flow: an access token of this person. */
export async function tokenOf(sandbox: Sandbox, flow: Flow = {}): Promise<string> {
  const back = await authorize(sandbox, flow);
  const clientId = flow.clientId ?? connectApp.clientId;
  const answer = await exchange(sandbox, {
    client_id: clientId,
    code: back.searchParams.get('code') ?? '',
  });
  if (typeof answer['access_token'] !== 'string') throw new Error(JSON.stringify(answer));
  return answer['access_token'];
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  json: unknown;
}

export async function api(
  sandbox: Sandbox,
  token: string | null,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ApiAnswer> {
  const response = await fetch(sandbox.apiUrl + path, {
    method,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: text === '' ? null : JSON.parse(text),
  };
}

export interface Delivery {
  headers: IncomingHttpHeaders;
  event: string;
  guid: string;
  body: string;
  payload: Record<string, unknown>;
}

export interface Receiver {
  url: string;
  deliveries: Delivery[];
  /** What the next requests are answered with. */
  status: number;
  until(done: (deliveries: Delivery[]) => boolean): Promise<Delivery[]>;
  close(): Promise<void>;
}

/** Something that takes webhooks. */
export async function openReceiver(): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      deliveries.push({
        headers: request.headers,
        event: String(request.headers['x-github-event']),
        guid: String(request.headers['x-github-delivery']),
        body,
        payload: body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : {},
      });
      response.writeHead(receiver.status).end('taken');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    deliveries,
    status: 200,
    async until(done) {
      await eventually(() => done(deliveries));
      return deliveries;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

/** Asks again until it holds, five seconds at most. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('It did not happen within five seconds');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
