import postgres from 'postgres';
import { expect } from 'vitest';
import { HubError, type JsonObject, newId } from '#lib/core/index';
import { asUser, type Claims, connect, type Db, type Tx, transaction } from '#lib/db/index';
import { defaultsOf } from '#lib/kinds/index';
import { logger } from '#lib/observability/index';
import { type ConnectorRules, patchRecord } from '#lib/records/index';
import type { RecordPatch } from '#lib/records/schema';
import {
  createObject,
  createStream,
  enqueueDuePolls,
  enqueueDuePushes,
  enqueueDueRuns,
  type ObservationInput,
  observeObjects,
  pollStream,
  pushLink,
  type SyncDeps,
  workRun,
} from '#lib/sync/index';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { FakeService, manifest } from './fake-service.ts';

export interface Job {
  name: string;
  payload: {
    workspaceId: string;
    epoch: number;
    runId: string;
    linkId: string;
    streamId: string;
    creationId: string;
  };
}

export interface Member extends Claims {
  workspaceId: string;
}

/** A database, two workspaces with an owner each, a connection of the first to a fake service, and its worker. */
export interface World {
  database: TestDatabase;
  admin: postgres.Sql;
  web: Db;
  worker: Db;
  service: FakeService;
  deps: SyncDeps;
  jobs: Job[];
  logged: { code: string; message: string }[];
  owner: Member;
  stranger: Member;
  connectionId: string;
  streamId: string;
  runId: string;
  close(): Promise<void>;
}

export const rules: ConnectorRules = {
  writableFields: (_connector, resource) =>
    manifest.resources.find((known) => known.name === resource)?.writable ?? [],
  acceptedValues: (_connector, resource, field) =>
    manifest.resources.find((known) => known.name === resource)?.writableValues[field] ?? null,
};

export async function makeWorld(): Promise<World> {
  const database = await freshDatabase();
  const admin = postgres(database.superuserUrl, { max: 2, onnotice: () => undefined });
  const web = connect({ url: database.webUrl, name: 'web', max: 4 });
  const worker = connect({ url: database.workerUrl, name: 'worker', max: 6 });
  const owner = await makeMember(admin, 'one');
  const stranger = await makeMember(admin, 'two');
  const connectionId = newId();
  await admin`insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
    values (${connectionId}, ${owner.workspaceId}, 'fake', '1', 'fake', 'active')`;
  const stream = await asUser(web, owner, (tx) =>
    createStream(tx, {
      workspaceId: owner.workspaceId,
      connectionId,
      resource: 'issues',
      kind: 'task',
      name: 'acme/app',
      scopeKey: 'acme/app',
      scope: { project: 'acme/app' },
      requestedBy: owner.userId,
    }),
  );
  const [run] = await admin`select id from public.runs where stream_id = ${stream.id}`;
  const service = new FakeService();
  const jobs: Job[] = [];
  const logged: World['logged'] = [];
  const deps: SyncDeps = {
    db: worker,
    queue: {
      send: (_tx, name, sent) => {
        for (const { payload } of sent) jobs.push({ name, payload: payload as Job['payload'] });
        return Promise.resolve();
      },
    },
    connect: (_target, { signal }) =>
      Promise.resolve({
        connection: { id: connectionId, connector: 'fake' },
        manifest,
        api: service.api,
        ctx: {
          http: { send: () => Promise.reject(new HubError('provider.unreachable')) },
          signal,
        },
      }),
    prepareStream: () =>
      Promise.resolve({ delivery: 'poll', reason: 'there is no public address', isFinal: true }),
    logConnection: (_db, { code, message }) => {
      logged.push({ code, message });
      return Promise.resolve();
    },
    clock: { now: () => Date.now(), random: () => 0.5 },
    log: logger('test', 'silent'),
    pollMs: 30_000,
  };
  return {
    database,
    admin,
    web,
    worker,
    service,
    deps,
    jobs,
    logged,
    owner,
    stranger,
    connectionId,
    streamId: stream.id,
    runId: String(run?.['id']),
    close: async () => {
      await Promise.all([web.end({ timeout: 5 }), worker.end({ timeout: 5 }), admin.end()]);
      await database.drop();
    },
  };
}

export async function makeMember(
  admin: postgres.Sql,
  slug: string,
  role: 'owner' | 'viewer' = 'owner',
  inWorkspace?: string,
): Promise<Member> {
  const [userId, sessionId, workspaceId] = [newId(), newId(), inWorkspace ?? newId()];
  await admin`insert into public.users (id, email, name) values (${userId}, ${`${slug}@example.com`}, ${slug})`;
  await admin`insert into private.sessions (id, token_hash, user_id, expires_at)
    values (${sessionId}, sha256(${sessionId}::text::bytea), ${userId}, now() + interval '1 day')`;
  if (!inWorkspace) {
    await admin`insert into public.workspaces (id, name, slug) values (${workspaceId}, ${slug}, ${slug})`;
  }
  await admin`insert into public.members (workspace_id, user_id, role) values (${workspaceId}, ${userId}, ${role})`;
  return { userId, sessionId, workspaceId };
}

