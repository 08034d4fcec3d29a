import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, openSandbox, tokenOf } from './sandbox-harness.ts';

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
let token: string;
let outsider: string;
let now = Date.parse('2026-03-01T10:00:00.700Z');

beforeAll(async () => {
  sandbox = await openSandbox({ clock: { now: () => now, random: () => 0.5 } });
  token = await tokenOf(sandbox);
  outsider = await tokenOf(sandbox, { login: 'luc-moreau' });
});
afterAll(() => sandbox.dispose());

const issues = '/repos/northwind/api/issues';
type Issue = {
  number: number;
  id: number;
  title: string;
  updated_at: string;
  labels: { name: string }[];
  assignees: { login: string }[];
} & Record<string, unknown>;

const create = async (body: Record<string, unknown>, by = token): Promise<Issue> => {
  const answer = await api(sandbox, by, 'POST', issues, body);
  expect(answer.status).toBe(201);
  return answer.json as Issue;
};

test('all pages together are the list, and every link of them works as it stands', async () => {
  const seen: number[] = [];
  let next: string | null = `${sandbox.apiUrl}${issues}?state=all&per_page=10`;
  for (let page = 0; next !== null && page < 10; page += 1) {
    const response: Response = await fetch(next, { headers: { authorization: `Bearer ${token}` } });
    seen.push(...((await response.json()) as Issue[]).map((issue) => issue.number));
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? null;
  }
  const truth = await sandbox.control.issues();
  expect(seen.toSorted((a, b) => a - b)).toEqual(truth.map((issue) => issue.number));
});

test('links lead to the API or to the pages, under the prefix and the host that was asked', async () => {
  const one = await api(sandbox, token, 'GET', `${issues}/1`);
  expect(one.json).toMatchObject({
    url: `${sandbox.apiUrl}${issues}/1`,
    html_url: `${sandbox.url}/northwind/api/issues/1`,
    repository_url: `${sandbox.apiUrl}/repos/northwind/api`,
  });
  expect(JSON.stringify(one.json)).not.toContain('emulated.invalid');
  const page = await fetch((one.json as { html_url: string }).html_url);
  expect(page.status).toBe(200);
  const forwarded = await api(sandbox, token, 'GET', `${issues}/1`, undefined, {
    'x-forwarded-host': 'hub.example:8443',
    'x-forwarded-proto': 'https',
  });
  expect(forwarded.json).toMatchObject({
    url: `https://hub.example:8443/sandbox/github/api${issues}/1`,
    html_url: 'https://hub.example:8443/sandbox/github/northwind/api/issues/1',
  });
  const twisted = await api(sandbox, token, 'GET', `${issues}/1`, undefined, {
    'x-forwarded-host': 'evil.example/"><script>',
  });
  expect(twisted.json).toMatchObject({ url: `${sandbox.apiUrl}${issues}/1` });
});

test('times have whole seconds, ids do not fit 32 bits', async () => {
  const issue = await create({ title: 'Seconds' });
  expect(issue['created_at']).toBe('2026-03-01T10:00:00Z');
  expect(issue.id).toBeGreaterThan(2 ** 31);
  await api(sandbox, token, 'PATCH', `${issues}/${issue.number}`, { state: 'closed' });
  const closed = await api(sandbox, token, 'GET', `${issues}/${issue.number}`);
  expect(closed.json).toMatchObject({
    closed_at: '2026-03-01T10:00:00Z',
    state_reason: 'completed',
    closed_by: { login: 'mara-lindqvist' },
  });
});

test('an unchanged answer is a 304 that costs nothing; a change gives a new ETag', async () => {
  const list = `${issues}?state=all&per_page=5`;
  const first = await api(sandbox, token, 'GET', list);
  const etag = first.headers.get('etag') ?? '';
  expect(etag).toMatch(/^W\/"[0-9a-f]{64}"$/);
  const used = Number(first.headers.get('x-ratelimit-used'));
  const same = await api(sandbox, token, 'GET', list, undefined, { 'if-none-match': etag });
  expect(same).toMatchObject({ status: 304, json: null });
  expect(same.headers.get('etag')).toBe(etag);
  expect(Number(same.headers.get('x-ratelimit-used'))).toBe(used);
  await create({ title: 'One more' });
  const changed = await api(sandbox, token, 'GET', list, undefined, { 'if-none-match': etag });
  expect(changed.status).toBe(200);
});

test('since is a time, inclusive, whatever its form', async () => {
  now = Date.parse('2026-03-02T08:00:00.900Z');
  const issue = await create({ title: 'Since when' });
  const since = async (text: string): Promise<number[]> => {
    const answer = await api(
      sandbox,
      token,
      'GET',
      `${issues}?state=all&since=${encodeURIComponent(text)}`,
    );
    return (answer.json as Issue[]).map((row) => row.number);
  };
  expect(await since('2026-03-02T08:00:00Z')).toEqual([issue.number]);
  expect(await since('2026-03-02T08:00:00.500Z')).toEqual([issue.number]);
  expect(await since('2026-03-02T09:00:00+01:00')).toEqual([issue.number]);
  expect(await since('2026-03-02T08:00:01Z')).toEqual([]);
  expect((await api(sandbox, token, 'GET', `${issues}?since=yesterday`)).status).toBe(422);
});

test('writing what is there already changes no time', async () => {
  const issue = await create({ title: 'Unchanged', body: 'text' });
  now += 60_000;
  const path = `${issues}/${issue.number}`;
  await api(sandbox, token, 'PATCH', path, { title: 'Unchanged', body: 'text', state: 'open' });
  const after = (await api(sandbox, token, 'GET', path)).json as Issue;
  expect(after.updated_at).toBe(issue.updated_at);
});

