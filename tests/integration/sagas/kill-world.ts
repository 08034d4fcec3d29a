import postgres from 'postgres';
import { type ConnectionDeps, createConnectionGuards } from '#lib/connections/index';
import type { ConnectorApi, ConnectorManifest } from '#lib/connectors/protocol/index';
import { newId, systemClock } from '#lib/core/index';
import { connect, type Db, transaction } from '#lib/db/index';
import { beginConnect, beginDisconnect, beginStream } from '#lib/hub/sagas/start-sagas';
import { sagaDeps } from '#lib/hub/sagas/worker-sagas';
import { endpointDeps } from '#lib/hub/worker-ports';
import { logger } from '#lib/observability/index';
import { enqueueDueSagas, listSagas, type SagaDeps, workSaga } from '#lib/sagas/index';
import { generateKeyPair, sealTo } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import { createStream } from '#lib/sync/index';
import { freshDatabase } from '../../setup/database.ts';
import { api, manifest as fakeManifest } from '../connections/fake-provider.ts';
import { Mortal } from './mortal.ts';
import { handing, hasty } from './run-sagas.ts';

const log = logger('test', 'silent');
const scope = { owner: 'a' };
const base = 'http://127.0.0.1:9';

/** What the service has: it lives on, whoever dies here. */
export interface Service {
  /** Address of each hook, by id. */
  hooks: Map<string, string>;
  /** Tokens that were given back, as its log tells. */
  revoked: string[];
  valid: Set<string>;
}

export interface Place {
  workspaceId: string;
  connectionId: string;
  token: string;
  streamId: string;
  runId: string;
  userId: string;
}

/** Another half of the connector; as a function, its calls can be those of the one who dies. */
export type Change = Partial<ConnectorApi> | ((mortal: Mortal) => Partial<ConnectorApi>);

const manifest: ConnectorManifest = {
  ...fakeManifest,
  resources: fakeManifest.resources.map((resource) => ({
    ...resource,
    creates: { fields: ['title'], required: ['title'], isKeyed: false, takeBack: 'close' },
  })),
  webhook: fakeManifest.webhook && {
    ...fakeManifest.webhook,
    registration: { mode: 'api', per: 'scope' },
  },
};

export type KillWorld = Awaited<ReturnType<typeof makeKillWorld>>;

export async function makeKillWorld() {
  const database = await freshDatabase();
  const admin = postgres(database.superuserUrl, { max: 2, onnotice: () => undefined });
  const db = connect({ url: database.workerUrl, name: 'test-worker', max: 6 });
  const [worker, gateway] = [generateKeyPair(), generateKeyPair()];
  const workspaceId = newId();
  const [appId, userId] = [newId(), newId()];
  await admin`insert into public.users (id, email) values (${userId}, 'ada@x.test')`;
  await admin`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'W', 'w')`;
  const endpoints = {
    authorizeUrl: `${base}/a`,
    tokenUrl: `${base}/t`,
    revokeUrl: `${base}/applications/{client_id}/token`,
    apiBaseUrl: base,
    webBaseUrl: base,
  };
  await admin`insert into public.apps (id, workspace_id, connector, client_id, endpoints)
    values (${appId}, ${workspaceId}, 'fake', 'client', ${admin.json(endpoints)})`;
  const secret = sealTo(worker.publicKey, 'secret', {
    workspaceId,
    ownerId: appId,
    field: 'client_secret',
  });
  await admin`insert into private.app_secrets (app_id, workspace_id, envelope, key_id)
    values (${appId}, ${workspaceId}, ${secret.envelope}, ${secret.keyId})`;
  const service: Service = { hooks: new Map(), revoked: [], valid: new Set() };

  /** A worker process, which dies at the given breath. */
  const workerThatDiesAt = (diesAt?: number, change: Change = {}) => {
    const mortal = new Mortal(diesAt);
    const changed = typeof change === 'function' ? change(mortal) : change;
    const mortalDb = mortal.db(db);
    const connections: ConnectionDeps = {
      db: mortalDb,
      registry: { get: () => ({ manifest, api: { ...apiOf(service, mortal), ...changed } }) },
      opener: createOpener(worker.privateKey),
      outgoing: outgoingOf(service, mortal),
      guards: createConnectionGuards({ db, clock: systemClock, log }),
      presetEndpoints: () => null,
      clock: systemClock,
      log,
    };
    const port = { sealKey: gateway.publicKey, publicUrl: undefined, port: 3_000 };
    const steps = {
      connections,
      endpoints: endpointDeps(connections, port),
      pollMs: 30_000,
    };
    return { mortal, steps, deps: hasty(sagaDeps(steps)) };
  };

  /** A connection with a credential, and a stream in this phase. */
  const arrange = async (phase: 'none' | 'live' | 'waiting'): Promise<Place> => {
    const [connectionId, streamId, runId] = [newId(), newId(), newId()];
    const token = `token-${connectionId}`;
    service.valid.add(token);
    await admin`insert into public.connections (id, workspace_id, connector, app_id, account_id, account_name, endpoints, status)
      values (${connectionId}, ${workspaceId}, 'fake', ${appId}, ${connectionId}, 'ada', ${admin.json(endpoints)}, 'active')`;
    const credential = {
      accessToken: token,
      refreshToken: null,
      obtainedAtMs: 0,
      expiresAtMs: null,
    };
    const sealed = sealTo(worker.publicKey, JSON.stringify(credential), {
      workspaceId,
      ownerId: connectionId,
      field: 'credential',
    });
    await admin`insert into private.credentials (connection_id, workspace_id, envelope, key_id)
      values (${connectionId}, ${workspaceId}, ${sealed.envelope}, ${sealed.keyId})`;
    const place: Place = { workspaceId, connectionId, token, streamId, runId, userId };
    if (phase === 'live') {
      await admin`insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope_key, scope, phase)
        values (${streamId}, ${workspaceId}, ${connectionId}, 'issues', 'task', 'a/b', 'a/b', ${admin.json(scope)}, 'live')`;
    }
    return phase === 'waiting' ? { ...place, streamId: await beginsReading(db, place) } : place;
  };

  return {
    admin,
    db,
    service,
    workerThatDiesAt,
    arrange,
    beginDisconnect: (place: Place) =>
      transaction(db, async (tx) => {
        await tx`update public.connections set status = 'disconnecting' where id = ${place.connectionId}`;
        await beginDisconnect(tx, { ...place, requestedBy: null });
      }),
    beginConnect: (place: Place) =>
      transaction(db, (tx) =>
        beginConnect(tx, { ...place, isNew: false, accountName: 'ada', requestedBy: null }),
      ),
    /** Time passes: whoever held something and died holds it no more, and every rest is over. */
    pass: async () => {
      await admin`update public.sagas set lease_until = null, next_attempt_at = now()
        where state in ('pending', 'running', 'compensating')`;
      await admin`update public.webhook_endpoints set lease_until = null where lease_until is not null`;
    },
    sagasOf: (place: Place) => transaction(db, (tx) => listSagas(tx, place)),
    hooksOf: async (place: Place) => {
      const rows = await admin<{ id: string }[]>`
        select id from public.webhook_endpoints where connection_id = ${place.connectionId}`;
      return [...service.hooks.values()].filter((url) => rows.some(({ id }) => url.endsWith(id)));
    },
    close: async () => {
      await Promise.all([db.end(), admin.end()]);
      await database.drop();
    },
  };
}

