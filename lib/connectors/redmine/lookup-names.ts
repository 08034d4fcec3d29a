import type { ConnectorContext, LookupItem } from '#lib/connectors/protocol/index';
import { HubError, type JsonObject } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { projectIdOf } from './project-scope.ts';
import { memberPageSchema, type Named, priorityListSchema } from './schema.ts';
import { listStatuses } from './workflow.ts';

const perPage = 100;
const maxPages = 10;

/** What people pick by name: members of a project, and the instance's statuses and priorities. */
export async function lookupNames(
  ctx: ConnectorContext,
  name: string,
  scope: JsonObject | null,
): Promise<LookupItem[]> {
  if (name === 'states') {
    const statuses = await listStatuses(ctx);
    return statuses.map((status) => toItem(status, status.is_closed === true ? 'closed' : null));
  }
  if (name === 'priorities') return (await listPriorities(ctx)).map((item) => toItem(item, null));
  if (name !== 'users') throw new HubError('request.invalid', 'Redmine has no such list.');
  if (scope === null) throw new HubError('request.invalid', 'A project is needed for this.');
  const members = await listMembers(ctx, projectIdOf(scope));
  return members.map((member) => toItem(member, member.isGroup ? 'group' : null));
}

const toItem = ({ id, name }: Pick<Named, 'id' | 'name'>, detail: string | null): LookupItem => ({
  id: String(id),
  name,
  detail,
});

/** https://www.redmine.org/projects/redmine/wiki/Rest_Enumerations */
export async function listPriorities(ctx: ConnectorContext): Promise<Named[]> {
  const answer = await ctx.http.send({
    method: 'GET',
    path: '/enumerations/issue_priorities.json',
    isKeepable: true,
  });
  const read = priorityListSchema.safeParse(answer.json);
  if (!read.success) throw badAnswer('the list of priorities is no list');
  return read.data.issue_priorities;
}

export type Member = Pick<Named, 'id' | 'name'> & { isGroup: boolean };

/**
 * Whom issues can be assigned to. The list of all users is for administrators only.
 * https://www.redmine.org/projects/redmine/wiki/Rest_Memberships
 */
export async function listMembers(ctx: ConnectorContext, projectId: number): Promise<Member[]> {
  const members = new Map<number, Member>();
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await ctx.http.send({
      method: 'GET',
      path: `/projects/${projectId}/memberships.json`,
      query: { limit: perPage, offset: page * perPage },
    });
    const read = memberPageSchema.safeParse(answer.json);
    if (!read.success) throw badAnswer('the list of members is no list');
    for (const { user, group } of read.data.memberships) {
      const found = user ?? group;
      if (found) members.set(found.id, { id: found.id, name: found.name, isGroup: !user });
    }
    if ((page + 1) * perPage >= read.data.total_count) break;
  }
  return [...members.values()];
}
