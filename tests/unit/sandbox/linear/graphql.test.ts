import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { graphql, type OpenSandbox, openLinear, teamId, tokenOf, truth } from './linear-harness.ts';

let sandbox: OpenSandbox;
let token: string;
beforeAll(async () => {
  sandbox = await openLinear();
});
beforeEach(async () => {
  await sandbox.at('linear').control.call('POST', '/reset', {});
  token = (await tokenOf(sandbox)).access_token;
});
afterAll(() => sandbox.dispose());

const ask = (query: string, variables: Record<string, unknown> = {}, as = token) =>
  graphql(sandbox, as, query, variables);
const codeOf = async (query: string, variables: Record<string, unknown> = {}, as = token) => {
  const answer = await ask(query, variables, as);
  return [answer.status, answer.errors[0]?.extensions.code];
};
const update = `mutation ($id: String!, $input: IssueUpdateInput!) {
  issueUpdate(id: $id, input: $input) { success issue { id title updatedAt state { name } } }
}`;

test('a field, argument or input the schema does not have is refused', async () => {
  const invalid = [400, 'GRAPHQL_VALIDATION_FAILED'];
  expect(await codeOf('{ viewer { secret } }')).toEqual(invalid);
  expect(await codeOf('{ viewer(x: 1) { id } }')).toEqual(invalid);
  expect(await codeOf('{ viewer {')).toEqual(invalid);
  const [issue] = await truth(sandbox);
  expect(await codeOf(update, { id: issue?.id, input: { body: 'x' } })).toEqual([
    200,
    'INPUT_ERROR',
  ]);
});

