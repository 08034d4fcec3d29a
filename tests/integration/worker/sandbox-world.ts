import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import type { ConnectionWebDeps } from '#lib/connections/index';
import { newId, systemClock } from '#lib/core/index';
import { asUser, connect, type Tx } from '#lib/db/index';
import { broughtKeeper } from '#lib/hub/brought-secrets';
import { connectors } from '#lib/hub/connectors';
import { startGateway } from '#lib/hub/gateway';
import { inboundLimits } from '#lib/hub/inbound-limits';
import { presetEndpoints } from '#lib/hub/preset-endpoints';
import { createWorker, type Worker } from '#lib/hub/worker';
import { logger } from '#lib/observability/index';
import { installQueue } from '#lib/queue/index';
import { cacheStore, createCache } from '#lib/resilience/index';
import { type Sandbox, type SandboxOptions, startSandbox } from '#lib/sandbox/index';
import { generateKeyPair } from '#lib/security/index';
import { createWebhookSecretOpener } from '#lib/security/open-webhook-secret';
import { createReceiver } from '#lib/webhooks/index';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';

/** Shared by the gateway and the pages. */
export const gatewayToken = 'the gateway token of this test';

export interface SandboxWorld {
  sandbox: Sandbox;
  /** Where webhooks arrive, and the key their secrets are sealed to. */
  gateway: { url: string; sealKey: string };
  web: ConnectionWebDeps;
  admin: postgres.Sql;
  worker: Worker;
  workspaceId: string;
  member: { userId: string; sessionId: string };
  asMember<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The ways to the database; the session URL may be missing. */
export interface Ways {
  webUrl: string;
  workerUrl: string;
  sessionUrl: string | undefined;
}

const straight = async ({ webUrl, workerUrl }: TestDatabase): Promise<Ways> => ({
  webUrl,
  workerUrl,
  sessionUrl: workerUrl,
});

/** Database, gateway, worker and sandbox as `npm start` has them, with one workspace and its owner. */
export async function openSandboxWorld(
  sandboxOptions: Pick<SandboxOptions, 'apps' | 'settings' | 'seed'>,
  /** `host:port` pairs beside the sandbox that the worker may call. */
  outgoingAllow: readonly string[] = [],
  findWays: (database: TestDatabase) => Promise<Ways> = straight,
): Promise<SandboxWorld> {
  const log = logger('test', 'silent');
  const database = await freshDatabase();
  await installQueue({ url: database.migrateUrl });
  const admin = postgres(database.superuserUrl, { max: 2, onnotice: () => undefined });
  const ways = await findWays(database);
  const pools = {
    web: connect({ url: ways.webUrl, name: 'world-web', max: 6 }),
    worker: connect({ url: ways.workerUrl, name: 'world-worker', max: 14 }),
  };
  const dataDir = await mkdtemp(join(tmpdir(), 'world-sandbox-'));
  const controlToken = 'control-token-of-a-test';
  const sandbox = await startSandbox({ port: 0, dataDir, controlToken, ...sandboxOptions });
  const keys = { worker: generateKeyPair(), gateway: generateKeyPair() };
  const opener = createWebhookSecretOpener(keys.gateway.privateKey);
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    version: 'test',
    publicUrl: undefined,
    token: gatewayToken,
    webUrl: 'http://127.0.0.1:9',
    supabaseUrl: undefined,
    sandboxUrl: undefined,
    workerHealthUrl: undefined,
    db: pools.web,
    receiver: createReceiver({
      db: pools.web,
      aside: pools.web,
      findManifest: (name) => connectors.get(name)?.manifest.webhook ?? null,
      findParser: (name) => connectors.get(name)?.webhook ?? null,
      openSecret: (envelope, at) => opener.open(envelope, at),
      keepBrought: broughtKeeper(pools.web, gatewayToken),
      clock: systemClock,
      log,
    }),
    limits: inboundLimits({ db: pools.web, env: { RATE_LIMITS: 'memory' }, log }),
    log,
  });
  const web: ConnectionWebDeps = {
    db: pools.web,
    connectors,
    presetEndpoints: presetEndpoints(sandbox.origin),
    sealKey: keys.worker.publicKey,
    cache: createCache({ store: cacheStore({ kind: 'postgres', db: pools.web }), log }),
    clock: systemClock,
  };
  const { workspaceId, member } = await seedWorkspace(admin);
  const worker = createWorker({
    db: pools.worker,
    log,
    version: 'test',
    settings: {
      SEAL_WORKER_PRIVATE_KEY: keys.worker.privateKey,
      SEAL_GATEWAY_PUBLIC_KEY: keys.gateway.publicKey,
      OUTGOING_ALLOW: [`127.0.0.1:${sandbox.port}`, ...outgoingAllow],
      POLL_SECONDS: 30,
      SANDBOX_URL: sandbox.origin,
      PUBLIC_URL: undefined,
      PORT: gateway.port,
      DATABASE_URL_WORKER_SESSION: ways.sessionUrl,
    },
  });
  await worker.start();
  return {
    sandbox,
    gateway: { url: `http://127.0.0.1:${gateway.port}`, sealKey: keys.gateway.publicKey },
    web,
    admin,
    worker,
    workspaceId,
    member,
    asMember: (work) => asUser(pools.web, member, work),
    async close() {
      await worker.stop({ drainMs: 5_000 });
      await gateway.close();
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
      // As a process leaves: it waits for no answer that a pooler in between has lost.
      const soon = { timeout: 2 };
      await Promise.all([pools.web.end(soon), pools.worker.end(soon), admin.end(soon)]);
      await database.drop();
    },
  };
}

async function seedWorkspace(
  admin: postgres.Sql,
): Promise<Pick<SandboxWorld, 'workspaceId' | 'member'>> {
  const member = { userId: newId(), sessionId: newId() };
  const workspaceId = newId();
  await admin`insert into public.users (id, email) values (${member.userId}, 'owner@x.test')`;
  await admin`insert into private.sessions (id, token_hash, user_id, expires_at)
    values (${member.sessionId}, ${randomBytes(32)}, ${member.userId}, now() + interval '1 day')`;
  await admin`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'W', 'world')`;
  await admin`insert into public.members (workspace_id, user_id, role)
    values (${workspaceId}, ${member.userId}, 'owner')`;
  return { workspaceId, member };
}
