import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId, systemClock } from '#lib/core/index';
import { beginDisconnect } from '#lib/hub/sagas/start-sagas';
import { createWorkerClient } from '#lib/hub/worker-client';
import { sealTo } from '#lib/security/index';
import { freePort } from '../../../supabase/local/free-port.ts';
import { patience } from '../../setup/patience.ts';
import {
  newKeys,
  type OwnPostgres,
  startOwnPostgres,
  startWorkerProcess,
  type WorkerProcess,
} from './worker-process.ts';

let postgres: OwnPostgres;
const keys = newKeys();
const running: WorkerProcess[] = [];
const workspaceId = newId();

beforeAll(async () => {
  postgres = await startOwnPostgres();
  await postgres.admin`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'W', 'w')`;
});
afterEach(async () => {
  for (const worker of running.splice(0)) {
    worker.kill('SIGKILL');
    await worker.exited;
  }
});
afterAll(() => postgres.close());

async function start(env: Record<string, string> = {}): Promise<WorkerProcess> {
  const worker = await startWorkerProcess(postgres.urls, keys, env);
  running.push(worker);
  return worker;
}

/** A command as the web process writes it; answers its id. */
async function command(kind: string, connectionId: string): Promise<string> {
  const id = newId();
  await postgres.admin.begin(async (tx) => {
    await tx`insert into private.commands (id, workspace_id, kind, payload, deadline_at)
      values (${id}, ${workspaceId}, ${kind}, ${tx.json({ connection_id: connectionId })}, now() + interval '1 minute')`;
    await tx`select pg_notify('patchbay_work', 'commands')`;
  });
  return id;
}

const statusOf = async (id: string): Promise<unknown> => {
  try {
    const [row] = await postgres.admin`select status, error from private.commands where id = ${id}`;
    return row?.['error']?.code ?? row?.['status'];
  } catch {
    return 'postgres is away';
  }
};

describe('a worker', () => {
  it('is ready, listens, answers at once and drains on SIGTERM', async () => {
    const worker = await start();
    expect(await worker.health()).toMatchObject({ status: 'ok' });
    await expect.poll(async () => (await worker.health()).mode, patience).toBe('listen');
    for (let n = 0; n < 5; n += 1) {
      const id = await command('connections.check', newId());
      await expect
        .poll(() => statusOf(id), { ...patience, interval: 5 })
        .toBe('resource.not_found');
    }
    worker.kill('SIGTERM');
    expect(await worker.exited).toEqual({ code: 0, signal: null });
  });

  it('takes calls of the web process, and of nobody else', async () => {
    const port = await freePort();
    const secret = 'a secret of web and worker, for tests';
    await start({ WORKER_PORT: String(port), WORKER_SECRET: secret });
    const url = `http://127.0.0.1:${port}`;
    const call = { method: 'GET', target: '/', headers: {}, body: null } as const;
    const ask = (as: string) =>
      createWorkerClient({ url, secret: as, clock: systemClock }).proxy(
        { workspaceId, connectionId: newId() },
        call,
        new AbortController().signal,
      );
    // The connection does not exist, and only who is let in hears of it.
    await expect(ask(secret)).rejects.toMatchObject({ code: 'resource.not_found' });
    await expect(ask(`${secret}!`)).rejects.toMatchObject({ code: 'internal.unavailable' });
    expect((await fetch(`${url}/proxy`, { method: 'POST' })).status).toBe(401);
  });

  it('polls, and says so, when it has no session connection', async () => {
    const worker = await start({ DATABASE_URL_WORKER_SESSION: '' });
    expect((await worker.health()).mode).toBe('poll');
    const id = await command('connections.check', newId());
    await expect.poll(() => statusOf(id), patience).toBe('resource.not_found');
  });

  it('stays while PostgreSQL restarts and works again by itself', async () => {
    const worker = await start();
    await expect.poll(async () => (await worker.health()).mode, patience).toBe('listen');
    for (const how of ['stop', 'crash', 'stop'] as const) {
      await postgres.restart(how);
      const id = await command('connections.check', newId());
      await expect.poll(() => statusOf(id), patience).toBe('resource.not_found');
      await expect.poll(async () => (await worker.health()).mode, patience).toBe('listen');
    }
    expect(worker.lines.filter((line) => line.includes('"level":"fatal"'))).toEqual([]);
    worker.kill('SIGTERM');
    expect(await worker.exited).toEqual({ code: 0, signal: null });
  });

  it('says in one sentence what is wrong with its settings', async () => {
    const wrong = start({ SEAL_WORKER_PRIVATE_KEY: 'short' });
    await expect(wrong).rejects.toThrow(/SEAL_WORKER_PRIVATE_KEY: must be 32 bytes/);
  });
});

describe('a worker killed with a saga in its hands', () => {
  let service: Server;
  let asked = 0;
  let isSilent = true;
  let base = '';
  beforeAll(async () => {
    service = createServer((_request, response) => {
      asked += 1;
      if (!isSilent) response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    const address = service.address();
    base = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  });
  afterAll(() => {
    service.closeAllConnections();
    service.close();
  });

  it('is followed by another one that finishes it', async () => {
    const connectionId = await seedConnection(base);
    const env = { OUTGOING_ALLOW: base };
    const first = await start(env);
    await postgres.admin.begin((tx) =>
      beginDisconnect(tx, { workspaceId, connectionId, requestedBy: null }),
    );
    await expect.poll(() => asked, patience).toBe(1);
    first.kill('SIGKILL');
    await first.exited;
    isSilent = false;
    await start(env);
    const ended = async () => {
      const [row] =
        await postgres.admin`select status, receipt from public.connections where id = ${connectionId}`;
      return row;
    };
    await expect
      .poll(ended, patience)
      .toMatchObject({ status: 'disconnected', receipt: { revocation: 'revoked' } });
    expect(asked).toBe(2);
  });
});

async function seedConnection(hostPort: string): Promise<string> {
  const [appId, connectionId] = [newId(), newId()];
  const { admin } = postgres;
  const endpoints = {
    authorizeUrl: `http://${hostPort}/a`,
    tokenUrl: `http://${hostPort}/t`,
    revokeUrl: `http://${hostPort}/applications/{client_id}/token`,
    apiBaseUrl: `http://${hostPort}`,
    webBaseUrl: `http://${hostPort}`,
  };
  const seal = (text: string, ownerId: string, field: string) =>
    sealTo(keys.worker.publicKey, text, { workspaceId, ownerId, field });
  const secret = seal('secret', appId, 'client_secret');
  const credential = seal(
    JSON.stringify({
      accessToken: 'token',
      refreshToken: null,
      obtainedAtMs: Date.now(),
      expiresAtMs: null,
    }),
    connectionId,
    'credential',
  );
  await admin`insert into public.apps (id, workspace_id, connector, client_id, endpoints)
    values (${appId}, ${workspaceId}, 'github', 'client', ${admin.json(endpoints)})`;
  await admin`insert into private.app_secrets (app_id, workspace_id, envelope, key_id)
    values (${appId}, ${workspaceId}, ${secret.envelope}, ${secret.keyId})`;
  await admin`insert into public.connections (id, workspace_id, connector, app_id, account_id, account_name, endpoints, status)
    values (${connectionId}, ${workspaceId}, 'github', ${appId}, '1', 'ada', ${admin.json(endpoints)}, 'disconnecting')`;
  await admin`insert into private.credentials (connection_id, workspace_id, envelope, key_id)
    values (${connectionId}, ${workspaceId}, ${credential.envelope}, ${credential.keyId})`;
  return connectionId;
}
