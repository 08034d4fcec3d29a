import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateKeyPair } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import { startWeb, type WebFixture } from '../api/web-fixture.ts';
import { Browser } from './browser.ts';
import { type FakeGitHub, startFakeGitHub } from './fake-github.ts';

let web: WebFixture;
let github: FakeGitHub;
const worker = generateKeyPair();

beforeAll(async () => {
  github = await startFakeGitHub();
  web = await startWeb({
    SEAL_WORKER_PUBLIC_KEY: worker.publicKey,
    SANDBOX_URL: github.url,
    SANDBOX_SIGN_IN_CLIENT_ID: 'fake-client',
    SANDBOX_SIGN_IN_CLIENT_SECRET: 'fake-secret',
    SANDBOX_GITHUB_CLIENT_ID: 'connect-client',
    SANDBOX_GITHUB_CLIENT_SECRET: 'connect-secret',
    SANDBOX_LINEAR_CLIENT_ID: 'linear-client',
    SANDBOX_LINEAR_CLIENT_SECRET: 'linear-secret',
  });
});
afterAll(async () => {
  await web.close();
  await github.close();
});

it('a workspace finds the sandbox’s apps in place, their secrets sealed to the worker', async () => {
  github.person = {
    id: 1,
    login: 'mara',
    name: 'Mara',
    emails: [{ email: 'mara@first.test', primary: true, verified: true }],
  };
  const browser = new Browser(web.hub);
  const left = await browser.post('/api/auth/signin/sandbox-github');
  const page = new URL(left.headers.get('location') ?? '');
  const code = github.issueCode(page.searchParams.get('code_challenge') ?? '');
  const state = page.searchParams.get('state') ?? '';
  await browser.get(`/api/auth/callback/sandbox-github?${new URLSearchParams({ code, state })}`);
  const session = await browser.session();
  if (!session) throw new Error('Mara is signed in');
  const workspaceId = session.workspaces[0]?.id ?? '';

  const apps = () => web.hub.connections.listApps(session, { workspaceId });
  const [app, other] = await apps();
  expect(other).toMatchObject({ connector: 'linear', client_id: 'linear-client', is_preset: true });
  expect(app).toMatchObject({ connector: 'github', client_id: 'connect-client', is_preset: true });
  const [secret] = await web.admin<
    { envelope: Buffer }[]
  >`select envelope from private.app_secrets where app_id = ${app?.id ?? ''}`;
  if (!secret) throw new Error('the secret is kept');
  const opened = createOpener(worker.privateKey).open(secret.envelope, {
    workspaceId,
    ownerId: app?.id ?? '',
    field: 'client_secret',
  });
  expect(Buffer.from(opened).toString('utf8')).toBe('connect-secret');
  expect(secret.envelope.toString('latin1')).not.toContain('connect-secret');

  // A workspace from before there was a Linear gets it when somebody looks; taken away, it stays away.
  await web.admin`delete from public.apps where id = ${other?.id ?? ''}`;
  const look = () =>
    web.hub.connections.catalogue(session, { workspaceId, origin: 'http://x.test' });
  await look();
  expect((await apps()).map(({ connector }) => connector)).toEqual(['github', 'linear']);
  await web.admin`delete from public.apps where connector = 'linear'`;
  await look();
  expect((await apps()).map(({ connector }) => connector)).toEqual(['github']);
});
