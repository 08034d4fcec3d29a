import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, openReceiver, openSandbox, type Receiver, tokenOf } from './sandbox-harness.ts';

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
let receiver: Receiver;

beforeAll(async () => {
  [sandbox, receiver] = await Promise.all([openSandbox(), openReceiver()]);
  await api(sandbox, await tokenOf(sandbox), 'POST', '/repos/northwind/api/hooks', {
    events: ['*'],
    config: { url: receiver.url, content_type: 'json', secret: 's' },
  });
});
afterAll(async () => {
  await sandbox.dispose();
  await receiver.close();
});

const submit = (path: string, fields: [string, string][], headers: Record<string, string> = {}) =>
  fetch(`${sandbox.url}${path}`, {
    method: 'POST',
    headers: { cookie: 'sandbox_acting=tobias-renner', ...headers },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });

const read = async (path: string): Promise<string> => (await fetch(sandbox.url + path)).text();

test('a person edits on the other side, and the webhook says who and what', async () => {
  const page = '/northwind/api/issues/3';
  const saved = await submit(page, [
    ['title', 'Edited by hand'],
    ['body', 'Line one\r\nline two'],
  ]);
  expect([saved.status, saved.headers.get('location')]).toEqual([303, `/sandbox/github${page}`]);
  await submit(`${page}/comments`, [['body', 'Said by hand']]);
  await submit(`${page}/labels`, [['label', 'security']]);
  await submit(`${page}/assignees`, [['assignee', 'hana-mori']]);
  await submit(`${page}/state`, [['to', 'reopened']]);
  await submit(`${page}/state`, [['to', 'not_planned']]);
  const truth = (await sandbox.control.issues()).find((issue) => issue.number === 3);
  expect(truth).toMatchObject({
    title: 'Edited by hand',
    body: 'Line one\nline two',
    labels: ['security'],
    assignees: ['hana-mori'],
    state: 'closed',
    state_reason: 'not_planned',
  });
  const closed = (
    await receiver.until((all) => all.some((one) => one.payload['action'] === 'closed'))
  ).find((one) => one.payload['action'] === 'closed');
  expect(closed?.payload).toMatchObject({ sender: { login: 'tobias-renner' } });
  const shown = await read(page);
  expect(shown).toContain('Edited by hand');
  expect(shown).toContain('Said by hand');
});

test('a refusal is shown on the page with its reason', async () => {
  const refused = await submit('/northwind/api/issues/3', [['title', ' ']]);
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain('Not done: Validation Failed · title: missing_field');
});

test('a new issue from the form opens its page', async () => {
  const made = await submit('/northwind/api/issues', [
    ['title', 'Made by hand'],
    ['body', '### Why\n\n- [ ] one\n\n```\n<b>code</b>\n```'],
  ]);
  const location = made.headers.get('location') ?? '';
  expect(location).toMatch(/^\/sandbox\/github\/northwind\/api\/issues\/\d+$/);
  const page = await (await fetch(sandbox.origin + location)).text();
  expect(page).toContain('<h4>Why</h4>');
  expect(page).toContain('&lt;b&gt;code&lt;/b&gt;');
});

test('what people write never becomes markup', async () => {
  const evil = '<script>alert(1)</script> "><img src=x onerror=alert(1)> [x](javascript:alert(1))';
  const made = await submit('/northwind/api/issues', [
    ['title', evil],
    ['body', `${evil}\n\n> ${evil}\n\n- ${evil}\n\n| ${evil} |\n|---|\n| \`${evil}\` |`],
  ]);
  for (const path of [made.headers.get('location') ?? '', '/sandbox/github/northwind/api/issues']) {
    const page = await (await fetch(sandbox.origin + path)).text();
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toMatch(/<script|<img src=x|href="javascript/);
  }
});

test('pages have a strict policy; forms of other sites are refused', async () => {
  const response = await fetch(`${sandbox.url}/northwind/api/issues`);
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).not.toContain('unsafe');
  expect(await response.text()).not.toMatch(/<script|style="|onclick=/);
  const foreign = await submit('/northwind/api/issues/3', [['title', 'Forged']], {
    origin: 'http://evil.example',
  });
  expect(foreign.status).toBe(403);
  const crossSite = await submit('/acting', [['login', 'hana-mori']], {
    'sec-fetch-site': 'cross-site',
  });
  expect(crossSite.status).toBe(403);
});

test('search, state and pages of the list', async () => {
  const closed = await read('/northwind/api/issues?state=closed');
  expect(closed).toContain('aria-current="page"');
  expect(await read('/northwind/api/issues?q=zzzz')).toContain('No open issue has “zzzz”');
  expect(await read('/northwind/payroll/issues')).toContain('payroll');
  const outsider = await fetch(`${sandbox.url}/northwind/payroll/issues`, {
    headers: { cookie: 'sandbox_acting=luc-moreau' },
  });
  expect(outsider.status).toBe(404);
});

test('acting as somebody else stays below the sandbox and never leads away', async () => {
  const answer = await submit('/acting', [
    ['login', 'elena-castillo'],
    ['return_to', 'https://evil.example/'],
  ]);
  expect(answer.headers.get('set-cookie')).toContain(
    'sandbox_acting=elena-castillo; Path=/sandbox',
  );
  expect(answer.headers.get('location')).toBe('/sandbox/github');
});
