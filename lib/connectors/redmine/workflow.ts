import type { ConnectorContext } from '#lib/connectors/protocol/index';
import type { TaskState } from '#lib/kinds/index';
import { badAnswer } from './errors.ts';
import { type Status, statusListSchema, statusOfSchema, trackerListSchema } from './schema.ts';

/** What an instance's statuses mean. */
export interface Workflow {
  /** In the order the administrator gave them; empty where every issue said of its own. */
  statuses: readonly Status[];
  /** Ids of the statuses in which issues begin. */
  begin: ReadonlySet<number>;
}

/** Names, because Redmine says only that a status is closed. Its own default one is “Rejected”. */
const cancelledName = /\b(reject|cancel|abandon|declin|duplicate|invalid|obsolete|wo?n.?t )/i;

/** Null for a status nobody says anything of: its name is kept, its meaning not guessed. */
export function stateOf(workflow: Workflow, shown: Status): TaskState | null {
  const status = saysWhetherClosed(shown)
    ? shown
    : workflow.statuses.find(({ id }) => id === shown.id);
  return status ? meaningOf(workflow, status) : null;
}

const saysWhetherClosed = ({ is_closed: isClosed }: Status): boolean =>
  typeof isClosed === 'boolean';

function meaningOf({ begin }: Workflow, status: Status): TaskState {
  if (status.is_closed === true) return cancelledName.test(status.name) ? 'cancelled' : 'done';
  return begin.has(status.id) ? 'open' : 'in_progress';
}

/** The first status of the wanted meaning among those the account may choose. */
export const chooseStatus = (
  workflow: Workflow,
  allowed: readonly Status[] | null,
  wanted: TaskState,
): Status | undefined =>
  workflow.statuses.find(
    (status) =>
      meaningOf(workflow, status) === wanted &&
      (allowed === null || allowed.some(({ id }) => id === status.id)),
  );

/**
 * What is needed to read these issues. Since 5.0 each says itself whether its status is closed; the
 * list of statuses is asked for the others.
 * https://www.redmine.org/projects/redmine/wiki/Rest_Trackers
 */
export async function readWorkflow(
  ctx: ConnectorContext,
  issues: readonly unknown[],
): Promise<Workflow> {
  const answer = await ctx.http.send({ method: 'GET', path: '/trackers.json', isKeepable: true });
  const trackers = trackerListSchema.safeParse(answer.json).data?.trackers ?? [];
  const begin = trackers.flatMap(({ default_status: status }) => (status ? [status.id] : []));
  const isSaid = begin.length > 0 && issues.every(saysItsStatus);
  const statuses = isSaid ? [] : await listStatuses(ctx);
  const first = statuses.find(({ is_closed: isClosed }) => isClosed !== true);
  return { statuses, begin: new Set(begin.length > 0 || !first ? begin : [first.id]) };
}

const saysItsStatus = (issue: unknown): boolean => {
  const read = statusOfSchema.safeParse(issue);
  return read.success && saysWhetherClosed(read.data.status);
};

/** https://www.redmine.org/projects/redmine/wiki/Rest_IssueStatuses */
export async function listStatuses(ctx: ConnectorContext): Promise<Status[]> {
  const answer = await ctx.http.send({
    method: 'GET',
    path: '/issue_statuses.json',
    isKeepable: true,
  });
  const read = statusListSchema.safeParse(answer.json);
  if (!read.success) throw badAnswer('the list of statuses is no list');
  return read.data.issue_statuses;
}
