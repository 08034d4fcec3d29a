import { randomBytes } from 'node:crypto';
import { newId } from '#lib/core/index';
import { sealTo } from '#lib/security/index';
import { freePort } from '../../../supabase/local/free-port.ts';
import {
  newKeys,
  type OwnPostgres,
  startOwnPostgres,
} from '../../integration/worker/worker-process.ts';
import { type CrashProcess, startCrashProcess } from './crash-process.ts';
import { repo } from './issue-events.ts';
import { type Mutant, mutants } from './mutants.ts';

export type Door = 'gateway' | 'route';

/** A database, an endpoint of a connection in it, and the processes that take and apply webhooks. */
export interface CrashWorld {
  postgres: OwnPostgres;
  url: string;
  secret: string;
  /** At the address of `url`, or as another process at a port of its own. */
  openDoor(port?: number): Promise<CrashProcess>;
  urlAt(port: number): string;
  openWorker(more?: Readonly<Record<string, string>>): Promise<CrashProcess>;
  /** Public halves: what is sealed to them, the processes open. */
  sealKeys: { gateway: string; worker: string };
  close(): Promise<void>;
}

const far = '2100-01-01T00:00:00Z';

export async function openCrashWorld(
  door: Door,
  mutantName?: keyof typeof mutants,
): Promise<CrashWorld> {
  const mutant: Mutant | null = mutantName ? mutants[mutantName] : null;
  const postgres = await startOwnPostgres();
  const keys = newKeys();
  const secret = randomBytes(32).toString('hex');
  const endpointId = await seedPlace(postgres, keys.gateway.publicKey, { secret, slug: 'crash' });
  const firstPort = await freePort();
  const urlAt = (port: number): string =>
    `http://127.0.0.1:${port}/api/webhooks/github/${endpointId}`;
  const argsOf = (where: Mutant['in'], main: string): string[] =>
    mutant?.in === where ? ['--import', './tests/system/crash/plant-mutant.ts', main] : [main];
  const common = {
    NODE_ENV: 'test' as const,
    LOG_LEVEL: 'warn',
    ...(mutantName ? { PATCHBAY_TEST_MUTANT: mutantName } : {}),
  };
  return {
    postgres,
    secret,
    url: urlAt(firstPort),
    urlAt,
    openDoor: (port = firstPort) =>
      startCrashProcess({
        name: door,
        args: argsOf(
          'gateway',
          door === 'gateway' ? 'lib/hub/gateway-main.ts' : 'tests/system/crash/route-main.ts',
        ),
        env: {
          ...common,
          PORT: String(port),
          DATABASE_URL_WEB: postgres.urls.webUrl,
          SEAL_GATEWAY_PRIVATE_KEY: keys.gateway.privateKey,
          GATEWAY_TOKEN: 'a token that nothing here needs',
          WEB_URL: 'http://127.0.0.1:9',
        },
      }),
    sealKeys: { gateway: keys.gateway.publicKey, worker: keys.worker.publicKey },
    openWorker: (more = {}) =>
      startCrashProcess({
        name: 'worker',
        args: argsOf('worker', 'lib/hub/worker-main.ts'),
        env: {
          ...common,
          DATABASE_URL_WORKER: postgres.urls.workerUrl,
          DATABASE_URL_WORKER_SESSION: postgres.urls.workerUrl,
          SEAL_WORKER_PRIVATE_KEY: keys.worker.privateKey,
          SEAL_GATEWAY_PUBLIC_KEY: keys.gateway.publicKey,
          ...more,
        },
      }),
    close: () => postgres.close(),
  };
}

/** Nothing here calls a service: no poll is due, and no webhook is compared with one. */
export async function seedPlace(
  { admin }: OwnPostgres,
  sealKey: string,
  { secret, slug }: { secret: string; slug: string },
): Promise<string> {
  const workspaceId = newId();
  const connectionId = newId();
  const endpointId = newId();
  const { envelope, keyId } = sealTo(sealKey, secret, {
    workspaceId,
    ownerId: endpointId,
    field: 'webhook_secret',
  });
  await admin.begin(async (tx) => {
    await tx`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'Crash', ${slug})`;
    await tx`
      insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
      values (${connectionId}, ${workspaceId}, 'github', '1', 'mara', 'active')`;
    await tx`
      insert into public.streams
        (id, workspace_id, connection_id, resource, kind, name, scope_key, scope, phase, delivery, next_poll_at)
      values (${newId()}, ${workspaceId}, ${connectionId}, 'issues', 'task', ${repo}, ${repo},
        ${tx.json({ owner: 'northwind', repo: 'api' })}, 'live', 'webhook', ${far})`;
    await tx`
      insert into public.webhook_endpoints
        (id, workspace_id, connection_id, connector, scope_key, status, next_check_at)
      values (${endpointId}, ${workspaceId}, ${connectionId}, 'github', ${repo}, 'active', null)`;
    await tx`
      insert into private.webhook_secrets (endpoint_id, workspace_id, envelope, key_id)
      values (${endpointId}, ${workspaceId}, ${envelope}, ${keyId})`;
  });
  return endpointId;
}
