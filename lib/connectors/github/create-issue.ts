import { z } from 'zod';
import type {
  ConnectorContext,
  RemoteObject,
  RemoteRef,
  WriteResult,
} from '#lib/connectors/protocol/index';
import { isHubError, type JsonObject } from '#lib/core/index';
import { fieldsEqual } from '#lib/kinds/index';
import { badAnswer } from './errors.ts';
import { pageMark } from './link-header.ts';
import { fromIssue } from './map.ts';
import { ignoredFields, toNewIssue } from './patch.ts';
import { assertIssues, repositoryPath } from './repository-path.ts';
import { accountSchema } from './schema.ts';
import { assertRepositoryHasIssues, issuePath } from './sync-issue.ts';

const perPage = 100;
/** Of what the account made since then; more is somebody's script, and the newest are enough. */
const maxPages = 5;
/** GitHub's clock ticks in seconds, and so does the header we know it by. */
const leewayMs = 5_000;
/** Where GitHub does not tell its time. */
const unknownClockLeewayMs = 60_000;

/**
 * GitHub takes no key with it: a call whose answer was lost is never repeated, it is looked for.
 * https://docs.github.com/en/rest/issues/issues#create-an-issue
 */
export async function createIssue(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  fields: JsonObject,
): Promise<WriteResult> {
  assertIssues(resource);
  const json = toNewIssue(fields);
  const path = `${repositoryPath(scope)}/issues`;
  const answer = await ctx.http.send({ method: 'POST', path, json });
  const mapped = fromIssue(answer.json);
  if (mapped.is !== 'object') throw badAnswer('the new issue is not in it');
  return { object: mapped.object, ignored: ignoredFields(json, mapped.object.fields) };
}

/**
 * Issues of this account, made since then, with the title and the body that were sent. Labels and
 * people are not compared: robots change them within seconds.
 */
export async function findCreatedIssues(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  sent: { fields: JsonObject; since: string },
): Promise<RemoteObject[]> {
  assertIssues(resource);
  const { login, clockOffsetMs } = await readLogin(ctx);
  const since =
    clockOffsetMs === null
      ? Date.parse(sent.since) - unknownClockLeewayMs
      : Date.parse(sent.since) + clockOffsetMs - leewayMs;
  const found: RemoteObject[] = [];
  for (let page = 1; page <= maxPages; page += 1) {
    const answer = await ctx.http.send({
      method: 'GET',
      path: `${repositoryPath(scope)}/issues`,
      query: {
        creator: login,
        // GitHub reads it as the time of the last change, which is never before that of the making.
        since: new Date(since).toISOString(),
        state: 'all',
        sort: 'created',
        direction: 'desc',
        per_page: perPage,
        page,
      },
    });
    if (!Array.isArray(answer.json)) throw badAnswer('the list of issues is no list');
    for (const item of answer.json) {
      const mapped = fromIssue(item);
      if (mapped.is === 'object' && isAsSent(mapped.object, sent.fields, since)) {
        found.push(mapped.object);
      }
    }
    if (!pageMark(answer.headers.get('link'), 'next')) break;
  }
  return found;
}

async function readLogin(ctx: ConnectorContext) {
  const { json, clockOffsetMs } = await ctx.http.send({ method: 'GET', path: '/user' });
  const read = accountSchema.safeParse(json);
  if (!read.success) throw badAnswer('it names no account');
  return { login: read.data.login, clockOffsetMs };
}

const madeSchema = z.looseObject({ created_at: z.iso.datetime() });

function isAsSent({ raw, fields }: RemoteObject, sent: JsonObject, since: number): boolean {
  const made = madeSchema.safeParse(raw);
  if (!made.success || Date.parse(made.data.created_at) < since) return false;
  return (
    fieldsEqual('line', fields['title'], sent['title']) &&
    fieldsEqual('text', fields['body'], sent['body'])
  );
}

/** GitHub lets no program delete an issue, so it is closed as “not planned”. */
export async function takeBackIssue(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
): Promise<void> {
  assertIssues(resource);
  const json = { state: 'closed', state_reason: 'not_planned' };
  try {
    await ctx.http.send({ method: 'PATCH', path: issuePath(ref), json, isIdempotent: true });
  } catch (error) {
    if (!isHubError(error)) throw error;
    if (error.code !== 'provider.not_found' && error.code !== 'provider.gone') throw error;
    await assertRepositoryHasIssues(ctx, ref.scope);
  }
}
