import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Faults, faultsSchema } from '../../../lib/sandbox/faults.ts';
import { api, openSandbox, tokenOf } from './sandbox-harness.ts';

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
let token: string;

beforeAll(async () => {
  sandbox = await openSandbox();
  token = await tokenOf(sandbox);
});
afterAll(() => sandbox.dispose());
afterEach(() => sandbox.control.clearFaults());

const user = () => api(sandbox, token, 'GET', '/user');

test('the next N matching requests fail, then all is well again', async () => {
  await sandbox.control.setFaults({
    requests: [
      {
        method: 'GET',
        path: '/api/user',
        times: 2,
        effect: { kind: 'status', status: 429, retryAfterSeconds: 3, body: 'secondary' },
      },
    ],
  });
  const other = await api(sandbox, token, 'GET', '/repos/northwind/api');
  const [one, two, three] = [await user(), await user(), await user()];
  expect([other.status, one.status, two.status, three.status]).toEqual([200, 429, 429, 200]);
  expect(one.headers.get('retry-after')).toBe('3');
  expect(one.json).toMatchObject({ message: expect.stringContaining('secondary rate limit') });
});

test('every kind of bad answer', async () => {
  const answer = async (effect: Record<string, unknown>) => {
    const rule = faultsSchema.parse({ requests: [{ effect: { kind: 'status', ...effect } }] });
    await sandbox.control.setFaults(rule);
    const response = await fetch(`${sandbox.apiUrl}/user`);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  expect((await answer({ status: 401 })).text).toContain('Bad credentials');
  expect((await answer({ status: 422 })).text).toContain('"errors"');
  const html = await answer({ status: 502, body: 'html' });
  expect([html.status, html.headers.get('content-type')]).toEqual([
    502,
    'text/html; charset=utf-8',
  ]);
  expect((await answer({ status: 200, body: 'html' })).text).toContain('<!doctype html>');
  expect((await answer({ status: 200, body: 'huge' })).text.length).toBeGreaterThan(10_000_000);
  expect(await answer({ status: 200, body: 'empty' })).toMatchObject({ status: 200, text: '' });
});

test('a lost response: the connection breaks, the effect stays', async () => {
  await sandbox.control.setFaults({
    requests: [{ method: 'POST', path: '/issues', effect: { kind: 'lost-response' } }],
  });
  const body = { title: 'Lost on the way back' };
  await expect(api(sandbox, token, 'POST', '/repos/northwind/api/issues', body)).rejects.toThrow(
    'fetch failed',
  );
  const truth = await sandbox.control.issues();
  expect(truth.filter((issue) => issue.title === body.title)).toHaveLength(1);
  const [entry] = (await sandbox.control.requests()).slice(-1);
  expect(entry).toMatchObject({ method: 'POST', status: 'lost', injected: true });
});

test('a refused request breaks the connection and has no effect', async () => {
  await sandbox.control.setFaults({ requests: [{ method: 'POST', effect: { kind: 'refused' } }] });
  const body = { title: 'Never arrived' };
  await expect(api(sandbox, token, 'POST', '/repos/northwind/api/issues', body)).rejects.toThrow(
    'fetch failed',
  );
  const truth = await sandbox.control.issues();
  expect(truth.some((issue) => issue.title === body.title)).toBe(false);
});

test('latency holds an answer back and goes together with a status', async () => {
  await sandbox.control.setFaults({
    requests: [
      { effect: { kind: 'latency', ms: 120 } },
      { effect: { kind: 'status', status: 503 } },
    ],
  });
  const started = performance.now();
  expect((await user()).status).toBe(503);
  expect(performance.now() - started).toBeGreaterThan(110);
});

test('the same seed gives the same fates, and one rate does not shift another', () => {
  const fates = (settings: object) => {
    const faults = new Faults();
    faults.set(faultsSchema.parse({ deliveries: { seed: 5, ...settings } }));
    return Array.from({ length: 200 }, () => faults.fate());
  };
  expect(fates({ drop: 0.2 })).toEqual(fates({ drop: 0.2 }));
  const dropped = (list: { copies: number }[]) => list.map((fate) => fate.copies === 0);
  expect(dropped(fates({ drop: 0.2 }))).toEqual(dropped(fates({ drop: 0.2, reorder: 0.5 })));
  expect(dropped(fates({ drop: 0.2 })).filter(Boolean).length).toBeGreaterThan(20);
});

test('the switches need the control token and are not for proxied callers', async () => {
  const address = `${sandbox.origin}/sandbox/control/status`;
  expect((await fetch(address)).status).toBe(401);
  const proxied = await fetch(address, {
    headers: {
      authorization: 'Bearer control-token-of-a-test',
      'x-forwarded-host': 'localhost:3000',
    },
  });
  expect(proxied.status).toBe(404);
  await expect(sandbox.control.setFaults({ hourlyLimit: -1 })).rejects.toThrow('422');
});
