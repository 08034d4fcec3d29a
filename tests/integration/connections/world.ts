import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import {
  type Actor,
  authorizeCommand,
  type CommandKind,
  type ConnectionDeps,
  type ConnectionPlace,
  type ConnectionWebDeps,
  checkCommand,
  createConnectionGuards,
  disconnect,
  enqueueDueCommands,
  exchangeCommand,
  finishAuthorization,
  putApp,
  runCommand,
  scopesCommand,
  startAuthorization,
} from '#lib/connections/index';
import type { ConnectorManifest } from '#lib/connectors/protocol/index';
import { type JsonObject, newId, systemClock } from '#lib/core/index';
import { asUser, connect, type Db } from '#lib/db/index';
import { beginDisconnect } from '#lib/hub/sagas/start-sagas';
import { sagaDeps } from '#lib/hub/sagas/worker-sagas';
import { endpointDeps } from '#lib/hub/worker-ports';
import { type Logger, logger } from '#lib/observability/index';
import { type Cache, cacheStore, createCache } from '#lib/resilience/index';
import { createOutgoing, generateKeyPair } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { hasty, runSagas } from '../sagas/run-sagas.ts';
import { api, type FakeProvider, manifest, startFakeProvider } from './fake-provider.ts';

export const origin = 'http://127.0.0.1:3000';

export interface Member extends Actor {
  workspaceId: string;
}

export interface World {
  database: TestDatabase;
  admin: postgres.Sql;
  web: ConnectionWebDeps;
  worker: ConnectionDeps;
  provider: FakeProvider;
  /** Of the worker. */
  privateKey: string;
  owner: Member;
  stranger: Member;
  kinds: Record<string, CommandKind>;
  /** Runs commands until none is due. */
  work(signal?: AbortSignal): Promise<void>;
  /** Keeps working until the promise settles. */
  during<T>(promise: Promise<T>): Promise<T>;
  /** Begins an authorization and answers the parameters of its page. */
  begin(actor?: Member, connectionId?: string): Promise<URLSearchParams>;
  finish(query: Record<string, string> | string, at?: Partial<Callback>): Promise<string>;
  /** Without a worker. */
  finishOnly(query: Record<string, string>): Promise<string>;
  /** A worker under this signal works until something is so. */
  workUntil(isSo: () => boolean, signal: AbortSignal): Promise<void>;
  connect(): Promise<string>;
  /** Begins to disconnect; `work` ends it. */
  end(actor: Member, place: ConnectionPlace): Promise<void>;
  /** A cache as a process has it that has just started. */
  newCache(): Cache;
  close(): Promise<void>;
}

interface Callback {
  actor: Actor;
  connector: string;
  /** Of a connector that has an address for each app. */
  app: { workspaceId: string; slug: string };
  origin: string;
}

const silent = logger('test', 'silent');
const cacheOf = (db: Db) =>
  createCache({ store: cacheStore({ kind: 'postgres', db }), log: silent, clock: systemClock });

