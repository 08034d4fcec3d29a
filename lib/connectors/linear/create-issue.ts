import { createHash } from 'node:crypto';
import type {
  ConnectorContext,
  RemoteObject,
  RemoteRef,
  WriteGuard,
  WriteResult,
} from '#lib/connectors/protocol/index';
import { isHubError, type JsonObject } from '#lib/core/index';
import { wholeIssue } from './issue-fields.ts';
import { readIssue } from './read-issue.ts';
import { sendMutation } from './send-query.ts';
import { assertIssues, teamIdOf } from './team-scope.ts';
import { refuse, toInput } from './to-input.ts';
import { answeredIssue, ignoredFields } from './update-issue.ts';

const createMutation = `mutation CreateIssue($input: IssueCreateInput!) {
  issueCreate(input: $input) { success issue { ${wholeIssue} } }
}`;
const deleteMutation = `mutation DeleteIssue($id: String!) {
  issueDelete(id: $id) { success }
}`;

/**
 * Linear lets the caller choose the id of what is made and refuses one it has already, so the id is
 * made of the key: however often it is asked, there is one issue.
 * https://studio.apollographql.com/public/Linear-API/variant/current/schema/reference/inputs/IssueCreateInput
 */
export async function createIssue(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  fields: JsonObject,
  { key }: Pick<WriteGuard, 'key'>,
): Promise<WriteResult> {
  assertIssues(resource);
  if (fields['title'] === undefined) throw refuse([{ field: 'title', message: 'is missing' }]);
  const teamId = teamIdOf(scope);
  const id = issueIdOf(key);
  const input = { ...(await toInput(ctx, teamId, fields, unmade)), id, teamId };
  const object = await sendOrFind(ctx, scope, id, input);
  return { object, ignored: ignoredFields(fields, object.fields) };
}

/** The state of an issue that is not made yet is none. */
const unmade = (): Promise<null> => Promise.resolve(null);

/** "conflict on insert of Issue" is said of an id that is there; a refusal of anything else is one. */
async function sendOrFind(
  ctx: ConnectorContext,
  scope: JsonObject,
  id: string,
  input: JsonObject,
): Promise<RemoteObject> {
  try {
    const { data } = await sendMutation(ctx, createMutation, { input }, true);
    return answeredIssue(data['issueCreate'], id);
  } catch (error) {
    if (!isHubError(error) || error.code !== 'provider.refused') throw error;
    const present = await readIssue(ctx, 'issues', refOf(id, scope));
    if (!present) throw error;
    return present;
  }
}

/** By its id. One that was put in the trash meanwhile is found too, as deleted. */
export async function findCreatedIssue(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  { key }: { key: string },
): Promise<RemoteObject[]> {
  const found = await readIssue(ctx, resource, refOf(issueIdOf(key), scope));
  return found ? [found] : [];
}

/** Linear's own deletion: in the trash for 30 days, then gone. */
export async function takeBackIssue(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
): Promise<void> {
  assertIssues(resource);
  try {
    await sendMutation(ctx, deleteMutation, { id: ref.externalId }, true);
  } catch (error) {
    if (!isHubError(error) || error.code !== 'provider.not_found') throw error;
    // Gone already, as far as its team can be seen.
    await readIssue(ctx, resource, ref);
  }
}

const refOf = (externalId: string, scope: JsonObject): RemoteRef => ({
  externalId,
  externalKey: null,
  scope,
});

/** Linear wants a UUID of version 4; which one is ours to say. */
function issueIdOf(key: string): string {
  const bytes = createHash('sha256').update(`linear issue ${key}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
