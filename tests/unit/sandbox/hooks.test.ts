import { verify } from '@octokit/webhooks-methods';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  api,
  type Delivery,
  eventually,
  openReceiver,
  openSandbox,
  type Receiver,
  tokenOf,
} from './sandbox-harness.ts';

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
let receiver: Receiver;
let token: string;

const hooks = '/repos/northwind/api/hooks';
const secret = 'a hook’s secret';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

beforeEach(async () => {
  [sandbox, receiver] = await Promise.all([openSandbox(), openReceiver()]);
  token = await tokenOf(sandbox);
});
afterEach(async () => {
  await sandbox.dispose();
  await receiver.close();
});

async function createHook(config: Record<string, unknown> = {}): Promise<number> {
  const answer = await api(sandbox, token, 'POST', hooks, {
    name: 'web',
    events: ['issues', 'issue_comment', 'label'],
    config: { url: receiver.url, content_type: 'json', secret, ...config },
  });
  expect(answer.status).toBe(201);
  return (answer.json as { id: number }).id;
}

const edit = (number: number, body: unknown) =>
  api(sandbox, token, 'PATCH', `/repos/northwind/api/issues/${number}`, body);

const actionsOf = (deliveries: Delivery[]): unknown[] =>
  deliveries.map((delivery) => delivery.payload['action'] ?? delivery.event);

