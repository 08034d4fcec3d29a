import type {
  ConnectorContext,
  RemoteObject,
  RemoteRef,
  WriteResult,
} from '#lib/connectors/protocol/index';
import { HubError, isHubError, type JsonObject } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { fromIssue } from './map.ts';
import { ignoredFields, toPatch } from './patch.ts';
import { assertIssues, repositoryPath } from './repository-path.ts';

/** https://docs.github.com/en/rest/issues/issues#get-an-issue */
export async function readIssue(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
): Promise<RemoteObject | null> {
  assertIssues(resource);
  try {
    const answer = await ctx.http.send({ method: 'GET', path: issuePath(ref) });
    const mapped = fromIssue(answer.json);
    if (mapped.is === 'fault') throw badAnswer(mapped.fault.message);
    // A transferred issue is answered from its new place, where it has another id.
    return mapped.is === 'object' && mapped.object.externalId === ref.externalId
      ? mapped.object
      : null;
  } catch (error) {
    if (!isHubError(error)) throw error;
    // 410 also stands for "issues are turned off", 404 for "you may not see this repository".
    if (error.code !== 'provider.not_found' && error.code !== 'provider.gone') throw error;
    await assertRepositoryHasIssues(ctx, ref.scope);
    return null;
  }
}

/**
 * A 404 of one issue means that it is gone only while its repository can be seen; otherwise losing
 * access would look like every issue being deleted.
 */
export async function assertRepositoryHasIssues(
  ctx: ConnectorContext,
  scope: JsonObject,
): Promise<void> {
  const answer = await ctx.http.send({ method: 'GET', path: repositoryPath(scope) });
  const repository = answer.json;
  if (repository === null || typeof repository !== 'object') {
    throw badAnswer('the repository is no object');
  }
  if ('has_issues' in repository && repository.has_issues === false) {
    throw new HubError('provider.forbidden', 'Issues are turned off in this repository.');
  }
}

/** https://docs.github.com/en/rest/issues/issues#update-an-issue */
export async function updateIssue(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
  fields: JsonObject,
): Promise<WriteResult> {
  assertIssues(resource);
  const json = toPatch(fields);
  const answer = await ctx.http.send({ method: 'PATCH', path: issuePath(ref), json });
  const mapped = fromIssue(answer.json);
  if (mapped.is !== 'object') throw badAnswer('the changed issue is not in it');
  if (mapped.object.externalId !== ref.externalId) {
    throw badAnswer('it speaks of another issue');
  }
  return { object: mapped.object, ignored: ignoredFields(fields, mapped.object.fields) };
}

export function issuePath(ref: RemoteRef): string {
  if (ref.externalKey === null || !/^\d{1,15}$/.test(ref.externalKey)) {
    throw new HubError('request.invalid', 'The number of the issue is not known.');
  }
  return `${repositoryPath(ref.scope)}/issues/${ref.externalKey}`;
}
