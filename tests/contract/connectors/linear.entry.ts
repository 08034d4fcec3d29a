import { linearApi } from '#lib/connectors/linear/api';
import { linear } from '#lib/connectors/linear/index';
import type { RemoteRef } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import type { Sandbox } from '#lib/sandbox/index';
import { openLinear, teamId, tokenOf, truth } from '../../unit/sandbox/linear/linear-harness.ts';
import type { ContractEntry, ContractStream, ContractWorld } from './contract-entry.ts';
import { openReceiver } from './webhook-receiver.ts';

export const entry: ContractEntry = {
  connector: linear,
  api: linearApi,
  source: 'our double',
  start,
};

async function start(): Promise<ContractWorld> {
  const sandbox = await openLinear({ issues: 120, opsIssues: 2 });
  const { url, control } = sandbox.at('linear');
  const [receiver, token, team] = await Promise.all([
    openReceiver(),
    tokenOf(sandbox),
    teamId(sandbox),
  ]);
  const { id } = await act<{ id: string }>(sandbox, 'viewer', '{ viewer { id } }');
  return {
    apiBaseUrl: url,
    auth: 'oauth2',
    credential: token.access_token,
    wrongCredential: `lin_oauth_${'0'.repeat(64)}`,
    account: { id, name: 'mara · Northwind' },
    streams: [issuesOf(sandbox, team, await teamId(sandbox, 'OPS'))],
    webhooks: receiver,
    failNext: async (how) => {
      const effect = {
        'rate limit': { status: 400, body: 'json', retryAfterSeconds: 7 },
        'server fault': { status: 500, body: 'json' },
        'a page': { status: 200, body: 'html' },
      } as const;
      const fault = { times: 1, effect: { kind: 'status' as const, ...effect[how] } };
      await control.setFaults({ requests: [fault] });
    },
    revoke: async () => {
      const body = new URLSearchParams({ token: token.access_token });
      const answer = await fetch(`${url}/oauth/revoke`, { method: 'POST', body });
      if (answer.status !== 200) throw new Error(`The token was not revoked: ${answer.status}`);
    },
    dispose: async () => {
      await receiver.close();
      await sandbox.dispose();
    },
  };
}

/** What somebody else does at Linear; the field of the answer. */
async function act<T>(
  sandbox: Sandbox,
  field: string,
  query: string,
  variables: JsonObject = {},
): Promise<T> {
  const { control } = sandbox.at('linear');
  const answer = await control.call<{ data?: Record<string, unknown>; errors?: unknown[] }>(
    'POST',
    '/act',
    { as: 'mara', query, variables },
  );
  if (answer.errors) throw new Error(`Linear refused it: ${JSON.stringify(answer.errors)}`);
  return answer.data?.[field] as T;
}

const createIssue = `mutation ($input: IssueCreateInput!) {
  issueCreate(input: $input) { issue { id identifier } } }`;
const updateIssue = `mutation ($id: String!, $input: IssueUpdateInput!) {
  issueUpdate(id: $id, input: $input) { success } }`;
const deleteIssue = 'mutation ($id: String!) { issueDelete(id: $id) { success } }';

function issuesOf(sandbox: Sandbox, team: string, otherTeam: string): ContractStream {
  let turn = 0;
  const fresh = async (title: string): Promise<RemoteRef> => {
    const made = await act<{ issue: { id: string; identifier: string } }>(
      sandbox,
      'issueCreate',
      createIssue,
      { input: { teamId: team, title } },
    );
    const { id, identifier } = made.issue;
    return { externalId: id, externalKey: identifier, scope: { team_id: team } };
  };
  return {
    resource: 'issues',
    scopeKey: team,
    all: async () => (await truth(sandbox)).map(({ id }) => id),
    change: async () => {
      turn += 1;
      const { externalId } = await fresh(`Contract ${turn}`);
      const told = `Contract ${turn}, changed`;
      const input = { title: told, description: 'One\n\ntwo', priority: 1, dueDate: '2027-01-31' };
      await act(sandbox, 'issueUpdate', updateIssue, { id: externalId, input });
      const fields = { title: told, body: 'One\n\ntwo', priority: 'urgent', due_on: '2027-01-31' };
      return { externalId, fields, told };
    },
    remove: async () => {
      turn += 1;
      const ref = await fresh(`Contract ${turn}, to be deleted`);
      await act(sandbox, 'issueDelete', deleteIssue, { id: ref.externalId });
      return { ...ref, told: '"trashed":true' };
    },
    move: async () => {
      turn += 1;
      const ref = await fresh(`Contract ${turn}, to be moved`);
      const input = { teamId: otherTeam };
      await act(sandbox, 'issueUpdate', updateIssue, { id: ref.externalId, input });
      const newId = ref.externalId;
      return { ...ref, scopeKey: otherTeam, newId, told: `Contract ${turn}, to be moved` };
    },
    write: async () => {
      turn += 1;
      const parent = await fresh(`Parent ${turn}`);
      return {
        ref: await fresh(`To be written ${turn}`),
        fields: {
          title: `Written ${turn}`,
          body: 'Two lines,\nboth kept',
          state: 'done',
          labels: ['Bug', 'API'],
          assignees: ['priya'],
          priority: 'high',
          due_on: '2027-02-28',
          parent: parent.externalKey,
        },
      };
    },
    fresh: () => {
      turn += 1;
      const title = `Made ${turn}`;
      const fields = {
        title,
        body: 'Two lines,\nboth kept',
        state: 'in_progress',
        labels: ['Bug'],
        assignees: ['priya'],
        priority: 'high',
        due_on: '2027-02-28',
      };
      return { fields, told: `"title":"${title}"` };
    },
    refusedFresh: () => ({ fields: { title: 'x'.repeat(600) }, field: 'title' }),
    refused: async () => ({
      ref: await fresh('To be refused'),
      fields: { title: 'x'.repeat(600) },
      field: 'title',
    }),
  };
}
