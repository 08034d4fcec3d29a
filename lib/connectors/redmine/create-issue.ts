import type {
  ConnectorContext,
  HttpAnswer,
  RemoteObject,
  RemoteRef,
  WriteResult,
} from '#lib/connectors/protocol/index';
import { isHubError, type JsonObject } from '#lib/core/index';
import { fieldsEqual } from '#lib/kinds/index';
import { badAnswer } from './errors.ts';
import { fromIssue } from './map.ts';
import { assertIssues, projectIdOf } from './project-scope.ts';
import { assertKnown, webBaseOf } from './read-account.ts';
import { issuePath, readIssue } from './read-issue.ts';
import { issueAnswerSchema, issuePageSchema, usedIssueSchema } from './schema.ts';
import { toNewIssue } from './to-change.ts';
import { ignoredFields, updateIssue, withFields } from './update-issue.ts';
import { readWorkflow } from './workflow.ts';

const perPage = 100;
/** Of what the account made since then; more is somebody's script, and the newest are enough. */
const maxPages = 5;
/** Redmine's clock ticks in seconds, and so does the header we know it by. */
const leewayMs = 5_000;
/** Where Redmine does not tell its time. */
const unknownClockLeewayMs = 60_000;

/**
 * Redmine takes no key with it: a call whose answer was lost is never repeated, it is looked for. All
 * that can fail is asked for before, so that whatever fails afterwards says nothing else.
 * https://www.redmine.org/projects/redmine/wiki/Rest_Issues#Creating-an-issue
 */
export async function createIssue(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  fields: JsonObject,
): Promise<WriteResult> {
  assertIssues(resource);
  const issue = await toNewIssue(ctx, scope, fields);
  // A public project lets strangers make issues: a key that is not known any more would be nobody.
  await assertKnown(ctx);
  const workflow = await readWorkflow(ctx, [null]);
  const answer = await post(ctx, issue, fields);
  const read = issueAnswerSchema.safeParse(answer.json);
  if (!read.success) throw badAnswer('the new issue is not in it');
  const mapped = fromIssue(read.data.issue, { workflow, webBase: webBaseOf(ctx) });
  if (mapped.is === 'fault') throw badAnswer(mapped.fault.message);
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => !!value));
  return { object: mapped.object, ignored: ignoredFields(given, mapped.object.fields) };
}

async function post(
  ctx: ConnectorContext,
  issue: JsonObject,
  fields: JsonObject,
): Promise<HttpAnswer> {
  try {
    return await ctx.http.send({ method: 'POST', path: '/issues.json', json: { issue } });
  } catch (error) {
    throw withFields(error, fields);
  }
}

/** Issues of this account, made since then, with the title and the body that were sent. */
export async function findCreatedIssues(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  sent: { fields: JsonObject; since: string },
): Promise<RemoteObject[]> {
  assertIssues(resource);
  const { clockOffsetMs } = await assertKnown(ctx);
  const since =
    clockOffsetMs === null
      ? Date.parse(sent.since) - unknownClockLeewayMs
      : Date.parse(sent.since) + clockOffsetMs - leewayMs;
  const found: RemoteObject[] = [];
  for (let page = 0; page < maxPages; page += 1) {
    const { items, total } = await readPage(ctx, scope, since, page);
    const surroundings = { workflow: await readWorkflow(ctx, items), webBase: webBaseOf(ctx) };
    for (const item of items) {
      const mapped = fromIssue(item, surroundings);
      if (mapped.is === 'object' && isAsSent(mapped.object, sent.fields)) found.push(mapped.object);
    }
    if (items.length === 0 || (page + 1) * perPage >= total) break;
  }
  return found;
}

async function readPage(
  ctx: ConnectorContext,
  scope: JsonObject,
  since: number,
  page: number,
): Promise<{ items: unknown[]; total: number }> {
  const answer = await ctx.http.send({
    method: 'GET',
    path: '/issues.json',
    query: {
      project_id: projectIdOf(scope),
      subproject_id: '!*',
      status_id: '*',
      author_id: 'me',
      created_on: `>=${new Date(since).toISOString().replace(/\.\d+Z$/, 'Z')}`,
      sort: 'created_on:desc',
      limit: perPage,
      offset: page * perPage,
    },
  });
  const read = issuePageSchema.safeParse(answer.json);
  if (!read.success) throw badAnswer('the list of issues is no list');
  return { items: read.data.issues, total: read.data.total_count };
}

const isAsSent = ({ fields }: RemoteObject, sent: JsonObject): boolean =>
  fieldsEqual('line', fields['title'], sent['title']) &&
  fieldsEqual('text', fields['body'], sent['body']);

/**
 * Deletes it. Deleting takes subtasks and times spent along, so where somebody has put any into it,
 * and where the role may not delete, it is closed.
 * https://www.redmine.org/projects/redmine/wiki/Rest_Issues#Deleting-an-issue
 */
export async function takeBackIssue(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
): Promise<void> {
  assertIssues(resource);
  const isUsed = await whetherUsed(ctx, ref);
  if (isUsed === null) return;
  if (isUsed || !(await remove(ctx, ref))) await close(ctx, resource, ref);
}

/** Null for an issue that is gone, as far as its project can be seen. */
async function whetherUsed(ctx: ConnectorContext, ref: RemoteRef): Promise<boolean | null> {
  let answer: HttpAnswer;
  try {
    const query = { include: 'children' };
    answer = await ctx.http.send({ method: 'GET', path: issuePath(ref), query });
  } catch (error) {
    if (!isHubError(error) || error.code !== 'provider.not_found') throw error;
    await readIssue(ctx, 'issues', ref);
    return null;
  }
  const read = usedIssueSchema.safeParse(answer.json);
  if (!read.success) throw badAnswer('the issue is not in it');
  const { children, spent_hours: hours, total_spent_hours: total } = read.data.issue;
  return (children?.length ?? 0) > 0 || (hours ?? 0) > 0 || (total ?? 0) > 0;
}

/** False where the account may not. */
async function remove(ctx: ConnectorContext, ref: RemoteRef): Promise<boolean> {
  try {
    await ctx.http.send({ method: 'DELETE', path: issuePath(ref), isIdempotent: true });
    return true;
  } catch (error) {
    if (!isHubError(error)) throw error;
    if (error.code === 'provider.forbidden') return false;
    if (error.code === 'provider.not_found') return true;
    throw error;
  }
}

/** As cancelled, where the workflow has such a status, else as done. */
async function close(ctx: ConnectorContext, resource: string, ref: RemoteRef): Promise<void> {
  try {
    await updateIssue(ctx, resource, ref, { state: 'cancelled' });
  } catch (error) {
    if (!isHubError(error) || error.code !== 'provider.refused') throw error;
    await updateIssue(ctx, resource, ref, { state: 'done' });
  }
}
