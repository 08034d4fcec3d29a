import { type JsonObject, newId } from '#lib/core/index';
import {
  cancelPlan,
  chooseForRow,
  enablePlan,
  enqueueDuePlans,
  getPlan,
  listPlanRows,
  type PlanDeps,
  type PlanJob,
  startPlan,
  workPlan,
} from '#lib/flows/index';
import type { Plan, PlanRow } from '#lib/flows/schema';
import { connectors, FlowWorld } from './flow-world.ts';

const never = new AbortController().signal;
const rate = { requests: 600, perMs: 60_000, concurrent: 4, headers: null };

/** A record to be seeded: what it holds, and the stream it lives at. */
export interface Seed {
  at: string;
  fields: JsonObject;
}

/** Flows with records at their sides, and the worker that plans them. */
export class PlanWorld {
  readonly flows: FlowWorld;
  readonly jobs: PlanJob[] = [];
  private constructor(flows: FlowWorld) {
    this.flows = flows;
  }

  static async make(): Promise<PlanWorld> {
    return new PlanWorld(await FlowWorld.make());
  }

  get admin() {
    return this.flows.world.admin;
  }

  get workspaceId(): string {
    return this.flows.world.owner.workspaceId;
  }

  deps(more: Partial<PlanDeps> = {}): PlanDeps {
    const { worker, deps } = this.flows.world;
    return {
      db: worker,
      queue: {
        send: (_tx, _name, jobs) => {
          for (const { payload } of jobs) this.jobs.push(payload as unknown as PlanJob);
          return Promise.resolve();
        },
      },
      connectors: {
        resourceOf: (connector, resource) => connectors.resourceOf(connector, resource),
        providerOf: (connector) => connectors.providerOf(connector),
        rateOf: () => rate,
      },
      clock: deps.clock,
      log: deps.log,
      ...more,
    };
  }

  /** Records with a link each, as if they had been read. */
  async seed(seeds: readonly Seed[]): Promise<string[]> {
    const rows = seeds.map(({ at, fields }) => ({ id: newId(), link: newId(), at, fields }));
    const input = this.admin.json(rows);
    await this.admin`
      insert into public.records (id, workspace_id, kind, data)
      select x.id, ${this.workspaceId}, 'task', x.fields
      from jsonb_to_recordset(${input}) as x(id uuid, fields jsonb)`;
    await this.admin`
      insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind, external_id, url,
        remote_rank, base)
      select x.link, s.workspace_id, x.id, s.connection_id, s.id, 'task', x.link, 'https://x.test/' || x.link, 1, x.fields
      from jsonb_to_recordset(${input}) as x(id uuid, link uuid, at uuid, fields jsonb)
      join public.streams s on s.id = x.at`;
    return rows.map(({ id }) => id);
  }

  /** Two sides with the given records. */
  async flow(
    left: readonly JsonObject[],
    right: readonly JsonObject[],
    more: object = {},
  ): Promise<{ flowId: string; sides: [string, string]; left: string[]; right: string[] }> {
    const sides: [string, string] = [await this.flows.stream(), await this.flows.stream()];
    const [one, two] = sides;
    const { id: flowId } = await this.flows.create(sides, more);
    return {
      flowId,
      sides,
      left: await this.seed(left.map((fields) => ({ at: one, fields }))),
      right: await this.seed(right.map((fields) => ({ at: two, fields }))),
    };
  }

  start(flowId: string): Promise<Plan> {
    const { workspaceId, userId } = this.flows.world.owner;
    return this.flows.as((tx) => startPlan(tx, { workspaceId, flowId, requestedBy: userId }));
  }

  get(planId: string): Promise<Plan> {
    return this.flows.as((tx) => getPlan(tx, { planId }));
  }

  enable(planId: string): Promise<Plan> {
    const enabledBy = this.flows.world.owner.userId;
    return this.flows.as((tx) => enablePlan(tx, { planId, enabledBy }));
  }

  cancel(planId: string): Promise<Plan> {
    return this.flows.as((tx) => cancelPlan(tx, { planId }));
  }

  choose(planId: string, row: PlanRow, recordId: string | null): Promise<PlanRow> {
    const chosenBy = this.flows.world.owner.userId;
    const { ordinal } = row;
    return this.flows.as((tx) => chooseForRow(tx, { planId, ordinal, recordId, chosenBy }));
  }

  async rows(planId: string, of: Partial<Pick<PlanRow, 'action' | 'status'>> = {}) {
    const rows: PlanRow[] = [];
    let cursor: string | undefined;
    for (;;) {
      const page = await this.flows.as((tx) =>
        listPlanRows(tx, { workspaceId: this.workspaceId, planId, ...of, cursor, limit: 200 }),
      );
      rows.push(...page.data);
      if (page.next_cursor === null) return rows;
      cursor = page.next_cursor;
    }
  }

  /** Sweeps until no plan is due; a bound instead of a clock. */
  async work(deps: PlanDeps = this.deps(), most = 200): Promise<string[]> {
    const outcomes: string[] = [];
    for (let round = 0; round < most; round += 1) {
      await enqueueDuePlans(deps);
      const jobs = this.jobs.splice(0);
      if (jobs.length === 0) return outcomes;
      for (const job of jobs) outcomes.push(await workPlan(deps, job, never));
    }
    throw new Error('Plans kept being due.');
  }

  /** Leases have run out, and everything that waits is due. */
  async letTimePass(): Promise<void> {
    await this.admin`
      update public.flow_plans set lease_until = null, next_attempt_at = now()
      where status in ('queued', 'making', 'enabling')`;
  }

  /** Orders a plan and makes it. */
  async planned(flowId: string): Promise<Plan> {
    const { id } = await this.start(flowId);
    await this.work();
    return this.get(id);
  }

  async enabled(planId: string): Promise<Plan> {
    await this.enable(planId);
    await this.work();
    return this.get(planId);
  }

  /** What the workspace's records came to: figures a plan speaks of. */
  async truth(sides: readonly string[]) {
    const [row] = await this.admin<
      { living: number; joined: number; owed: number; dirty: number; asked: number }[]
    >`
      with places as (
        select l.record_id, count(*) as at from public.links l
        join public.records r on r.id = l.record_id and r.deleted_at is null
        where l.stream_id = any(${[...sides]}::uuid[]) group by l.record_id)
      select count(*)::int as living, count(*) filter (where at > 1)::int as joined,
        (select count(*)::int from public.creations where stream_id = any(${[...sides]}::uuid[])) as owed,
        (select count(*)::int from public.links where stream_id = any(${[...sides]}::uuid[]) and state = 'dirty') as dirty,
        (select count(*)::int from public.conflicts k join public.links l on l.id = k.link_id
          where l.stream_id = any(${[...sides]}::uuid[]) and k.status = 'open') as asked
      from places`;
    if (!row) throw new Error('Nothing was counted.');
    return row;
  }
}