test('a new hook is pinged with the hook, the repository and the sender', async () => {
  const id = await createHook();
  const [ping] = await receiver.until((all) => all.length >= 1);
  expect(ping?.event).toBe('ping');
  expect(ping?.headers).toMatchObject({
    'user-agent': expect.stringMatching(/^GitHub-Hookshot\//),
    'x-github-hook-id': String(id),
    'x-github-hook-installation-target-type': 'repository',
    'content-type': 'application/json',
  });
  expect(ping?.payload).toMatchObject({
    hook_id: id,
    hook: { config: { url: receiver.url, secret: '********' } },
    repository: { full_name: 'northwind/api', owner: { login: 'northwind' } },
    sender: { login: 'mara-lindqvist' },
  });
});

test('signatures hold over the bytes that arrived, GUIDs are UUIDs', async () => {
  await createHook();
  await edit(1, { title: 'Ünïcode → signed' });
  await receiver.until((all) => all.length >= 2);
  for (const { body, headers, guid } of receiver.deliveries) {
    expect(await verify(secret, body, String(headers['x-hub-signature-256']))).toBe(true);
    expect(await verify('another', body, String(headers['x-hub-signature-256']))).toBe(false);
    expect(guid).toMatch(uuid);
  }
});

test('edited tells the old values and only of what changed', async () => {
  await createHook();
  const before = (await sandbox.control.issues())[0];
  await edit(1, { title: 'New title', body: before?.body });
  await edit(1, { body: 'New body' });
  const made = await api(sandbox, token, 'POST', '/repos/northwind/api/issues/1/comments', {
    body: 'first',
  });
  const comment = (made.json as { id: number }).id;
  const path = `/repos/northwind/api/issues/comments/${comment}`;
  await api(sandbox, token, 'PATCH', path, { body: 'second' });
  await api(sandbox, token, 'PATCH', '/repos/northwind/api/labels/bug', { color: '00ff00' });
  const all = await receiver.until((deliveries) => deliveries.length >= 6);
  expect(all.map((delivery) => delivery.payload['changes'])).toEqual([
    undefined,
    { title: { from: before?.title } },
    { body: { from: before?.body } },
    undefined,
    { body: { from: 'first' } },
    { color: { from: 'd73a4a' } },
  ]);
  expect(all[1]?.payload).toMatchObject({
    action: 'edited',
    issue: { number: 1, title: 'New title' },
    repository: { full_name: 'northwind/api', custom_properties: {} },
    organization: { login: 'northwind' },
    sender: { login: 'mara-lindqvist' },
  });
});

test('closing, reopening, labelling and assigning arrive in order and whole', async () => {
  await createHook();
  await edit(2, { labels: [], assignees: [], state: 'open' });
  const quiet = receiver.deliveries.length;
  await sandbox.control.clearRequests();
  await edit(2, { state: 'closed', state_reason: 'not_planned' });
  await edit(2, { state: 'open' });
  await edit(2, { labels: ['bug'] });
  await edit(2, { assignees: ['priya-raman'] });
  await eventually(() => actionsOf(receiver.deliveries).includes('assigned'));
  expect(actionsOf(receiver.deliveries).slice(-4)).toEqual([
    'closed',
    'reopened',
    'labeled',
    'assigned',
  ]);
  expect(quiet).toBeLessThan(receiver.deliveries.length);
  const labeled = receiver.deliveries.find((one) => one.payload['action'] === 'labeled');
  expect(labeled?.payload['label']).toMatchObject({
    name: 'bug',
    color: 'd73a4a',
    url: `${sandbox.apiUrl}/repos/northwind/api/labels/bug`,
  });
});

test('an issue made with labels and people is told of once for each of them', async () => {
  await createHook();
  await receiver.until((all) => all.length >= 1);
  const made = await api(sandbox, token, 'POST', '/repos/northwind/api/issues', {
    title: 'New',
    labels: ['bug', 'ui'],
    assignees: ['priya-raman', 'nobody-here'],
  });
  expect(made.status).toBe(201);
  await receiver.until((all) => all.length >= 5);
  const told = receiver.deliveries.slice(1).map(({ payload }) => payload);
  expect(told.map(({ action }) => String(action)).sort()).toEqual([
    'assigned',
    'labeled',
    'labeled',
    'opened',
  ]);
  const { number } = made.json as { number: number };
  expect(told).toEqual(
    told.map(() =>
      expect.objectContaining({
        issue: expect.objectContaining({ number, title: 'New' }),
        repository: expect.objectContaining({ full_name: 'northwind/api' }),
        sender: expect.objectContaining({ login: 'mara-lindqvist' }),
      }),
    ),
  );
  const labelled = told.find(({ action, label }) => action === 'labeled' && label);
  expect(labelled?.['label']).toHaveProperty('url');
});

test('a second hook with the same address is refused, as is one for another machine', async () => {
  await createHook();
  const again = await api(sandbox, token, 'POST', hooks, { config: { url: receiver.url } });
  expect(again).toMatchObject({
    status: 422,
    json: {
      message: 'Validation Failed',
      errors: [
        { resource: 'Hook', code: 'custom', message: 'Hook already exists on this repository' },
      ],
    },
  });
  const far = await api(sandbox, token, 'POST', hooks, {
    config: { url: 'https://example.com/hook' },
  });
  expect(far.status).toBe(422);
  expect((await api(sandbox, token, 'POST', hooks, { config: {} })).status).toBe(422);
});

test('a failed delivery is on record and can be sent again with the same GUID', async () => {
  const id = await createHook();
  receiver.status = 500;
  await edit(1, { title: 'Nobody takes this' });
  const list = `${hooks}/${id}/deliveries`;
  type Listed = { id: number; guid: string; status_code: number; redelivery: boolean };
  const read = async () => (await api(sandbox, token, 'GET', list)).json as Listed[];
  await eventually(async () => (await read()).some((one) => one.status_code === 500));
  const failed = (await read()).find((one) => one.status_code === 500);
  receiver.status = 200;
  const again = await api(sandbox, token, 'POST', `${list}/${failed?.id}/attempts`);
  expect(again.status).toBe(202);
  await eventually(async () => (await read()).some((one) => one.redelivery));
  const sent = (await read()).find((one) => one.redelivery);
  expect(sent).toMatchObject({ guid: failed?.guid, status_code: 200 });
  expect(sent?.id).not.toBe(failed?.id);
  const detail = await api(sandbox, token, 'GET', `${list}/${sent?.id}`);
  expect(detail.json).toMatchObject({
    request: { payload: { action: 'edited' } },
    response: { payload: 'taken' },
  });
  const hook = await api(sandbox, token, 'GET', `${hooks}/${id}`);
  expect(hook.json).toMatchObject({ last_response: { code: 200 } });
});

test('a hook that is changed, switched off or deleted behaves so', async () => {
  const id = await createHook();
  await receiver.until((all) => all.length >= 1);
  await api(sandbox, token, 'PATCH', `${hooks}/${id}`, { active: false });
  await edit(1, { title: 'Unheard' });
  await api(sandbox, token, 'PATCH', `${hooks}/${id}`, { active: true, events: ['label'] });
  await edit(1, { title: 'Unheard too' });
  await api(sandbox, token, 'POST', `${hooks}/${id}/pings`);
  await receiver.until((all) => all.length >= 2);
  expect(actionsOf(receiver.deliveries)).toEqual(['ping', 'ping']);
  expect((await api(sandbox, token, 'DELETE', `${hooks}/${id}`)).status).toBe(204);
  expect((await api(sandbox, token, 'GET', `${hooks}/${id}`)).status).toBe(404);
});

test('form-encoded hooks carry the payload in a field, signed as it is sent', async () => {
  await createHook({ content_type: 'form' });
  const [ping] = await receiver.until((all) => all.length >= 1);
  const payload = new URLSearchParams(ping?.body).get('payload') ?? '';
  expect(JSON.parse(payload)).toHaveProperty('zen');
  const signature = String(ping?.headers['x-hub-signature-256']);
  expect(await verify(secret, ping?.body ?? '', signature)).toBe(true);
});

test('delivery faults: dropped, doubled, delayed and swapped as told', async () => {
  await createHook();
  await receiver.until((all) => all.length >= 1);
  await sandbox.control.setFaults({ deliveries: { drop: 1 } });
  await edit(1, { title: 'Dropped' });
  await sandbox.control.setFaults({ deliveries: { duplicate: 1 } });
  await edit(1, { title: 'Twice' });
  await receiver.until((all) => all.length >= 3);
  const [, one, two] = receiver.deliveries;
  expect(one?.guid).toBe(two?.guid);
  expect(one?.body).toBe(two?.body);
  expect(one?.payload).toMatchObject({ issue: { title: 'Twice' } });

  await sandbox.control.setFaults({ deliveries: { reorder: 1 } });
  await edit(1, { title: 'First' });
  await sandbox.control.setFaults({ deliveries: {} });
  await edit(1, { title: 'Second' });
  await receiver.until((all) => all.length >= 5);
  const titles = receiver.deliveries.slice(3).map((each) => each.payload['issue']);
  expect(titles).toMatchObject([{ title: 'Second' }, { title: 'First' }]);

  await sandbox.control.setFaults({ deliveries: { delay: 1, delayMs: 150 } });
  await edit(1, { title: 'Late' });
  await receiver.until((all) => all.length >= 6);
  const dropped = (await sandbox.control.deliveries()).find((row) => row.status_code === 502);
  expect(dropped?.payload).toContain('Dropped');
});
