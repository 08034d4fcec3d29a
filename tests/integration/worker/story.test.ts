import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ConnectionWebDeps,
  checkConnection,
  disconnect,
  finishAuthorization,
  getConnection,
  listScopes,
  putPresetApp,
  startAuthorization,
} from '#lib/connections/index';
import { newId, systemClock } from '#lib/core/index';
import { asUser, connect, type Db, type Tx } from '#lib/db/index';
import { connectorRules } from '#lib/hub/connector-rules';
import { connectors } from '#lib/hub/connectors';
import type { Gateway } from '#lib/hub/gateway';
import { presetEndpoints } from '#lib/hub/preset-endpoints';
import { beginDisconnect, beginStream } from '#lib/hub/sagas/start-sagas';
import { createWorker, type Worker } from '#lib/hub/worker';
import { logger } from '#lib/observability/index';
import { installQueue } from '#lib/queue/index';
import { patchRecord } from '#lib/records/index';
import { cacheStore, createCache } from '#lib/resilience/index';
import { listSagas } from '#lib/sagas/index';
import { type Sandbox, startSandbox } from '#lib/sandbox/index';
import { generateKeyPair } from '#lib/security/index';
import { createStream, listStreams, updateStream } from '#lib/sync/index';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { patience } from '../../setup/patience.ts';
import { openGateway } from './story-gateway.ts';

const log = logger('test', 'silent');
const origin = 'http://localhost:4123';
const member = { userId: newId(), sessionId: newId() };
const workspaceId = newId();
const app = { clientId: 'sandbox-connect', clientSecret: 'connect-secret' };
const repository = 'northwind/api';

let database: TestDatabase;
let admin: postgres.Sql;
let pools: { web: Db; worker: Db };
let dataDir: string;
let sandbox: Sandbox;
let gateway: Gateway;
let worker: Worker;
let web: ConnectionWebDeps;
let connectionId: string;

beforeAll(async () => {
  database = await freshDatabase();
  await installQueue({ url: database.migrateUrl });
  admin = postgres(database.superuserUrl, { max: 2, onnotice: () => undefined });
  pools = {
    web: connect({ url: database.webUrl, name: 'story-web', max: 6 }),
    worker: connect({ url: database.workerUrl, name: 'story-worker', max: 14 }),
  };
  dataDir = await mkdtemp(join(tmpdir(), 'story-sandbox-'));
  sandbox = await startSandbox({
    port: 0,
    dataDir,
    controlToken: 'control-token-of-a-test',
    apps: [{ ...app, name: 'Patchbay', loopbackPaths: ['/api/oauth/github/callback'] }],
    seed: { issues: 120, webIssues: 5 },
    expiringTokens: true,
  });
  const keys = { worker: generateKeyPair(), gateway: generateKeyPair() };
  gateway = await openGateway(pools.web, keys.gateway.privateKey);
  web = {
    db: pools.web,
    connectors,
    presetEndpoints: presetEndpoints(sandbox.origin),
    sealKey: keys.worker.publicKey,
    cache: createCache({
      store: cacheStore({ kind: 'postgres', db: pools.web }),
      log: logger('test', 'silent'),
    }),
    clock: systemClock,
  };
  await seedWorkspace();
  worker = createWorker({
    db: pools.worker,
    log,
    version: 'test',
    settings: {
      SEAL_WORKER_PRIVATE_KEY: keys.worker.privateKey,
      SEAL_GATEWAY_PUBLIC_KEY: keys.gateway.publicKey,
      OUTGOING_ALLOW: [`127.0.0.1:${sandbox.port}`],
      POLL_SECONDS: 30,
      SANDBOX_URL: sandbox.origin,
      PUBLIC_URL: undefined,
      PORT: gateway.port,
      DATABASE_URL_WORKER_SESSION: database.workerUrl,
    },
  });
  await worker.start();
});
afterAll(async () => {
  await worker.stop({ drainMs: 5_000 });
  await gateway.close();
  await sandbox.close();
  await rm(dataDir, { recursive: true, force: true });
  await Promise.all([pools.web.end(), pools.worker.end(), admin.end()]);
  await database.drop();
});

