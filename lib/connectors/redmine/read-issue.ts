import type { ConnectorContext, RemoteObject, RemoteRef } from '#lib/connectors/protocol/index';
import { HubError, isHubError, type JsonObject } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { fromIssue } from './map.ts';
import { assertIssues, projectIdOf } from './project-scope.ts';
import { assertKnown, webBaseOf } from './read-account.ts';
import { issueAnswerSchema, type Status } from './schema.ts';
import { readWorkflow, type Workflow } from './workflow.ts';

/** https://www.redmine.org/projects/redmine/wiki/Rest_Issues#Showing-an-issue */
export async function readIssue(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
): Promise<RemoteObject | null> {
  assertIssues(resource);
  try {
    return (await readWhole(ctx, ref)).object;
  } catch (error) {
    if (!isHubError(error) || error.code !== 'provider.not_found') throw error;
    await assertProject(ctx, ref.scope);
    return null;
  }
}

export interface WholeIssue {
  /** In whichever project it is: an issue keeps its number when it is moved. */
  object: RemoteObject;
  workflow: Workflow;
  /** What the workflow lets the account make of it; null where Redmine does not say. */
  allowed: readonly Status[] | null;
}

export async function readWhole(ctx: ConnectorContext, ref: RemoteRef): Promise<WholeIssue> {
  const answer = await ctx.http.send({
    method: 'GET',
    path: issuePath(ref),
    query: { include: 'allowed_statuses' },
  });
  const read = issueAnswerSchema.safeParse(answer.json);
  if (!read.success) throw badAnswer('the issue is not in it');
  const { allowed_statuses: allowed, ...issue } = read.data.issue;
  const workflow = await readWorkflow(ctx, [issue]);
  const mapped = fromIssue(issue, { workflow, webBase: webBaseOf(ctx) });
  if (mapped.is === 'fault') throw badAnswer(mapped.fault.message);
  if (mapped.object.externalId !== ref.externalId) throw badAnswer('it speaks of another issue');
  return { object: mapped.object, workflow, allowed: allowed ?? null };
}

/**
 * "Not found" means that an issue is gone only while its project can be seen and the credential is
 * known; otherwise losing access would look like every issue being deleted.
 */
async function assertProject(ctx: ConnectorContext, scope: JsonObject): Promise<void> {
  await assertKnown(ctx);
  await ctx.http.send({ method: 'GET', path: `/projects/${projectIdOf(scope)}.json` });
}

export function issuePath(ref: RemoteRef): string {
  if (!/^\d{1,15}$/.test(ref.externalId)) {
    throw new HubError('request.invalid', 'The number of the issue is not known.');
  }
  return `/issues/${ref.externalId}.json`;
}
