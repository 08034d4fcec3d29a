import {
  type Account,
  type ConnectorContext,
  type ScopeOption,
  toStorableJson,
} from '#lib/connectors/protocol/index';
import { limits } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { pageMark } from './link-header.ts';
import { assertIssues } from './repository-path.ts';
import { accountSchema, repositorySchema } from './schema.ts';

const perPage = 100;
const maxScopes = limits.pageRows;
const maxPages = 5;

/** https://docs.github.com/en/rest/users/users#get-the-authenticated-user */
export async function readAccount(ctx: ConnectorContext): Promise<Account> {
  const answer = await ctx.http.send({ method: 'GET', path: '/user' });
  const read = accountSchema.safeParse(answer.json);
  if (!read.success) throw badAnswer('it names no account');
  const { id, login, html_url: url = null } = read.data;
  return { id: String(id), name: toStorableJson(login), url: url && toStorableJson(url) };
}

/**
 * Repositories with issues, the last touched first. The estimate counts what is open (pull requests
 * among it), because GitHub says no more without a call per repository.
 * https://docs.github.com/en/rest/repos/repos#list-repositories-for-the-authenticated-user
 */
export async function listScopes(ctx: ConnectorContext, resource: string): Promise<ScopeOption[]> {
  assertIssues(resource);
  const options = new Map<string, ScopeOption>();
  for (let page = 1; page <= maxPages && options.size < maxScopes; page += 1) {
    const answer = await ctx.http.send({
      method: 'GET',
      path: '/user/repos',
      query: { sort: 'updated', per_page: perPage, page },
      isKeepable: true,
    });
    if (!Array.isArray(answer.json)) throw badAnswer('the list of repositories is no list');
    for (const item of answer.json) {
      const option = toOption(item);
      if (option) options.set(option.key, option);
    }
    if (!pageMark(answer.headers.get('link'), 'next')) break;
  }
  return [...options.values()].slice(0, maxScopes);
}

function toOption(item: unknown): ScopeOption | null {
  const read = repositorySchema.safeParse(item);
  if (!read.success || read.data.has_issues === false || read.data.disabled === true) return null;
  const repository = read.data;
  const isFrozen = repository.archived === true;
  const may = repository.permissions;
  const facts = [
    repository.private === true ? 'private' : null,
    isFrozen ? 'archived, read-only' : null,
    repository.description?.slice(0, 200).toWellFormed() ?? null,
  ].filter((fact) => fact !== null && fact !== '');
  return {
    key: repository.full_name,
    title: repository.full_name,
    detail: facts.length > 0 ? facts.join(' · ') : null,
    scope: { owner: repository.owner.login, repo: repository.name },
    canWrite: !isFrozen && (may?.push === true || may?.maintain === true || may?.admin === true),
    canHook: !isFrozen && may?.admin === true,
    estimate: repository.open_issues_count ?? null,
  };
}
