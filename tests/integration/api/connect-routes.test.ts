import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Api } from '#lib/api/index';
import { newId } from '#lib/core/index';
import { ask, type Person, startWeb, type WebFixture } from './web-fixture.ts';

let web: WebFixture;
let api: Api;
let owner: Person;
let workspaceId: string;
let connectionId: string;
let isAnswering = true;
let answering: Promise<void>;
/** What the stand-in for the worker says of a definition. */
let preview = {};

beforeAll(async () => {
  web = await startWeb();
  api = web.api();
  owner = await web.person('owner');
  workspaceId = await web.workspace('here', [[owner, 'owner']]);
  connectionId = newId();
  await web.admin`
    insert into public.connections (id, workspace_id, connector, auth_kind, account_id, account_name, status)
    values (${connectionId}, ${workspaceId}, 'http_api_key', 'api_key', 'a', 'A', 'active')`;
  answering = answer();
});
afterAll(async () => {
  isAnswering = false;
  await answering;
  await web.close();
});
beforeEach(() => {
  preview = { found: 2, has_more: false, sample: [], faults: [] };
});

async function answer(): Promise<void> {
  while (isAnswering) {
    await web.admin`
      update private.commands set status = 'done', finished_at = now(), reply = ${web.admin.json(preview)}
      where status = 'pending' and kind = 'connections.preview'`;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const send = (path: string, json: unknown, query: Record<string, string> = {}) =>
  ask(api, path, { method: 'POST', cookie: owner.cookie, query, json });

const definition = {
  title: 'Tickets',
  path: '/tickets',
  items: 'data',
  id: 'id',
  fields: { title: 'name' },
};

describe('connecting by key', () => {
  const connect = (fields: Record<string, string>) =>
    send(
      '/connections',
      { connector: 'stripe', auth_kind: 'api_key', fields },
      { workspace_id: workspaceId },
    );

  it.each([
    ['64 kB', `rk_test_${'a'.repeat(65_536)}`, 'is longer than 4096 characters'],
    ['a line break', 'rk_test_0123456789\r\nx: 1', 'holds a line break'],
    ['quotes in the middle', 'rk_test_01"23456789', /does not fit/],
  ])('refuses a key with %s by field and reason', async (_, key, reason) => {
    const { status, json: body } = await connect({ key });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'request.invalid',
      errors: [{ field: 'fields.key', reason: expect.stringMatching(reason) as string }],
    });
    expect(JSON.stringify(body)).not.toContain('0123456789');
  });

  it('refuses what no form asks for', async () => {
    const { json: body } = await send(
      '/connections',
      { connector: 'github', auth_kind: 'basic', fields: {} },
      { workspace_id: workspaceId },
    );
    expect(body).toMatchObject({ code: 'request.invalid', errors: [{ field: 'connector' }] });
  });
});

describe('a stream that is defined', () => {
  const make = (more: object = {}) =>
    send(
      '/streams',
      { connection_id: connectionId, resource: 'tasks', definition: { ...definition, ...more } },
      { workspace_id: workspaceId },
    );

  it('is made with its definition as its scope, once', async () => {
    const { status, json: body } = await make();
    expect([status, body['name']]).toEqual([201, 'Tickets']);
    const [row] = await web.admin`select scope, scope_key, kind from public.streams`;
    expect(row).toMatchObject({
      kind: 'task',
      scope_key: '/tickets',
      scope: { path: '/tickets', paging: { style: 'none' } },
    });
    expect(await make()).toMatchObject({ status: 409 });
  });

  it('is not made of what cannot be read there', async () => {
    preview = { found: 0, has_more: false, sample: [], faults: ['It has no id at id'] };
    const { status, json: body } = await make({ path: '/elsewhere' });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      errors: [{ field: 'definition.id', reason: 'It has no id at id' }],
    });
  });

  it('is refused with every fault, before the service is asked', async () => {
    const { json: body } = await make({ path: 'https://evil.example', id: '' });
    expect(body).toMatchObject({
      errors: [{ field: 'definition.path' }, { field: 'definition.id' }],
    });
  });

  it('is not taken where streams are chosen, and nothing without either is', async () => {
    const github = newId();
    await web.admin`
      insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
      values (${github}, ${workspaceId}, 'github', 'g', 'G', 'active')`;
    const { json: body } = await send(
      '/streams',
      { connection_id: github, resource: 'issues', definition },
      { workspace_id: workspaceId },
    );
    expect(body).toMatchObject({ code: 'request.invalid', errors: [{ field: 'definition' }] });
  });
});
