import type postgres from 'postgres';
import type { RemoteObject } from '#lib/connectors/protocol/index';
import { type JsonObject, jsonEqual, newId } from '#lib/core/index';
import { asUser, type Db, transaction } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { type ConnectorRules, patchRecord } from '#lib/records/index';
import {
  createStream,
  enqueueDueCreations,
  enqueueDuePolls,
  enqueueDuePushes,
  enqueueDueRuns,
  observeObjects,
  type SyncDeps,
} from '#lib/sync/index';
import { FakeRemote } from '../../../setup/fake-remote/fake-remote.ts';
import { RemoteApi } from '../../../setup/fake-remote/remote-api.ts';
import {
  manifestOf,
  type RemoteSwitches,
  remoteFields,
} from '../../../setup/fake-remote/remote-switches.ts';
import { Died, Mortal } from '../../../setup/mortal.ts';
import { type Job, type Member, makeMember, work } from '../world.ts';
import type { Bug } from './bugs.ts';
import { type Mapping, type MappingName, mappings } from './mappings.ts';
import type { ModelDatabase } from './model-database.ts';
import { announced, giveRules, joinSides } from './trial-seams.ts';

export interface Side {
  connectionId: string;
  streamId: string;
  remote: FakeRemote;
  api: RemoteApi;
  mapping: Mapping;
}

export interface Edit {
  recordId: string;
  patch: JsonObject;
  turn: number;
}

const rules: ConnectorRules = {
  writableFields: () => remoteFields,
  acceptedValues: () => null,
};

/** One schedule's world: a workspace of its own in the shared database, its services and its worker. */
export class Trial {
  readonly sides: Side[] = [];
  readonly edits: Edit[] = [];
  readonly broken: string[] = [];
  readonly jobs: Job[] = [];
  turn = 0;
  isRemapped = false;
  /** Between the effect of a call that makes an object and its answer. */
  beforeAnswer: (() => Promise<void>) | null = null;
  readonly at: ModelDatabase;
  readonly owner: Member;
  readonly bug: Bug | null;

  private constructor(at: ModelDatabase, owner: Member, bug: Bug | null) {
    this.at = at;
    this.owner = owner;
    this.bug = bug;
  }

  get admin(): postgres.Sql {
    return this.at.admin;
  }

  /** The worker's database, as the planted fault lets it see it. */
  private get worker(): Db {
    return this.bug?.db?.(this.at.worker) ?? this.at.worker;
  }

  /** The same objects at every side, read by the engine, and joined to records that live at all of them. */
  static async begin(
    at: ModelDatabase,
    sides: RemoteSwitches[],
    bug: Bug | null,
    objects: Record<string, JsonObject>,
    mapping: MappingName = 'plain',
  ): Promise<Trial> {
    const owner = await makeMember(at.admin, `m${newId()}`);
    const trial = new Trial(at, owner, bug);
    for (const [n, switches] of sides.entries()) {
      const isLast = n === sides.length - 1;
      await trial.addSide(switches, objects, mappings[isLast ? mapping : 'plain']);
    }
    await trial.runJobs();
    await joinSides(trial);
    for (const { remote } of trial.sides) remote.queue.splice(0);
    return trial;
  }

  /** Sides with objects of their own, none joined to another. */
  static async apart(
    at: ModelDatabase,
    sides: { switches: RemoteSwitches; objects: Record<string, JsonObject> }[],
    bug: Bug | null = null,
  ): Promise<Trial> {
    const owner = await makeMember(at.admin, `m${newId()}`);
    const trial = new Trial(at, owner, bug);
    for (const { switches, objects } of sides) {
      await trial.addSide(switches, objects);
      await trial.runJobs();
    }
    for (const { remote } of trial.sides) remote.queue.splice(0);
    return trial;
  }

  private async addSide(
    switches: RemoteSwitches,
    objects: Record<string, JsonObject>,
    mapping: Mapping = mappings.plain,
  ) {
    const remote = new FakeRemote(switches);
    for (const [id, fields] of Object.entries(objects)) {
      remote.create(id, { ...fields, ...mapping.say(fields, {}) });
    }
    const connectionId = newId();
    const { workspaceId, userId } = this.owner;
    await this
      .admin`insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
      values (${connectionId}, ${workspaceId}, 'fake', ${connectionId}, 'fake', 'active')`;
    const stream = await asUser(this.at.web, this.owner, (tx) =>
      createStream(tx, {
        workspaceId,
        connectionId,
        resource: 'issues',
        kind: 'task',
        name: switches.name,
        scopeKey: switches.name,
        scope: { project: switches.name },
        requestedBy: userId,
      }),
    );
    const api = new RemoteApi(remote);
    this.sides.push({ connectionId, streamId: stream.id, remote, api, mapping });
    if (mapping.rules.length > 0) await giveRules(this, stream.id, mapping);
  }

  /** Somebody changes how a service is read, while everything goes on. */
  async remap(side: Side, name: MappingName): Promise<void> {
    side.mapping = mappings[name];
    this.isRemapped = true;
    await giveRules(this, side.streamId, side.mapping);
  }