export const as = <T>(world: World, member: Claims, work: (tx: Tx) => Promise<T>): Promise<T> =>
  asUser(world.web, member, work);

const never = new AbortController().signal;

/** Everything is due now, and nobody holds anything any more. */
export async function letTimePass(world: World): Promise<void> {
  await world.admin`update public.links set lease_until = null, next_attempt_at = now()
    where next_attempt_at is not null or lease_until is not null`;
  await world.admin`update public.push_intents set created_at = created_at - interval '1 minute' where outcome is null or outcome = 'unknown'`;
  await world.admin`update public.runs set lease_until = null, next_attempt_at = now() where status in ('queued', 'running')`;
  await world.admin`update public.streams set next_poll_at = now() where next_poll_at is not null`;
}

/** One sweep of each kind and the jobs it made, one after the other. The answer is what they came to. */
export async function sweep(world: World): Promise<string[]> {
  await enqueueDueRuns(world.deps);
  await enqueueDuePushes(world.deps);
  await enqueueDuePolls(world.deps);
  const outcomes: string[] = [];
  for (const job of world.jobs.splice(0)) outcomes.push(await work(world.deps, job));
  return outcomes;
}

export async function work(deps: SyncDeps, { name, payload }: Job): Promise<string> {
  const { workspaceId, epoch, runId, linkId, streamId, creationId } = payload;
  if (name === 'run') return workRun(deps, { workspaceId, epoch, runId }, never);
  if (name === 'create') return createObject(deps, { workspaceId, epoch, creationId }, never);
  if (name === 'push') return pushLink(deps, { workspaceId, epoch, linkId }, never);
  return pollStream(deps, { workspaceId, epoch, streamId }, never);
}

/** Sweeps until nothing is due; a bound instead of a clock. */
export async function settle(world: World, most = 30): Promise<string[]> {
  const outcomes: string[] = [];
  for (let round = 0; round < most; round += 1) {
    const now = await sweep(world);
    if (now.length === 0) return outcomes;
    outcomes.push(...now);
  }
  throw new Error(`Work kept being due: ${outcomes.slice(-5).join(', ')}`);
}

export const observe = (
  world: World,
  objects: ObservationInput['objects'],
  type: ObservationInput['source']['type'] = 'webhook',
) =>
  transaction(world.worker, (tx) =>
    observeObjects(tx, {
      workspaceId: world.owner.workspaceId,
      connectionId: world.connectionId,
      streamId: world.streamId,
      kind: 'task',
      objects,
      source: { type },
      writable: manifest.resources[0]?.writable ?? [],
    }),
  );

interface Held {
  record_id: string;
  external_id: string;
  data: JsonObject;
  version: number;
  deleted_at: Date | null;
  state: string;
  base: JsonObject;
  held: string[];
  error: JsonObject | null;
  remote_rank: number;
  pushed_at: Date | null;
  echoed_at: Date | null;
  next_attempt_at: Date | null;
}

export const held = (world: World, externalId: string): Promise<Held> =>
  world.admin<Held[]>`
    select l.*, r.data, r.version::int as version, r.deleted_at from public.links l
    join public.records r on r.id = l.record_id where l.external_id = ${externalId}
      and l.connection_id = ${world.connectionId}`.then(([row]) => {
    if (!row) throw new Error(`No link to ${externalId}`);
    return row;
  });

/** Every record equals the service's own list, field by field, and there is no other. */
export async function expectSame(world: World): Promise<void> {
  const rows = await world.admin`
    select l.external_id, r.data, r.version::int as version from public.records r
    join public.links l on l.record_id = r.id where r.deleted_at is null`;
  const ours = Object.fromEntries(rows.map((row) => [row['external_id'], row['data']]));
  const theirs = Object.fromEntries(
    world.service
      .list()
      .map(({ externalId, fields }) => [externalId, { ...defaultsOf('task'), ...fields }]),
  );
  expect(ours).toEqual(theirs);
  const [log] = await world.admin`
    select count(*)::int as n, max(position)::int as last, count(distinct position)::int as positions
    from public.change_log`;
  expect(log?.['last']).toBe(log?.['n']);
  expect(log?.['positions']).toBe(log?.['n']);
}

/** An edit by the owner, against the version that stands. */
export async function editRecord(
  world: World,
  externalId: string,
  data: RecordPatch['data'],
): Promise<string> {
  const { record_id, version } = await held(world, externalId);
  const patch = { mutation_id: newId(), version, data };
  await as(world, world.owner, (tx) => patchRecord(tx, rules, { recordId: record_id, patch }));
  return record_id;
}
