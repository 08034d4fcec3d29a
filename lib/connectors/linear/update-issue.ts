import type {
  ConnectorContext,
  FieldFault,
  RemoteObject,
  RemoteRef,
  WriteResult,
} from '#lib/connectors/protocol/index';
import { HubError, type Json, type JsonObject } from '#lib/core/index';
import { fieldsEqual } from '#lib/kinds/index';
import { badAnswer } from './errors.ts';
import { wholeIssue } from './issue-fields.ts';
import { fromIssue } from './map.ts';
import { readIssue } from './read-issue.ts';
import { sendMutation } from './send-query.ts';
import { assertIssues, teamIdOf } from './team-scope.ts';
import { textsOf, toInput } from './to-input.ts';

const mutation = `mutation UpdateIssue($id: String!, $input: IssueUpdateInput!) {
  issueUpdate(id: $id, input: $input) { success issue { ${wholeIssue} } }
}`;

/** Sends only the given fields, names turned into Linear's ids; what has none is refused first. */
export async function updateIssue(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
  fields: JsonObject,
): Promise<WriteResult> {
  assertIssues(resource);
  const present = async () => (await readIssue(ctx, resource, ref))?.fields['state'] ?? null;
  const input = await toInput(ctx, teamIdOf(ref.scope), fields, present);
  if (Object.keys(input).length === 0) {
    const object = await readIssue(ctx, resource, ref);
    if (!object) throw new HubError('provider.not_found', 'The issue is gone at Linear.');
    return { object, ignored: [] };
  }
  const { data } = await sendMutation(ctx, mutation, { id: ref.externalId, input });
  const object = answeredIssue(data['issueUpdate'], ref.externalId);
  return { object, ignored: ignoredFields(fields, object.fields) };
}

/** The issue a mutation answered with, which must be the one it was about. */
export function answeredIssue(payload: unknown, id: string): RemoteObject {
  const issue: unknown =
    typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'issue') : null;
  const mapped = fromIssue(issue);
  if (mapped.is !== 'object') throw badAnswer('the issue is not in it');
  if (mapped.object.externalId !== id) throw badAnswer('it speaks of another issue');
  return mapped.object;
}

/** What Linear said yes to and then did not change. */
export function ignoredFields(sent: JsonObject, after: JsonObject): FieldFault[] {
  return ['state', 'labels', 'assignees', 'priority', 'due_on', 'parent'].flatMap((field) => {
    const [wanted, got] = [sent[field], after[field]];
    if (wanted === undefined || got === undefined) return [];
    const isSet = field === 'labels' || field === 'assignees';
    const isSame = isSet
      ? fieldsEqual('set', folded(wanted), folded(got))
      : fold(wanted) === fold(got);
    return isSame ? [] : [{ field, message: 'was not changed by Linear' }];
  });
}

const fold = (value: Json): Json => (typeof value === 'string' ? value.toLowerCase() : value);
const folded = (value: Json): Json[] => textsOf(value).map(fold);
