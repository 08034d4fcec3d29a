import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { github } from '#lib/connectors/github/index';
import type { JsonObject } from '#lib/core/index';
import {
  graphql,
  tokenOf as linearTokenOf,
  type OpenSandbox,
  openLinear,
  teamId,
  truth,
} from './linear/linear-harness.ts';
import { api, openReceiver, openSandbox, type Receiver, tokenOf } from './sandbox-harness.ts';

describe('an issue of GitHub', () => {
  let sandbox: Awaited<ReturnType<typeof openSandbox>>;
  let receiver: Receiver;
  let token: string;
  beforeEach(async () => {
    [sandbox, receiver] = await Promise.all([openSandbox(), openReceiver()]);
    token = await tokenOf(sandbox);
  });
  afterEach(async () => {
    await sandbox.dispose();
    await receiver.close();
  });
  const get = (path: string) => api(sandbox, token, 'GET', path);

  test('that was transferred is pointed to, and read at the address it is pointed to', async () => {
    const made = await sandbox.control.addIssue({ title: 'On its way' });
    const now = await sandbox.control.transferIssue({ number: made.number });
    const old = await get(`/repos/northwind/api/issues/${made.number}`);
    expect(old).toMatchObject({ status: 301, json: { message: 'Moved Permanently' } });
    const { url } = old.json as { url: string };
    const path = /\/repositories\/\d+\/issues\/\d+$/.exec(url)?.[0] ?? '';
    expect(await get(path)).toMatchObject({
      status: 200,
      json: { id: now.id, number: now.number, title: 'On its way' },
    });
    expect(now.id).not.toBe(made.id);
    const left = await sandbox.control.issues('northwind/api');
    expect(left.map(({ id }) => id)).not.toContain(made.id);
  });

  test('that was deleted is said to be', async () => {
    const { number } = await sandbox.control.addIssue({ title: 'Gone' });
    await sandbox.control.deleteIssue({ number });
    expect(await get(`/repos/northwind/api/issues/${number}`)).toMatchObject({ status: 410 });
    expect(await get('/repos/northwind/api/issues/9999')).toMatchObject({ status: 404 });
  });

  test('tells hooks of both repositories, in words the connector understands', async () => {
    for (const repo of ['api', 'web']) {
      const config = { url: receiver.url, content_type: 'json', secret: 'a hook’s secret' };
      const hook = { name: 'web', events: ['issues'], config };
      await api(sandbox, token, 'POST', `/repos/northwind/${repo}/hooks`, hook);
    }
    const made = await sandbox.control.addIssue({ title: 'On its way' });
    const now = await sandbox.control.transferIssue({ number: made.number });
    const told = (deliveries: { payload: Record<string, unknown> }[]) =>
      deliveries
        .filter(({ payload }) => payload['changes'] !== undefined)
        .map(({ payload }) => github.webhook.parse('issues', payload as JsonObject));
    const events = told(await receiver.until((all) => told(all).length === 2));
    expect(events.find(({ action }) => action === 'transferred')).toMatchObject({
      scopeKey: 'northwind/api',
      refetch: [{ externalId: String(made.id), externalKey: String(made.number) }],
    });
    expect(events.find(({ action }) => action === 'opened')).toMatchObject({
      scopeKey: 'northwind/web',
      objects: [{ externalId: String(now.id), formerId: String(made.id) }],
    });
  });
});

describe('an issue of Linear', () => {
  let sandbox: OpenSandbox;
  beforeEach(async () => {
    sandbox = await openLinear();
  });
  afterEach(() => sandbox.dispose());

  test('keeps its id in another team, and gets a number and a state of that team', async () => {
    const token = (await linearTokenOf(sandbox)).access_token;
    const [issue] = await truth(sandbox);
    const [before, otherTeam] = [await truth(sandbox, 'OPS'), await teamId(sandbox, 'OPS')];
    const mutation = `mutation ($id: String!, $input: IssueUpdateInput!) {
      issueUpdate(id: $id, input: $input) { issue { id identifier team { id } state { type } } } }`;
    const variables = { id: issue?.id, input: { teamId: otherTeam } };
    const { data } = await graphql(sandbox, token, mutation, variables);
    expect(data?.['issueUpdate']).toMatchObject({
      issue: { id: issue?.id, team: { id: otherTeam } },
    });
    expect(JSON.stringify(data)).toContain('"identifier":"OPS-');
    expect(await truth(sandbox, 'OPS')).toHaveLength(before.length + 1);
    expect((await truth(sandbox)).map(({ id }) => id)).not.toContain(issue?.id);
  });
});