test('issues come newest change first, and a cursor stands still while things change', async () => {
  const query = `query ($after: String, $filter: IssueFilter) {
    issues(first: 10, after: $after, orderBy: updatedAt, includeArchived: true, filter: $filter) {
      nodes { id updatedAt } pageInfo { hasNextPage endCursor } } }`;
  const filter = { team: { id: { eq: await teamId(sandbox) } } };
  const seen = new Set<string>();
  const times: string[] = [];
  let after: string | null = null;
  for (let more = true; more; ) {
    const { data } = await ask(query, { after, filter });
    const page = data?.['issues'] as {
      nodes: { id: string; updatedAt: string }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
    for (const node of page.nodes) seen.add(node.id);
    times.push(...page.nodes.map((node) => node.updatedAt));
    ({ endCursor: after, hasNextPage: more } = page.pageInfo);
    // Something already seen moves to the front: nothing behind the cursor is skipped.
    await ask(update, { id: page.nodes[0]?.id, input: { title: `Moved ${seen.size}` } });
  }
  expect(seen.size).toBe(30);
  expect([...times].sort().reverse()).toEqual(times);
  const since = new Date(Date.now() - 60_000).toISOString();
  const recent = await ask(query, { filter: { ...filter, updatedAt: { gte: since } } });
  expect(recent.data).toMatchObject({ issues: { nodes: { length: 3 } } });
});

test('a write needs the scope, checks what it is given, and moves updatedAt', async () => {
  const [issue] = await truth(sandbox);
  const reader = (await tokenOf(sandbox, { scope: 'read' })).access_token;
  const write = { id: issue?.id, input: { title: 'Changed' } };
  expect(await codeOf(update, write, reader)).toEqual([200, 'FORBIDDEN']);
  expect(await codeOf(update, { id: issue?.id, input: { title: ' ' } })).toEqual([
    200,
    'INPUT_ERROR',
  ]);
  for (const input of [
    { priority: 5 },
    { dueDate: '2026-02-30' },
    { assigneeId: 'nobody' },
    { labelIds: ['nothing'] },
    { stateId: 'nowhere' },
    { parentId: issue?.id },
  ]) {
    expect(await codeOf(update, { id: issue?.id, input }), JSON.stringify(input)).toEqual([
      200,
      'INPUT_ERROR',
    ]);
  }
  const { data } = await ask(update, { ...write, id: issue?.identifier });
  expect(data).toMatchObject({ issueUpdate: { success: true, issue: { title: 'Changed' } } });
  const after = (await truth(sandbox)).find((one) => one.id === issue?.id);
  expect(after?.title).toBe('Changed');
  expect(Date.parse(after?.updatedAt ?? '')).toBeGreaterThan(Date.parse(issue?.updatedAt ?? ''));
});

test('the id of a new issue may be chosen, once and for all', async () => {
  const create = `mutation ($input: IssueCreateInput!) {
    issueCreate(input: $input) { success issue { id } } }`;
  const id = '0b8f5a7e-3c1d-4e2f-9a6b-7c8d9e0f1a2b';
  const input = { id, teamId: await teamId(sandbox), title: 'Chosen' };
  expect((await ask(create, { input })).data).toEqual({
    issueCreate: { success: true, issue: { id } },
  });
  const conflict = {
    message: 'conflict on insert of Issue',
    extensions: {
      code: 'INPUT_ERROR',
      userPresentableMessage: `Entity Issue with id ${id} already exists.`,
    },
  };
  expect((await ask(create, { input })).errors[0]).toMatchObject(conflict);
  await ask('mutation ($id: String!) { issueDelete(id: $id) { success } }', { id });
  expect((await ask(create, { input })).errors[0]).toMatchObject(conflict);
  expect(await codeOf(create, { input: { ...input, id: 'mine' } })).toEqual([200, 'INPUT_ERROR']);
});

test('a trashed issue leaves the lists, can be restored, and is gone when destroyed', async () => {
  const [issue] = await truth(sandbox);
  const id = issue?.id;
  const remove = 'mutation ($id: String!) { issueDelete(id: $id) { success } }';
  const read = 'query ($id: String!) { issue(id: $id) { id trashed } }';
  await ask(remove, { id });
  expect((await ask(read, { id })).data).toEqual({ issue: { id, trashed: true } });
  await ask('mutation ($id: String!) { issueUnarchive(id: $id) { success } }', { id });
  expect((await ask(read, { id })).data).toEqual({ issue: { id, trashed: null } });
  await ask(
    'mutation ($id: String!) { issueDelete(id: $id, permanentlyDelete: true) { success } }',
    {
      id,
    },
  );
  const gone = await ask(read, { id });
  expect([gone.data, gone.errors[0]?.message]).toEqual([null, 'Entity not found: Issue']);
});

test('requests and complexity are counted, told and refused', async () => {
  const cheap = await ask('{ viewer { id name } }');
  expect(cheap.headers.get('x-complexity')).toBe('2');
  expect(cheap.headers.get('x-ratelimit-requests-limit')).toBe('5000');
  const costly = await ask('{ issues(first: 250) { nodes { id labels { nodes { id } } } } }');
  expect([costly.status, costly.errors[0]?.message]).toEqual([400, 'Query too complex']);
  const { control } = sandbox.at('linear');
  await control.call('POST', '/limits', { requests: 2 });
  expect(await codeOf('{ viewer { id } }')).toEqual([200, undefined]);
  expect(await codeOf('{ viewer { id } }')).toEqual([400, 'RATELIMITED']);
  const over = await ask('{ viewer { id } }');
  expect(over.headers.get('x-ratelimit-requests-remaining')).toBe('0');
  expect(Number(over.headers.get('x-ratelimit-requests-reset'))).toBeGreaterThan(Date.now());
});

test('faults set on purpose speak Linear’s words', async () => {
  const { control } = sandbox.at('linear');
  const hit = (status: number) =>
    control.setFaults({ requests: [{ path: '/graphql', effect: { kind: 'status', status } }] });
  await hit(400);
  expect(await codeOf('{ viewer { id } }')).toEqual([400, 'RATELIMITED']);
  await hit(503);
  expect(await codeOf('{ viewer { id } }')).toEqual([503, 'INTERNAL_SERVER_ERROR']);
  expect(await codeOf('{ viewer { id } }')).toEqual([200, undefined]);
});
