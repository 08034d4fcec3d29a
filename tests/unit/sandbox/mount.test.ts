import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Sandbox } from '#lib/sandbox/index';
import { controlToken, openSandbox } from './sandbox-harness.ts';

let sandbox: Sandbox & { dispose(): Promise<void> };
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.dispose());

test('the overview names every provider and leads to its pages', async () => {
  const page = await fetch(`${sandbox.origin}/sandbox`);
  const text = await page.text();
  expect(page.status).toBe(200);
  for (const [, href] of text.matchAll(/class="title" href="([^"]+)"/g)) {
    expect((await fetch(sandbox.origin + href)).status, href).toBe(200);
  }
  expect(text).toContain('href="/sandbox/github"');
});

test('the one stylesheet is there for every page', async () => {
  const sheet = await fetch(`${sandbox.origin}/sandbox/assets/style.css`);
  expect([sheet.status, sheet.headers.get('content-type')]).toEqual([
    200,
    'text/css; charset=utf-8',
  ]);
});

test('no switch turns without the control token or through a proxy', async () => {
  const at = `${sandbox.origin}/sandbox/control/status`;
  const authorization = `Bearer ${controlToken}`;
  const asked = async (headers: Record<string, string>) => (await fetch(at, { headers })).status;
  expect(await asked({})).toBe(401);
  expect(await asked({ authorization: 'Bearer nearly' })).toBe(401);
  expect(await asked({ authorization, 'x-forwarded-host': 'hub.example' })).toBe(404);
  expect(await asked({ authorization })).toBe(200);
});

test('an unknown provider is nobody', async () => {
  expect((await fetch(`${sandbox.origin}/sandbox/nobody/x`)).status).toBe(404);
});
