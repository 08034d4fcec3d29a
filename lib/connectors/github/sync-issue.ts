import { z } from 'zod';
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
import { assertIssues, repositoryOf, repositoryPath } from './repository-path.ts';

/**
 * 410 is said of what was deleted, 301 of what was transferred, and 404 of what was transferred to a
 * repository this account may not read. https://docs.github.com/en/rest/issues/issues#get-an-issue
 */
export async function readIssue(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
): Promise<RemoteObject | null> {
  assertIssues(resource);
  try {
    const { object } = await readAt(ctx, issuePath(ref));
    // In a repository that was made anew the same number is another issue.
    return object?.externalId === ref.externalId ? object : null;
  } catch (error) {
    if (!isHubError(error)) throw error;
    const path = movedPath(error);
    if (path !== null) return readMoved(ctx, path, ref);
    // 410 also stands for "issues are turned off", 404 for "you may not see this repository".
    if (error.code !== 'provider.not_found' && error.code !== 'provider.gone') throw error;
    await assertRepositoryHasIssues(ctx, ref.scope);
    if (error.code === 'provider.gone') return null;
    throw outOfSight(error);
  }
}

async function readAt(
  ctx: ConnectorContext,
  path: string,
): Promise<{ object: RemoteObject | null; json: unknown }> {
  const { json } = await ctx.http.send({ method: 'GET', path });
  const mapped = fromIssue(json);
  if (mapped.is === 'fault') throw badAnswer(mapped.fault.message);
  return { object: mapped.is === 'object' ? mapped.object : null, json };
}

/** Where it was transferred to it has another id; where its repository was renamed it has not. */
async function readMoved(
  ctx: ConnectorContext,
  path: string,
  ref: RemoteRef,
): Promise<RemoteObject | null> {
  try {
    const { object, json } = await readAt(ctx, path);
    if (object === null || object.externalId === ref.externalId) return object;
    const scopeKey = repositoryOf(json);
    if (scopeKey === null) throw badAnswer('it does not say where the issue is now');
    return { ...object, scopeKey };
  } catch (error) {
    const isClosed =
      isHubError(error) &&
      ['provider.not_found', 'provider.forbidden', 'provider.gone'].includes(error.code);
    throw isClosed ? outOfSight(error) : error;
  }
}

const outOfSight = (cause: HubError): HubError =>
  new HubError(
    'provider.not_found',
    'The issue was moved to where this account may not see it; its last state is kept.',
    { cause },
  );

const movedSchema = z.object({ moved_to: z.string() });

const movedPath = (error: HubError): string | null =>
  movedSchema.safeParse(error.details).data?.moved_to ?? null;

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