test('refusals come with GitHub’s words', async () => {
  const { number } = await create({ title: 'Refuse me' });
  const patch = async (body: unknown) => api(sandbox, token, 'PATCH', `${issues}/${number}`, body);
  expect(await patch({ title: '  ' })).toMatchObject({
    status: 422,
    json: {
      message: 'Validation Failed',
      errors: [{ resource: 'Issue', code: 'missing_field', field: 'title' }],
      documentation_url: 'https://docs.github.com/rest/issues/issues#update-an-issue',
      status: '422',
    },
  });
  expect(await patch({ title: 'x'.repeat(257) })).toMatchObject({
    status: 422,
    json: { errors: [{ message: 'title is too long (maximum is 256 characters)' }] },
  });
  expect((await patch({ title: '😀'.repeat(256) })).status).toBe(200);
  expect((await patch({ body: 'x'.repeat(65_537) })).status).toBe(422);
  expect((await patch({ state: 'gone' })).status).toBe(422);
  expect((await patch({ title: 5 })).status).toBe(422);
  expect((await patch([1])).status).toBe(400);
  expect(
    (await api(sandbox, token, 'POST', `${issues}/${number}/comments`, { body: '' })).status,
  ).toBe(422);
  const broken = await fetch(`${sandbox.apiUrl}${issues}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: '{"title":',
  });
  expect([broken.status, await broken.json()]).toMatchObject([
    400,
    { message: 'Problems parsing JSON' },
  ]);
});

test('labels match without regard to case, strangers are left out of the assignees silently', async () => {
  const issue = await create({
    title: 'Tidied',
    labels: ['BUG', 'bug', 'Brand new'],
    assignees: ['PRIYA-RAMAN', 'nobody-at-all', 'luc-moreau'],
  });
  expect(issue.labels.map((label) => label.name)).toEqual(['bug', 'Brand new']);
  expect(issue.assignees.map((person) => person.login)).toEqual(['priya-raman']);
});

test('who may only read opens issues, and changes only the own ones', async () => {
  const own = await create({ title: 'From outside', labels: ['bug'] }, outsider);
  expect(own.labels).toEqual([]);
  const path = `${issues}/${own.number}`;
  expect((await api(sandbox, outsider, 'PATCH', path, { title: 'Mine' })).status).toBe(200);
  const other = await api(sandbox, outsider, 'PATCH', `${issues}/1`, { title: 'Not mine' });
  expect(other).toMatchObject({
    status: 403,
    json: { message: 'Must have admin rights to Repository.' },
  });
  expect((await api(sandbox, outsider, 'GET', '/repos/northwind/api/hooks')).status).toBe(200);
  const hook = await api(sandbox, outsider, 'POST', '/repos/northwind/api/hooks', {});
  expect(hook.status).toBe(404);
});

test('a private repository of others does not exist; the rights told are the true ones', async () => {
  const hidden = await api(sandbox, outsider, 'GET', '/repos/northwind/payroll/issues');
  expect(hidden).toMatchObject({ status: 404, json: { message: 'Not Found', status: '404' } });
  const repos = async (by: string) =>
    (await api(sandbox, by, 'GET', '/user/repos')).json as {
      full_name: string;
      permissions: Record<string, boolean>;
    }[];
  expect((await repos(token)).map((repo) => repo.full_name)).toEqual([
    'northwind/api',
    'northwind/payroll',
    'northwind/web',
  ]);
  expect((await repos(token))[0]?.permissions['admin']).toBe(true);
  expect(await repos(outsider)).toEqual([]);
  const asOutsider = await api(sandbox, outsider, 'GET', '/repos/NorthWind/API');
  expect(asOutsider.json).toMatchObject({
    full_name: 'northwind/api',
    permissions: { pull: true, push: false, admin: false },
  });
});

test('comments of a whole repository are listed, and a comment raises the count', async () => {
  const { number } = await create({ title: 'Talk' });
  const made = await api(sandbox, token, 'POST', `${issues}/${number}/comments`, { body: 'Hm' });
  expect(made.status).toBe(201);
  const all = await api(sandbox, token, 'GET', `${issues}/comments?sort=created&direction=desc`);
  expect(all.json).toContainEqual(expect.objectContaining({ body: 'Hm' }));
  const issue = await api(sandbox, token, 'GET', `${issues}/${number}`);
  expect(issue.json).toMatchObject({ comments: 1 });
});

test('there is no cap until one is set; then 403 with nothing remaining', async () => {
  const free = await api(sandbox, token, 'GET', '/rate_limit');
  expect(free.json).toMatchObject({ rate: { limit: 1_000_000 } });
  await sandbox.control.setFaults({ hourlyLimit: 0 });
  const capped = await api(sandbox, token, 'GET', '/user');
  expect(capped.status).toBe(403);
  expect(capped.headers.get('x-ratelimit-remaining')).toBe('0');
  await sandbox.control.clearFaults();
  expect((await api(sandbox, token, 'GET', '/user')).status).toBe(200);
});

test('emulate’s own pages and switches cannot be reached through the API', async () => {
  for (const path of [
    '/settings/applications',
    '/_emulate/installation-tokens',
    '/login/oauth/authorize',
    '/orgs/northwind/hooks',
  ]) {
    expect([path, (await api(sandbox, token, 'GET', path)).status]).toEqual([path, 404]);
  }
});

test('a request without a User-Agent is refused, as at GitHub', async () => {
  const status = await new Promise((resolve, reject) => {
    request(
      `${sandbox.apiUrl}/user`,
      { headers: { authorization: `Bearer ${token}` } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    )
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});
