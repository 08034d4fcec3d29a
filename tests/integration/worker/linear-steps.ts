import { expect } from 'vitest';
import { finishAuthorization, startAuthorization } from '#lib/connections/index';
import type { SandboxOptions } from '#lib/sandbox/index';
import type { SandboxWorld } from './sandbox-world.ts';

const origin = 'http://localhost:4123';
export const linearApp = { clientId: 'linear-connect', clientSecret: 'linear-connect-secret' };

export const linearSandbox: Pick<SandboxOptions, 'apps' | 'settings' | 'seed'> = {
  apps: [
    {
      ...linearApp,
      provider: 'linear',
      name: 'Patchbay',
      loopbackPaths: ['/api/oauth/linear/callback'],
    },
  ],
  seed: { issues: 1, webIssues: 1 },
  settings: { linear: { issues: 130, opsIssues: 3, retryAfterMs: [200, 200, 200] } },
};

/** Presses the button on the sandbox's page, as its form would. */
export async function signInAtLinear(
  { web, member, workspaceId, sandbox }: SandboxWorld,
  connection?: string,
): Promise<string> {
  const { authorize_url: url } = await startAuthorization(web, member, {
    workspaceId,
    connector: 'linear',
    connectionId: connection,
    returnTo: '/',
    origin,
  });
  const page = new URL(url);
  const form = new URLSearchParams(page.search);
  form.set('person', 'mara');
  const answer = await fetch(new URL(page.pathname, sandbox.origin), {
    method: 'POST',
    body: form,
    redirect: 'manual',
    headers: { origin: sandbox.origin },
  });
  const back = new URL(answer.headers.get('location') ?? '');
  expect(back.pathname).toBe('/api/oauth/linear/callback');
  const query = back.search;
  const done = await finishAuthorization(web, member, { connector: 'linear', origin, query });
  return done.connectionId;
}
