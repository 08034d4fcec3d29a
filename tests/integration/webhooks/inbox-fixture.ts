import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { newId, systemClock } from '#lib/core/index';
import { connect, type Db } from '#lib/db/index';
import { connectors } from '#lib/hub/connectors';
import { logger } from '#lib/observability/index';
import { generateKeyPair, sealTo } from '#lib/security/index';
import { createWebhookSecretOpener } from '#lib/security/open-webhook-secret';
import { createReceiver, type Receiver, type ReceiverDeps } from '#lib/webhooks/index';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';

export const silent = logger('test', 'silent');

export interface InboxFixture {
  database: TestDatabase;
  /** Past every rule; for arranging and for looking. */
  admin: postgres.Sql;
  web: Db;
  worker: Db;
  gatewayKey: ReturnType<typeof generateKeyPair>;
  workspaceId: string;
  connectionId: string;
  endpointId: string;
  secret: string;
  /** One more workspace with a connection and an endpoint. */
  addEndpoint(): Promise<{
    workspaceId: string;
    connectionId: string;
    endpointId: string;
    secret: string;
  }>;
  receiver(overrides?: Partial<ReceiverDeps>): Receiver;
  close(): Promise<void>;
}

/** A database with one GitHub connection whose webhook is registered. */
export async function inboxFixture(): Promise<InboxFixture> {
  const database = await freshDatabase();
  const admin = postgres(database.superuserUrl, { max: 2, onnotice: () => undefined });
  const web = connect({ url: database.webUrl, name: 'test-web', max: 6 });
  const worker = connect({ url: database.workerUrl, name: 'test-worker', max: 6 });
  const gatewayKey = generateKeyPair();
  const opener = createWebhookSecretOpener(gatewayKey.privateKey);

  const addEndpoint: InboxFixture['addEndpoint'] = async () => {
    const workspaceId = randomUUID();
    const connectionId = randomUUID();
    const endpointId = newId();
    const secret = randomBytes(32).toString('hex');
    const sealed = sealTo(gatewayKey.publicKey, secret, {
      workspaceId,
      ownerId: endpointId,
      field: 'webhook_secret',
    });
    await admin`insert into public.workspaces (id, name, slug)
      values (${workspaceId}, 'Test', ${`t-${workspaceId.slice(0, 8)}`})`;
    await admin`insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
      values (${connectionId}, ${workspaceId}, 'github', ${connectionId}, 'mara', 'active')`;
    await admin`insert into public.webhook_endpoints (id, workspace_id, connection_id, connector, scope_key, status)
      values (${endpointId}, ${workspaceId}, ${connectionId}, 'github', 'northwind/api', 'active')`;
    await admin`insert into private.webhook_secrets (endpoint_id, workspace_id, envelope, key_id)
      values (${endpointId}, ${workspaceId}, ${sealed.envelope}, ${sealed.keyId})`;
    return { workspaceId, connectionId, endpointId, secret };
  };

  const first = await addEndpoint();
  return {
    database,
    admin,
    web,
    worker,
    gatewayKey,
    ...first,
    addEndpoint,
    receiver: (overrides = {}) =>
      createReceiver({
        db: web,
        aside: web,
        findManifest: (name) => connectors.get(name)?.manifest.webhook ?? null,
        findParser: (name) => connectors.get(name)?.webhook ?? null,
        openSecret: (envelope, at) => opener.open(envelope, at),
        clock: systemClock,
        log: silent,
        ...overrides,
      }),
    close: async () => {
      await Promise.all([
        web.end({ timeout: 5 }),
        worker.end({ timeout: 5 }),
        admin.end({ timeout: 5 }),
      ]);
      await database.drop();
    },
  };
}

export const signature = (secret: string, body: string | Buffer): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** The headers GitHub sends. */
export function githubHeaders(
  secret: string,
  body: string | Buffer,
  overrides: Record<string, string | undefined> = {},
): Record<string, string> {
  const headers: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/test',
    'x-github-delivery': randomUUID(),
    'x-github-event': 'issues',
    'x-hub-signature-256': signature(secret, body),
    ...overrides,
  };
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