async function seedWorkspace(): Promise<void> {
  await admin`insert into public.users (id, email) values (${member.userId}, 'owner@x.test')`;
  await admin`insert into private.sessions (id, token_hash, user_id, expires_at)
    values (${member.sessionId}, ${randomBytes(32)}, ${member.userId}, now() + interval '1 day')`;
  await admin`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'W', 'story')`;
  await admin`insert into public.members (workspace_id, user_id, role)
    values (${workspaceId}, ${member.userId}, 'owner')`;
  await asMember((tx) => putPresetApp(tx, web, { workspaceId, connector: 'github', ...app }));
}

const asMember = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => asUser(pools.web, member, work);
const place = () => ({ workspaceId, connectionId });

/** Presses the button on the sandbox's page, as its form would. */
async function consent(page: URL, login: string): Promise<URL> {
  const form = new URLSearchParams(page.search);
  for (const scope of (form.get('scope') ?? '').split(' ')) form.append('granted', scope);
  form.set('login', login);
  const answer = await fetch(new URL(page.pathname, sandbox.origin), {
    method: 'POST',
    body: form,
    redirect: 'manual',
    headers: { origin: sandbox.origin },
  });
  return new URL(answer.headers.get('location') ?? '');
}

async function signIn(connection?: string): Promise<string> {
  const { authorize_url: url } = await startAuthorization(web, member, {
    workspaceId,
    connector: 'github',
    connectionId: connection,
    returnTo: '/',
    origin,
  });
  const back = await consent(new URL(url), 'mara-lindqvist');
  expect(back.pathname).toBe('/api/oauth/github/callback');
  const done = await finishAuthorization(web, member, {
    connector: 'github',
    origin,
    query: back.search,
  });
  return done.connectionId;
}

const issueOf = async (number: number) =>
  (await sandbox.control.issues(repository)).find((issue) => issue.number === number);
const recordOf = async (number: number) => {
  const [row] = await admin<{ id: string; version: number; data: { title: string } }[]>`
    select r.id, r.version::int, r.data from public.records r join public.links l on l.record_id = r.id
    where l.external_key = ${String(number)}`;
  if (!row) throw new Error(`There is no record of issue ${number}`);
  return row;
};