  deps(mortal: Mortal): SyncDeps {
    const deps: SyncDeps = {
      db: mortal.db(this.worker),
      queue: {
        send: (_tx, name, sent) => {
          for (const { payload } of sent) {
            const job = { name, payload: payload as Job['payload'] };
            if (!this.bug?.skips?.(job)) this.jobs.push(job);
          }
          return Promise.resolve();
        },
      },
      connect: ({ connectionId }, { signal }) => {
        const side = this.side(connectionId);
        const api = announced(this, side, this.bug?.api?.(side.api.api, side) ?? side.api.api);
        return Promise.resolve({
          connection: { id: connectionId, connector: 'fake' },
          manifest: manifestOf(side.remote.switches),
          api: mortal.api(api),
          ctx: { http: { send: () => Promise.reject(new Error('no network')) }, signal },
        });
      },
      prepareStream: () =>
        Promise.resolve({ delivery: 'poll', reason: 'it is a test', isFinal: true }),
      logConnection: () => Promise.resolve(),
      clock: { now: () => Date.now(), random: () => 0.5 },
      log: logger('test', 'silent'),
      pollMs: 30_000,
    };
    return deps;
  }

  /** A live flow of all sides, each of which gets what the others have. */
  async flow(status: 'draft' | 'live' | 'paused' = 'live'): Promise<string> {
    const flowId = newId();
    const { workspaceId } = this.owner;
    await this.admin`insert into public.flows (id, workspace_id, name, kind, status)
      values (${flowId}, ${workspaceId}, 'Both', 'task', ${status})`;
    for (const [position, { streamId }] of this.sides.entries()) {
      await this.admin`insert into public.flow_sides (stream_id, workspace_id, flow_id, position)
        values (${streamId}, ${workspaceId}, ${flowId}, ${position})`;
    }
    return flowId;
  }

  side(connectionId: string): Side {
    const side = this.sides.find((known) => known.connectionId === connectionId);
    if (!side) throw new Error('There is no such side.');
    return side;
  }

  /** What is owed becomes jobs, and nobody does them yet. */
  enqueueCreations(): Promise<number> {
    return enqueueDueCreations(this.deps(new Mortal()));
  }

  /** What is due becomes jobs, and the jobs are done; a worker that dies leaves the rest undone. */
  async runJobs(
    mortal = new Mortal(),
    kinds: ('push' | 'create' | 'run' | 'poll')[] = ['run', 'push', 'create', 'poll'],
  ): Promise<string[]> {
    const deps = this.deps(mortal);
    const outcomes: string[] = [];
    try {
      if (kinds.includes('run')) await enqueueDueRuns(deps);
      if (kinds.includes('push')) await enqueueDuePushes(deps);
      if (kinds.includes('create')) await enqueueDueCreations(deps);
      if (kinds.includes('poll')) await enqueueDuePolls(deps);
      for (const job of this.jobs.splice(0)) {
        if (job.payload.workspaceId === this.owner.workspaceId)
          outcomes.push(await work(deps, job));
      }
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      this.jobs.splice(0);
    }
    return outcomes;
  }

  /** Webhooks are applied the way the inbox does: one after the other, in its transaction. */
  async observe(side: Side, ...objects: RemoteObject[]): Promise<void> {
    await transaction(this.worker, async (tx) => {
      for (const object of objects) {
        const seen = this.bug?.hook ? this.bug.hook(object, side) : object;
        if (!seen) continue;
        await observeObjects(tx, {
          workspaceId: this.owner.workspaceId,
          connectionId: side.connectionId,
          streamId: side.streamId,
          kind: 'task',
          objects: [seen],
          source: { type: 'webhook' },
          writable: remoteFields,
        });
      }
    });
  }

  async editHere(id: string, patch: JsonObject): Promise<void> {
    const [row] = await this.admin`
      select r.id, r.version::int as version, r.data from public.records r join public.links l on l.record_id = r.id
      where l.workspace_id = ${this.owner.workspaceId} and l.external_id = ${id} and r.deleted_at is null
        and l.state <> 'tombstone' limit 1`;
    if (!row) return;
    await asUser(this.at.web, this.owner, (tx) =>
      patchRecord(tx, rules, {
        recordId: String(row['id']),
        patch: { mutation_id: newId(), version: Number(row['version']), data: patch },
      }),
    );
    const held = row['data'] as JsonObject;
    const isEdit = Object.entries(patch).some(([name, value]) => !jsonEqual(held[name], value));
    if (isEdit) this.edits.push({ recordId: String(row['id']), patch, turn: this.turn });
  }

  /** Leases run out, what waits is due, calls on their way arrive. */
  async letTimePass(): Promise<void> {
    for (const { api } of this.sides) api.land();
    const { workspaceId } = this.owner;
    await this.admin.unsafe(`
      update public.links set lease_until = null, next_attempt_at = now()
        where workspace_id = '${workspaceId}' and (next_attempt_at is not null or lease_until is not null);
      update public.push_intents set created_at = created_at - interval '1 minute'
        where workspace_id = '${workspaceId}' and (outcome is null or outcome = 'unknown');
      update public.creations set lease_until = null, called_at = called_at - interval '1 minute',
          next_attempt_at = now()
        where workspace_id = '${workspaceId}' and (next_attempt_at is not null or lease_until is not null);
      update public.runs set lease_until = null, next_attempt_at = now()
        where workspace_id = '${workspaceId}' and status in ('queued', 'running');
      update public.streams set next_poll_at = now()
        where workspace_id = '${workspaceId}' and next_poll_at is not null`);
  }

  async wantSweep({ streamId }: Side): Promise<void> {
    await this
      .admin`update public.streams set next_sweep_at = now() where id = ${streamId} and phase = 'live'`;
  }

  /** Takes its rows out of the way of those that come after it. */
  async end(): Promise<void> {
    const ids = this.sides.map(({ connectionId }) => connectionId);
    await this.admin`delete from public.connections where id = any(${ids})`;
  }
}
