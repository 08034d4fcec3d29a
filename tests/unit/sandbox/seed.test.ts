import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox, type TrueIssue } from '#lib/sandbox/index';
import {
  api,
  eventually,
  openReceiver,
  options,
  temporaryDirectory,
  tokenOf,
} from './sandbox-harness.ts';

let dataDir: string;
let sandbox: Sandbox;
let issues: TrueIssue[];
const clock = { now: () => Date.parse('2026-03-01T10:00:00Z'), random: () => 0.5 };

beforeAll(async () => {
  dataDir = await temporaryDirectory();
  sandbox = await startSandbox({ ...options(dataDir), seed: {}, clock });
  issues = await sandbox.control.issues();
});
afterAll(async () => {
  await sandbox.close();
  await rm(dataDir, { recursive: true, force: true });
});

test('northwind/api is a repository one could believe in', async () => {
  expect(issues).toHaveLength(520);
  expect(issues.map((issue) => issue.number)).toEqual(issues.map((_, index) => index + 1));
  expect(new Set(issues.map((issue) => issue.title)).size).toBe(520);
  expect(issues.filter((issue) => /\(again/.test(issue.title)).length).toBeLessThan(5);
  const open = issues.filter((issue) => issue.state === 'open').length;
  expect(open).toBeGreaterThan(120);
  expect(open).toBeLessThan(400);
  const reasons = new Set(issues.map((issue) => issue.state_reason));
  expect(reasons).toEqual(new Set([null, 'completed', 'not_planned']));
  expect(new Set(issues.map((issue) => issue.user)).size).toBeGreaterThanOrEqual(8);
  expect(new Set(issues.flatMap((issue) => issue.labels)).size).toBeGreaterThanOrEqual(10);
  expect(await sandbox.control.issues('northwind/web')).toHaveLength(40);
});

test('its times fit together and span eighteen months', () => {
  for (const issue of issues) {
    expect(issue.created_at <= issue.updated_at).toBe(true);
    expect((issue.closed_at ?? issue.created_at) <= issue.updated_at).toBe(true);
    expect(issue.updated_at <= '2026-03-01T10:00:00Z').toBe(true);
    expect(issue.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }
  const dates = issues.map((issue) => issue.created_at);
  expect(dates.toSorted()).toEqual(dates);
  expect(dates[0]?.slice(0, 7)).toMatch(/^2024-(08|09|10)$/);
  expect(dates.at(-1)?.slice(0, 7)).toMatch(/^2026-0[23]$/);
});

test('the counts told are the counts there are', async () => {
  const token = await tokenOf(sandbox);
  const repo = await api(sandbox, token, 'GET', '/repos/northwind/api');
  const open = issues.filter((issue) => issue.state === 'open').length;
  expect(repo.json).toMatchObject({ open_issues_count: open });
  const talked = issues.find((issue) => issue.comments > 3);
  const comments = await api(
    sandbox,
    token,
    'GET',
    `/repos/northwind/api/issues/${talked?.number}/comments`,
  );
  expect(comments.json).toHaveLength(talked?.comments ?? -1);
});

test('the same seed gives the same repository', async () => {
  const otherDir = await temporaryDirectory();
  const other = await startSandbox({ ...options(otherDir), seed: {}, clock });
  expect(await other.control.issues()).toEqual(issues);
  await other.close();
  await rm(otherDir, { recursive: true, force: true });
});

test('activity: people do believable things, every one of them is told by webhooks', async () => {
  const receiver = await openReceiver();
  const token = await tokenOf(sandbox);
  await api(sandbox, token, 'POST', '/repos/northwind/api/hooks', {
    events: ['*'],
    config: { url: receiver.url, content_type: 'json', secret: 's' },
  });
  const state = await sandbox.control.startActivity({ count: 80, atOnce: true, seed: 3 });
  expect(state).toMatchObject({ running: false, done: 80, refused: 0 });
  await eventually(async () => (await sandbox.control.status())['pendingDeliveries'] === 0);
  const kinds = new Set(
    receiver.deliveries.map((one) => `${one.event}.${String(one.payload['action'])}`),
  );
  for (const kind of [
    'issues.opened',
    'issues.edited',
    'issues.closed',
    'issues.labeled',
    'issue_comment.created',
  ]) {
    expect([...kinds]).toContain(kind);
  }
  const senders = new Set(receiver.deliveries.map((one) => JSON.stringify(one.payload['sender'])));
  expect(senders.size).toBeGreaterThan(4);
  // What the webhooks said last about an issue is what is there.
  const truth = new Map((await sandbox.control.issues()).map((issue) => [issue.number, issue]));
  const told = new Map<number, { title: string; state: string }>();
  for (const { event, payload } of receiver.deliveries) {
    if (event !== 'issues') continue;
    const issue = payload['issue'] as { number: number; title: string; state: string };
    told.set(issue.number, issue);
  }
  for (const [number, { title, state: now }] of told) {
    expect(truth.get(number)).toMatchObject({ title, state: now });
  }
  await receiver.close();
});

test('activity keeps its rate and ends by itself', async () => {
  await sandbox.control.startActivity({ rate: 40, seconds: 0.5 });
  await eventually(async () => !(await sandbox.control.activity()).running);
  const { done } = await sandbox.control.activity();
  expect(done).toBeGreaterThanOrEqual(15);
  expect(done).toBeLessThanOrEqual(20);
});
