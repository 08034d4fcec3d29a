import {
  type ConnectorContext,
  type ScopeOption,
  toStorableJson,
} from '#lib/connectors/protocol/index';
import { limits } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { assertIssues } from './project-scope.ts';
import { type Project, projectPageSchema, projectSchema } from './schema.ts';

const perPage = 100;
const maxPages = 5;
const closed = 5;
const readableStatuses: readonly number[] = [1, closed];

/** https://www.redmine.org/projects/redmine/wiki/Rest_Projects */
export async function listProjects(
  ctx: ConnectorContext,
  resource: string,
): Promise<ScopeOption[]> {
  assertIssues(resource);
  const projects = new Map<number, Project>();
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await ctx.http.send({
      method: 'GET',
      path: '/projects.json',
      query: { include: 'enabled_modules', limit: perPage, offset: page * perPage },
    });
    const read = projectPageSchema.safeParse(answer.json);
    if (!read.success) throw badAnswer('the list of projects is no list');
    for (const item of read.data.projects) {
      const project = projectSchema.safeParse(item).data;
      if (project && hasIssues(project)) projects.set(project.id, project);
    }
    if ((page + 1) * perPage >= read.data.total_count) break;
  }
  return [...projects.values()]
    .sort((a, b) => (b.updated_on ?? '').localeCompare(a.updated_on ?? ''))
    .slice(0, limits.pageRows)
    .map(toOption);
}

const hasIssues = ({ status, enabled_modules: modules }: Project): boolean =>
  readableStatuses.includes(status ?? 1) &&
  (modules?.some(({ name }) => name === 'issue_tracking') ?? true);

function toOption({ id, name, identifier, status, is_public: isPublic }: Project): ScopeOption {
  const facts = [
    identifier,
    isPublic === false ? 'private' : null,
    status === closed ? 'closed' : null,
  ];
  return toStorableJson({
    key: String(id),
    title: name,
    detail: facts.filter(Boolean).join(' · '),
    scope: { project_id: id },
    // A closed project can be read and not be changed.
    canWrite: status !== closed,
    canHook: false,
    estimate: null,
  });
}
