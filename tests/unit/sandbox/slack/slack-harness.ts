import type { Sandbox } from '#lib/sandbox/index';
import { openSandbox } from '../sandbox-harness.ts';

export const slackApp = {
  provider: 'slack',
  clientId: 'slack-connect',
  clientSecret: 'slack-secret-1',
  name: 'Patchbay',
  redirectUris: ['https://hub.example/callback'],
};
export const rotatingApp = { ...slackApp, clientId: 'slack-rotating', expiringTokens: true };

export const allScopes = [
  'channels:read',
  'channels:history',
  'groups:read',
  'groups:history',
  'users:read',
  'reactions:read',
  'chat:write',
];

type Json = Record<string, unknown>;

export interface SlackHarness {
  sandbox: Sandbox & { dispose(): Promise<void> };
  url: string;
  token: string;
  control: ReturnType<Sandbox['at']>['control'];
  call(method: string, args?: Record<string, string>, token?: string): Promise<Json>;
  post(method: string, args: Record<string, string>, token?: string): Promise<Json>;
  act(what: Json): Promise<Json>;
  app(): Promise<{ signingSecret: string; botUser: string }>;
}

/** A workspace in which the app is installed with everything it asks for. */
export async function openSlack(settings: Json = {}): Promise<SlackHarness> {
  const sandbox = await openSandbox({
    apps: [slackApp, rotatingApp],
    seed: { issues: 1, webIssues: 0 },
    settings: { slack: { seed: { messages: 60 }, retryMs: [20, 20, 20], ...settings } },
  });
  const { url, control } = sandbox.at('slack');
  const install = { clientId: slackApp.clientId, scopes: allScopes };
  const { access_token: token } = await control.call<{ access_token: string }>(
    'POST',
    '/install',
    install,
  );
  const headers = (bearer: string) => ({ authorization: `Bearer ${bearer}` });
  return {
    sandbox,
    url,
    token,
    control,
    async call(method, args = {}, bearer = token) {
      const query = new URLSearchParams(args);
      const response = await fetch(`${url}/api/${method}?${query}`, { headers: headers(bearer) });
      return (await response.json()) as Json;
    },
    async post(method, args, bearer = token) {
      const response = await fetch(`${url}/api/${method}`, {
        method: 'POST',
        headers: headers(bearer),
        body: new URLSearchParams(args),
      });
      return (await response.json()) as Json;
    },
    act: (what) => control.call<Json>('POST', '/act', what),
    async app() {
      const apps = await control.call<
        { clientId: string; signingSecret: string; botUser: string }[]
      >('GET', '/apps');
      const mine = apps.find((app) => app.clientId === slackApp.clientId);
      if (!mine) throw new Error('The app is not registered');
      return mine;
    },
  };
}

export const general = 'C0CHANNEL0';
export const sales = 'C0CHANNEL2';
export const mara = 'U0PERSON0A';
