import type { Connection } from '#lib/connections/schema';
import type { Flow, Plan, PlanRow, Suggestion } from '#lib/flows/schema';
import { ControlClient } from '#lib/sandbox/index';
import type { Stream } from '#lib/sync/schema';
import { controlOf, type HubCase } from './hub-case.ts';
import type { Kept, Person } from './person.ts';
import { eventually } from './waiting.ts';

export const flowRepo = 'northwind/web';
export const flowTeam = 'OPS';
const backfillDeadlineMs = 180_000;

/** An issue of Linear's as it truly is. */
export interface TrueLinearIssue {
  id: string;
  title: string;
  description: string | null;
  stateType: string;
  labels: string[];
  assignee: string | null;
  updatedAt: string;
  trashed: boolean;
  archived: boolean;
}

export interface FlowCase extends HubCase {
  linear: ControlClient;
  left: Kept;
  right: Kept;
  workspaceId: string;
}

export const linearOf = ({ hub }: Pick<HubCase, 'hub'>): ControlClient =>
  new ControlClient(new URL(hub.sandbox.url).origin, hub.sandbox.controlToken, 'linear');

/** A repository and a team, both connected, everything of them here, nothing joined. */
export async function openSides(opened: HubCase): Promise<FlowCase> {
  const { person, hub } = opened;
  const left = await person.keepInStep(flowRepo);
  const connection = await person.connectLinear();
  const right = await keepTeam(person, connection);
  for (const side of [left, right]) await person.untilLive(side, backfillDeadlineMs);
  return {
    ...opened,
    sandbox: controlOf(hub),
    linear: linearOf(opened),
    left,
    right,
    workspaceId: await person.workspaceId(),
  };
}

async function keepTeam(person: Person, connection: Connection): Promise<Kept> {
  const { data } = await person.ask<{ data: { key: string; title: string }[] }>(
    'GET',
    `/connections/${connection.id}/scopes?resource=issues`,
  );
  const team = data.find(({ title }) => title.includes('Operations'));
  if (!team) throw new Error('The team is not offered', { cause: data });
  const stream = await person.ask<Stream>('POST', '/streams', {
    connection_id: connection.id,
    resource: 'issues',
    scope_key: team.key,
  });
  return { connectionId: connection.id, streamId: stream.id };
}

/** Values of a field as the record has them, and as Linear does; what has no pair does not travel. */
export type Pairs = readonly { here: string; there: string }[];

/** As the hub suggests it: labels and people of one name at both, by pairs; what one side lacks stays. */
export async function makeFlow({ person, workspaceId, left, right }: FlowCase): Promise<Flow> {
  const at = `workspace_id=${workspaceId}`;
  const { data } = await person.ask<{ data: Suggestion[] }>('POST', `/flows/suggestions?${at}`, {
    stream_ids: [left.streamId, right.streamId],
  });
  const sides = data.map(({ stream_id, rules }) => ({
    stream_id,
    creates: true,
    rules: rules.map(({ reason: _reason, ...rule }) =>
      rule.field === 'parent' ? { ...rule, direction: 'none' as const, transform: null } : rule,
    ),
  }));
  return person.ask<Flow>('POST', `/flows?${at}`, {
    name: 'Portal and operations',
    sides,
    on_difference: 'first_side',
  });
}

/** By which pairs a field goes to Linear and comes from it. */
export function pairsOf({ sides }: Flow, field: 'labels' | 'assignees'): Pairs {
  const rule = sides.at(-1)?.rules.find((one) => one.field === field);
  if (rule?.direction !== 'both' || rule.transform?.type !== 'values') {
    throw new Error(`${field} do not travel`, { cause: rule });
  }
  return rule.transform.pairs;
}

export async function makePlan({ person }: FlowCase, flow: Flow): Promise<Plan> {
  const { id } = await person.ask<Plan>('POST', `/flows/${flow.id}/plans`);
  return untilPlan(person, id, 'ready');
}

export async function enablePlan({ person }: FlowCase, plan: Plan): Promise<Plan> {
  await person.ask('POST', `/flow-plans/${plan.id}/enable`);
  return untilPlan(person, plan.id, 'done');
}

const untilPlan = (person: Person, id: string, status: Plan['status']): Promise<Plan> =>
  eventually(
    `the plan is ${status}`,
    async () => {
      const plan = await person.ask<Plan>('GET', `/flow-plans/${id}`);
      if (plan.status === 'failed') throw new Error('It failed', { cause: plan });
      return plan.status === status ? plan : null;
    },
    backfillDeadlineMs,
  );

export async function rowsOf({ person }: FlowCase, plan: Plan): Promise<PlanRow[]> {
  const rows: PlanRow[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { data: PlanRow[]; next_cursor: string | null } = await person.ask(
      'GET',
      `/flow-plans/${plan.id}/rows?limit=200${from}`,
    );
    rows.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return rows;
}

export const linearIssues = ({ linear }: Pick<FlowCase, 'linear'>): Promise<TrueLinearIssue[]> =>
  linear.call('GET', `/issues?team=${flowTeam}`);
