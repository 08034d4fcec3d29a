import type { ResourceManifest } from '#lib/connectors/protocol/index';
import { type JsonObject, newId } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { changeFlow, createFlow, type FlowConnectors } from '#lib/flows/index';
import { type FlowPatch, flowInputSchema, flowPatchSchema } from '#lib/flows/schema';
import type { FieldRule } from '#lib/sync/schema';
import { as, type Member, makeWorld, type World } from '../sync/world.ts';

const issues: ResourceManifest = {
  name: 'issues',
  kind: 'task',
  title: 'Issues',
  scopeTitle: 'project',
  writable: ['title', 'body', 'state', 'labels', 'assignees'],
  writableValues: {},
  creates: { fields: ['title', 'body'], required: ['title'], isKeyed: false, takeBack: 'close' },
};

const { creates: _made, ...bare } = issues;

/** Three services: `poor` knows no “in progress”, `reader` makes nothing and takes the title alone. */
export const connectors: FlowConnectors = {
  resourceOf: (connector, resource) => {
    if (resource === 'messages') {
      return { ...bare, name: 'messages', kind: 'message', writable: ['body'] };
    }
    if (connector === 'poor') {
      return { ...issues, writableValues: { state: ['open', 'done', 'cancelled'] } };
    }
    return connector === 'reader' ? { ...bare, writable: ['title'] } : issues;
  },
  providerOf: (connector) => connector,
  lookupsOf: () => ['users', 'labels'],
};

export class FlowWorld {
  readonly world: World;
  private constructor(world: World) {
    this.world = world;
  }

  static async make(): Promise<FlowWorld> {
    return new FlowWorld(await makeWorld());
  }

  as<T>(work: (tx: Tx) => Promise<T>, who: Member = this.world.owner): Promise<T> {
    return as(this.world, who, work);
  }

  /** A stream of a connection of its own. */
  async stream(
    connector = 'rich',
    at: { name?: string; resource?: string; kind?: string; workspaceId?: string } = {},
  ): Promise<string> {
    const [streamId, connectionId] = [newId(), newId()];
    const workspaceId = at.workspaceId ?? this.world.owner.workspaceId;
    await this.world.admin`
      insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
      values (${connectionId}, ${workspaceId}, ${connector}, ${connectionId}, 'acme', 'active')`;
    await this.world.admin`
      insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, phase)
      values (${streamId}, ${workspaceId}, ${connectionId}, ${at.resource ?? 'issues'}, ${at.kind ?? 'task'},
        ${at.name ?? streamId.slice(-6)}, '{}', ${streamId}, 'live')`;
    return streamId;
  }

  /** A record that lives at these streams. */
  async record(streams: readonly string[], state = 'synced', fields: JsonObject = {}) {
    const { admin, owner } = this.world;
    const recordId = newId();
    await admin`
      insert into public.records (id, workspace_id, kind, data)
      values (${recordId}, ${owner.workspaceId}, 'task', ${admin.json(fields)})`;
    const links: string[] = [];
    for (const streamId of streams) {
      const linkId = newId();
      links.push(linkId);
      await admin`
        insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind, external_id, base, state)
        select ${linkId}, workspace_id, ${recordId}, connection_id, id, 'task', ${linkId}, ${admin.json(fields)}, ${state}
        from public.streams where id = ${streamId}`;
    }
    return { recordId, links };
  }

  async owe(recordId: string, streamId: string, state = 'owed'): Promise<void> {
    await this.world.admin`
      insert into public.creations (id, workspace_id, record_id, connection_id, stream_id, state)
      select ${newId()}, workspace_id, ${recordId}, connection_id, id, ${state} from public.streams
      where id = ${streamId}`;
  }

  create(streams: readonly string[], more: object = {}, who: Member = this.world.owner) {
    const input = flowInputSchema.parse({
      name: 'Both',
      sides: streams.map((id) => ({ stream_id: id })),
      ...more,
    });
    const { workspaceId } = this.world.owner;
    return this.as(
      (tx) => createFlow(tx, { connectors }, { workspaceId, userId: who.userId, input }),
      who,
    );
  }

  change(flowId: string, patch: FlowPatch, who: Member = this.world.owner) {
    const { workspaceId } = this.world.owner;
    return this.as(
      (tx) =>
        changeFlow(
          tx,
          { connectors },
          { workspaceId, flowId, userId: who.userId, patch: flowPatchSchema.parse(patch) },
        ),
      who,
    );
  }

  /** As if a plan of it had been enabled. */
  async enable(flowId: string): Promise<void> {
    await this.world.admin`update public.flows set status = 'live' where id = ${flowId}`;
  }
}

export const side = (stream_id: string, rules: FieldRule[] = [], creates?: boolean) => ({
  stream_id,
  ...(creates === undefined ? {} : { creates }),
  rules,
});
export const rule = (field: string, more: Partial<FieldRule> = {}): FieldRule => ({
  field,
  side_field: field,
  direction: 'both',
  policy: null,
  transform: null,
  ...more,
});
/** The code and the fields of the error; null where there is none. */
export const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code?: string; details?: { errors?: { field: string; reason: string }[] } }) => ({
      code: error.code,
      fields: error.details?.errors?.map(({ field }) => field) ?? [],
      reasons: error.details?.errors?.map(({ reason }) => reason).join('; ') ?? '',
    }),
  );