export async function makeWorld(
  more: readonly ConnectorManifest[] = [],
  log: Logger = silent,
): Promise<World> {
  const database = await freshDatabase();
  const admin = postgres(database.superuserUrl, { max: 2, onnotice: () => undefined });
  const keys = generateKeyPair();
  const connectors = connectorsOf(more);
  const provider = await startFakeProvider();
  const webDb = connect({ url: database.webUrl, name: 'test-web', max: 6 });
  const workerDb = connect({ url: database.workerUrl, name: 'test-worker', max: 10 });
  const owner = await newMember(admin);
  const stranger = await newMember(admin);
  const outgoing = createOutgoing({ allow: [provider.hostPort] });
  const web: ConnectionWebDeps = {
    db: webDb,
    connectors,
    presetEndpoints: () => null,
    sealKey: keys.publicKey,
    cache: cacheOf(webDb),
    clock: systemClock,
  };
  const worker: ConnectionDeps = {
    db: workerDb,
    registry: {
      get: (name) => {
        const found = connectors.get(name);
        return found && { manifest: found.manifest, api };
      },
    },
    opener: createOpener(keys.privateKey),
    outgoing,
    guards: createConnectionGuards({ db: workerDb, clock: systemClock, log }),
    presetEndpoints: () => null,
    clock: systemClock,
    log,
  };
  for (const member of [owner, stranger]) await putFakeApp(web, member, provider);
  const kinds: Record<string, CommandKind> = {
    'connections.authorize': authorizeCommand(worker),
    'connections.exchange': exchangeCommand(worker),
    'connections.check': checkCommand(worker),
    'connections.scopes': scopesCommand(worker, cacheOf(workerDb)),
  };
  const endpoints = endpointDeps(worker, {
    sealKey: keys.publicKey,
    publicUrl: undefined,
    port: 1,
  });
  const sagas = hasty(sagaDeps({ connections: worker, endpoints, pollMs: 30_000 }));
  const work = async (signal = new AbortController().signal) => {
    await runDue(worker, kinds, signal);
    await runSagas(sagas, signal);
  };
  const during = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => undefined);
    while (!isSettled) {
      await work();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return settled;
  };
  const begin = async (actor: Member = owner, connectionId?: string) => {
    const { authorize_url: url } = await startAuthorization(web, actor, {
      workspaceId: actor.workspaceId,
      connector: 'fake',
      connectionId,
      returnTo: '/w/connections',
      origin,
    });
    return new URL(url).searchParams;
  };
  const callback = async (query: Record<string, string> | string, at: Partial<Callback> = {}) => {
    const done = await finishAuthorization(web, at.actor ?? owner, {
      connector: at.connector ?? 'fake',
      ...(at.app ? { app: at.app } : {}),
      origin: at.origin ?? origin,
      query: typeof query === 'string' ? query : new URLSearchParams(query).toString(),
    });
    return done.connectionId;
  };
  const finish: World['finish'] = (query, at) => during(callback(query, at));
  return {
    database,
    admin,
    web,
    worker,
    provider,
    privateKey: keys.privateKey,
    owner,
    stranger,
    kinds,
    work,
    during,
    begin,
    finish,
    finishOnly: (query) => {
      const finished = callback(query);
      finished.catch(() => undefined);
      return finished;
    },
    workUntil: async (isSo, signal) => {
      while (!isSo()) {
        await work(signal);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    newCache: () => cacheOf(workerDb),
    end: (actor, place) =>
      disconnect(web, actor, place, (tx) =>
        beginDisconnect(tx, { ...place, requestedBy: actor.userId }),
      ),
    connect: async () => {
      const page = await begin();
      return finish({ state: page.get('state') ?? '', code: 'good-code' });
    },
    close: async () => {
      outgoing.close();
      await Promise.all([webDb.end(), workerDb.end(), admin.end(), provider.close()]);
      await database.drop();
    },
  };
}

/** `other` is the same connector under another name: its callback has another path. */
function connectorsOf(more: readonly ConnectorManifest[]): ConnectionWebDeps['connectors'] {
  const webhook = {
    parse: () => ({
      kind: 'unknown' as const,
      action: null,
      resource: null,
      scopeKey: null,
      objects: [],
      refetch: [],
      summary: '',
    }),
  };
  const own = ['fake', 'other'].map((name) => ({ ...manifest, name }));
  const all = [...own, ...more].map((each) => ({ manifest: each, webhook }));
  return {
    list: () => all,
    get: (name) => all.find((connector) => connector.manifest.name === name),
    conformance: () => [],
  };
}

async function putFakeApp(
  web: ConnectionWebDeps,
  member: Member,
  provider: FakeProvider,
): Promise<void> {
  await asUser(web.db, member, (tx) =>
    putApp(
      tx,
      web,
      { workspaceId: member.workspaceId },
      {
        connector: 'fake',
        client_id: 'client-1',
        client_secret: 'canary-client-secret',
        base_url: provider.url,
      },
    ),
  );
}

async function newMember(admin: postgres.Sql): Promise<Member> {
  const member = { userId: newId(), sessionId: newId(), workspaceId: newId() };
  await admin`insert into public.users (id, email) values (${member.userId}, ${`${member.userId}@x.test`})`;
  await admin`
    insert into private.sessions (id, token_hash, user_id, expires_at)
    values (${member.sessionId}, ${randomBytes(32)}, ${member.userId}, now() + interval '1 day')`;
  await admin`
    insert into public.workspaces (id, name, slug)
    values (${member.workspaceId}, 'Test', ${`w${member.workspaceId.slice(-12)}`})`;
  await admin`
    insert into public.members (workspace_id, user_id, role)
    values (${member.workspaceId}, ${member.userId}, 'owner')`;
  return member;
}

async function runDue(
  deps: ConnectionDeps,
  kinds: Record<string, CommandKind>,
  signal: AbortSignal,
): Promise<void> {
  const jobs: JsonObject[] = [];
  const queue = {
    send: async (_tx: unknown, _name: string, sent: { payload: JsonObject }[]) => {
      jobs.push(...sent.map((job) => job.payload));
    },
  };
  await enqueueDueCommands({ db: deps.db, queue });
  const commands = { db: deps.db, opener: deps.opener, kinds, log: deps.log };
  await Promise.all(jobs.map((job) => runCommand(commands, job, signal)));
}
