import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startSandbox } from '#lib/sandbox/index';
import { options, temporaryDirectory } from '../sandbox-harness.ts';
import {
  graphql,
  linearApp,
  type OpenSandbox,
  openLinear,
  openReceiver,
  type Receiver,
  teamId,
  tokenOf,
  truth,
} from './linear-harness.ts';

let sandbox: OpenSandbox;
let receiver: Receiver;
let token: string;
beforeEach(async () => {
  sandbox = await openLinear();
  receiver = await openReceiver();
  token = (await tokenOf(sandbox)).access_token;
});
afterEach(async () => {
  await sandbox.dispose();
  await receiver.close();
});

const create = `mutation ($input: WebhookCreateInput!) {
  webhookCreate(input: $input) { success webhook { id enabled } } }`;
const update = `mutation ($id: String!, $input: IssueUpdateInput!) {
  issueUpdate(id: $id, input: $input) { success } }`;

async function register(as = token) {
  const input = {
    url: receiver.url,
    teamId: await teamId(sandbox),
    resourceTypes: ['Issue'],
    secret: 'a-secret-of-ours',
  };
  return graphql(sandbox, as, create, { input });
}

async function rename(title: string): Promise<string> {
  const [issue] = await truth(sandbox);
  await graphql(sandbox, token, update, { id: issue?.id, input: { title } });
  return issue?.id ?? '';
}

test('only administrators with the scope admin make webhooks, and one address is taken once', async () => {
  const member = (await tokenOf(sandbox, { person: 'priya' })).access_token;
  const narrow = (await tokenOf(sandbox, { scope: 'read,write' })).access_token;
  for (const as of [member, narrow]) {
    expect((await register(as)).errors[0]?.extensions.code).toBe('FORBIDDEN');
  }
  expect((await register()).errors).toEqual([]);
  expect((await register()).errors[0]?.extensions.userPresentableMessage).toMatch(/already exists/);
});

test('a change is posted signed over its bytes, with what was there before', async () => {
  await register();
  const id = await rename('A new name');
  await vi.waitFor(() => expect(receiver.deliveries).toHaveLength(1));
  const [delivery] = receiver.deliveries;
  const signature = createHmac('sha256', 'a-secret-of-ours').update(delivery?.body ?? '');
  expect(delivery?.headers['linear-signature']).toBe(signature.digest('hex'));
  expect(delivery?.headers['linear-event']).toBe('Issue');
  expect(delivery?.headers['linear-delivery']).toMatch(/^[0-9a-f-]{36}$/);
  expect(delivery?.payload).toMatchObject({
    action: 'update',
    type: 'Issue',
    data: { id, title: 'A new name' },
    updatedFrom: { title: expect.any(String), updatedAt: expect.any(String) },
  });
  const sentMs = Number(delivery?.payload['webhookTimestamp']);
  expect(Math.abs(Date.now() - sentMs)).toBeLessThan(60_000);
});

test('what is not answered with 200 is sent again under the same id', async () => {
  await register();
  receiver.status = 503;
  await rename('Tried again');
  await vi.waitFor(() => expect(receiver.deliveries.length).toBeGreaterThan(1));
  receiver.status = 200;
  const { control } = sandbox.at('linear');
  await vi.waitFor(async () => {
    const { pendingDeliveries } = await control.call<{ pendingDeliveries: number }>(
      'GET',
      '/status',
    );
    expect(pendingDeliveries).toBe(0);
  });
  const ids = receiver.deliveries.map((one) => one.headers['linear-delivery']);
  expect(new Set(ids).size).toBe(1);
});

test('duplicates on purpose arrive twice; another team’s issue does not arrive', async () => {
  await register();
  const { control } = sandbox.at('linear');
  await control.setFaults({ deliveries: { duplicate: 1 } });
  const [foreign] = await truth(sandbox, 'OPS');
  await graphql(sandbox, token, update, { id: foreign?.id, input: { title: 'Elsewhere' } });
  const id = await rename('Twice');
  await vi.waitFor(() => expect(receiver.deliveries).toHaveLength(2));
  for (const { payload } of receiver.deliveries) expect(payload).toMatchObject({ data: { id } });
});

test('people at work change the team, each time the same for the same seed', async () => {
  await register();
  const { control } = sandbox.at('linear');
  const work = { atOnce: true, count: 40, seed: 3 };
  const state = await control.call<{ done: number; refused: number; last: string }>(
    'POST',
    '/activity',
    work,
  );
  expect(state).toMatchObject({ done: 40, refused: 0, running: false });
  await vi.waitFor(() => expect(receiver.deliveries.length).toBeGreaterThan(20));
  await control.call('POST', '/reset', {});
  expect(await control.call('POST', '/activity', work)).toMatchObject({ last: state.last });
});

test('tokens, webhooks and edits are there after a restart', async () => {
  const dataDir = await temporaryDirectory();
  const settings = { linear: { issues: 5, opsIssues: 1 } };
  const first = await startSandbox(options(dataDir, { apps: [linearApp], settings }));
  const mine = await tokenOf(first);
  const [issue] = await truth(first);
  await graphql(first, mine.access_token, update, { id: issue?.id, input: { title: 'Kept' } });
  await first.close();
  const second = await startSandbox(options(dataDir, { apps: [linearApp], settings }));
  const read = 'query ($id: String!) { issue(id: $id) { title } }';
  const answer = await graphql(second, mine.access_token, read, { id: issue?.id });
  await second.close();
  expect(answer.data).toEqual({ issue: { title: 'Kept' } });
});

test('people see teams and issues and edit them by plain forms', async () => {
  await register();
  const { url } = sandbox.at('linear');
  const home = await (await fetch(url)).text();
  expect(home).toContain('Engineering');
  expect(await (await fetch(`${url}/northwind/team/ENG`)).text()).toContain('ENG-30');
  const page = `${url}/northwind/issue/ENG-30`;
  const save = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(page, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual', headers });
  expect((await save({ title: 'By hand' })).status).toBe(303);
  expect(await (await fetch(page)).text()).toContain('By hand');
  await vi.waitFor(() => expect(receiver.deliveries).toHaveLength(1));
  const refused = await save({ title: ' ' });
  expect([refused.status, await refused.text()]).toEqual([
    422,
    expect.stringContaining('title should not be empty'),
  ]);
  expect((await save({ title: 'x' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
});