describe('the story, in order', () => {
  it('connects by the real flow', async () => {
    connectionId = await signIn();
    const shown = await asMember((tx) => getConnection(tx, place()));
    expect(shown).toMatchObject({ status: 'active', account_name: 'mara-lindqvist' });
    expect(shown.scopes_granted).toEqual(['repo']);
    expect(shown.expires_at).not.toBeNull();
  });

  it('reads everything of a chosen repository', async () => {
    const options = await listScopes(web, member, { ...place(), resource: 'issues' });
    const chosen = options.data.find((option) => option.key === repository);
    if (!chosen) throw new Error('The repository is not offered');
    const runId = newId();
    await asMember(async (tx) => {
      const stream = await createStream(tx, {
        workspaceId,
        connectionId,
        resource: 'issues',
        kind: 'task',
        name: chosen.title,
        scopeKey: chosen.key,
        scope: { owner: 'northwind', repo: 'api', ...chosen.scope },
        requestedBy: member.userId,
        heldRunId: runId,
      });
      await beginStream(tx, {
        ...place(),
        streamId: stream.id,
        runId,
        name: stream.name,
        requestedBy: member.userId,
      });
    });
    const truth = await sandbox.control.issues(repository);
    const phase = async () => (await admin`select phase from public.streams`)[0]?.['phase'];
    await expect.poll(phase, { timeout: 40_000, interval: 100 }).toBe('live');
    const rows = await admin<{ key: string; title: string }[]>`
      select l.external_key as key, r.data ->> 'title' as title
      from public.links l join public.records r on r.id = l.record_id`;
    const copy = new Map(rows.map((row) => [row.key, row.title]));
    expect(copy).toEqual(new Map(truth.map((issue) => [String(issue.number), issue.title])));
    expect(await asMember((tx) => getConnection(tx, place()))).toMatchObject({
      delivery: 'webhook',
      records: truth.length,
      webhooks: [{ status: 'active', scope_key: repository }],
    });
  });

  it('takes in a change made there', async () => {
    await sandbox.control.act({
      as: 'sam-whitfield',
      method: 'PATCH',
      path: `/repos/${repository}/issues/3`,
      body: { title: 'Changed at the service' },
    });
    await expect
      .poll(async () => (await recordOf(3)).data.title, patience)
      .toBe('Changed at the service');
  });

  it('sends out an edit made here', async () => {
    const { id, version } = await recordOf(4);
    await asMember((tx) =>
      patchRecord(tx, connectorRules, {
        recordId: id,
        patch: { mutation_id: randomUUID(), version, data: { title: 'Changed in the hub' } },
      }),
    );
    await expect.poll(async () => (await issueOf(4))?.title, patience).toBe('Changed in the hub');
  });

  it('renews an access that has ended, and goes on', async () => {
    await sandbox.control.expireTokens({ login: 'mara-lindqvist' });
    const shown = await checkConnection(web, member, place());
    expect(shown.status).toBe('active');
    const [row] = await admin`select count(*)::int as n from public.connection_log
      where code = 'connections.refreshed'`;
    expect(row?.['n']).toBe(1);
  });

  it('asks for authorisation when the access was taken away there, and comes back in place', async () => {
    await sandbox.control.revokeTokens({ login: 'mara-lindqvist' });
    await expect(checkConnection(web, member, place())).rejects.toMatchObject({
      code: 'connections.needs_reauth',
    });
    expect(await asMember((tx) => getConnection(tx, place()))).toMatchObject({
      status: 'needs_reauth',
    });
    expect(await signIn(connectionId)).toBe(connectionId);
    expect(await checkConnection(web, member, place())).toMatchObject({ status: 'active' });
  });

  it('disconnects: webhook removed, access revoked, records kept', async () => {
    await disconnect(web, member, place(), (tx) =>
      beginDisconnect(tx, { ...place(), requestedBy: member.userId }),
    );
    const status = async () => (await asMember((tx) => getConnection(tx, place()))).status;
    await expect.poll(status, patience).toBe('disconnected');
    const shown = await asMember((tx) => getConnection(tx, place()));
    expect(shown).toMatchObject({ receipt: { revocation: 'revoked', webhooks: { removed: 1 } } });
    expect(shown.records).toBeGreaterThan(0);
    expect(await endpoints()).toEqual([{ status: 'removed', url: null }]);
    const told = () => asMember((tx) => listSagas(tx, place()));
    await expect
      .poll(async () => (await told()).map(({ kind, state }) => `${kind} ${state}`), patience)
      .toEqual([
        'disconnect completed',
        'connect completed',
        'start_stream completed',
        'connect completed',
      ]);
  });

  it('is connected again, goes on, and gets its webhook back by itself', async () => {
    expect(await signIn(connectionId)).toBe(connectionId);
    const [stream] = await asMember((tx) => listStreams(tx, place()));
    await asMember((tx) => updateStream(tx, { streamId: stream?.id ?? '', phase: 'live' }));
    await expect
      .poll(endpoints, patience)
      .toEqual([{ status: 'active', url: expect.stringContaining('/api/webhooks/github/') }]);
    await sandbox.control.act({
      as: 'sam-whitfield',
      method: 'PATCH',
      path: `/repos/${repository}/issues/3`,
      body: { title: 'Heard of again' },
    });
    await expect.poll(async () => (await recordOf(3)).data.title, patience).toBe('Heard of again');
  });
});

const endpoints = () =>
  admin`select status, url from public.webhook_endpoints where connection_id = ${connectionId}`;