async function beginsReading(db: Db, place: Place): Promise<string> {
  const { workspaceId, connectionId, runId } = place;
  return transaction(db, async (tx) => {
    const stream = await createStream(tx, {
      workspaceId,
      connectionId,
      resource: 'issues',
      kind: 'task',
      name: 'a/b',
      scopeKey: 'a/b',
      scope,
      requestedBy: place.userId,
      heldRunId: runId,
    });
    await beginStream(tx, {
      workspaceId,
      connectionId,
      streamId: stream.id,
      runId,
      name: 'a/b',
      requestedBy: place.userId,
    });
    return stream.id;
  });
}

/** One worker's life: job after job, until it dies or nothing is left to do. */
export async function live(
  world: KillWorld,
  { deps, mortal }: { deps: SagaDeps; mortal: Mortal },
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  for (let rounds = 0; rounds < roundsAtMost && !mortal.isDead; rounds += 1) {
    await between();
    await world.pass();
    const { jobs, queue } = handing();
    await enqueueDueSagas({ db: world.db, queue });
    if (jobs.length === 0) return;
    for (const job of jobs) {
      await workSaga(deps, job, new AbortController().signal).catch((error: unknown) => {
        if (!mortal.isDead) throw error;
      });
    }
  }
  if (!mortal.isDead) throw new Error('The sagas never came to an end');
}
const roundsAtMost = 60;

let ids = 0;

function apiOf(service: Service, mortal: Mortal): ConnectorApi {
  return {
    ...api,
    account: () => mortal.call(() => Promise.resolve({ id: '1', name: 'ada', url: null })),
    listWebhooks: () =>
      mortal.call(() =>
        Promise.resolve(
          [...service.hooks].map(([remoteId, url]) => ({ remoteId, url, isHealthy: true })),
        ),
      ),
    registerWebhook: (_ctx, _scope, { url }) =>
      mortal.call(async () => {
        const known = [...service.hooks].find(([, at]) => at === url)?.[0];
        if (known === undefined) ids += 1;
        const remoteId = known ?? String(ids);
        service.hooks.set(remoteId, url);
        return { remoteId };
      }),
    removeWebhook: (_ctx, _scope, remoteId) =>
      mortal.call(async () => {
        service.hooks.delete(remoteId);
      }),
  };
}

/** Only revocations go out in these stories. */
function outgoingOf(service: Service, mortal: Mortal): ConnectionDeps['outgoing'] {
  const not = (): never => {
    throw new Error('Not part of these stories');
  };
  return {
    stream: not,
    check: not,
    send: (request) =>
      mortal.call(async () => {
        const { access_token: token } = JSON.parse(String(request.body)) as {
          access_token: string;
        };
        const isKnown = service.valid.delete(token);
        if (isKnown) service.revoked.push(token);
        return { status: isKnown ? 204 : 404, headers: new Headers(), body: Buffer.alloc(0) };
      }),
    close: () => undefined,
  };
}
