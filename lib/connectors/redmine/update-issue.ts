import type {
  ConnectorContext,
  FieldFault,
  RemoteRef,
  WriteResult,
} from '#lib/connectors/protocol/index';
import { isHubError, type Json, type JsonObject } from '#lib/core/index';
import { fieldRule, fieldsEqual } from '#lib/kinds/index';
import { refuse, refusedFields } from './errors.ts';
import { assertIssues } from './project-scope.ts';
import { issuePath, readWhole } from './read-issue.ts';
import { toChange } from './to-change.ts';

/**
 * PUT answers 204 and no body, and takes silently no notice of what the account's role or the
 * workflow does not let it change. So the issue is read back.
 * https://www.redmine.org/projects/redmine/wiki/Rest_Issues#Updating-an-issue
 */
export async function updateIssue(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
  fields: JsonObject,
): Promise<WriteResult> {
  assertIssues(resource);
  const issue = await toChange(ctx, ref, fields);
  if (Object.keys(issue).length > 0) await put(ctx, ref, fields, issue);
  const { object } = await readWhole(ctx, ref);
  return { object, ignored: ignoredFields(fields, object.fields) };
}

async function put(
  ctx: ConnectorContext,
  ref: RemoteRef,
  fields: JsonObject,
  issue: JsonObject,
): Promise<void> {
  try {
    // Setting the same values once more changes nothing and notes nothing down.
    await ctx.http.send({
      method: 'PUT',
      path: issuePath(ref),
      json: { issue },
      isIdempotent: true,
    });
  } catch (error) {
    throw withFields(error, fields);
  }
}

/** A refusal, with the fields that Redmine's sentences are about. */
export function withFields(error: unknown, sent: JsonObject): unknown {
  if (!isHubError(error) || error.code !== 'provider.refused') return error;
  const named = refusedFields(textsOf(error.details?.['messages']), Object.keys(sent));
  return named.length === 0 ? error : refuse(named, error);
}

/** What Redmine said yes to and then did not change. */
export function ignoredFields(sent: JsonObject, after: JsonObject): FieldFault[] {
  return Object.entries(sent).flatMap(([field, wanted]) => {
    const got = after[field];
    if (got === undefined) return [];
    const { comparator } = fieldRule('task', field);
    return fieldsEqual(comparator, shaped(field, wanted), shaped(field, got))
      ? []
      : [{ field, message: 'was not changed by Redmine (not allowed, or worked out by itself)' }];
  });
}

/** Names in whatever case, and a parent with or without its sign, are the same. */
function shaped(field: string, value: Json): Json {
  if (field === 'assignees') return textsOf(value).map((name) => name.trim().toLowerCase());
  if (typeof value !== 'string') return value;
  if (field === 'priority') return value.trim().toLowerCase();
  return field === 'parent' ? value.replace(/^#/, '') : value;
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
