import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type ConnectionDeps,
  type ConnectionWebDeps,
  checkCommand,
  checkConnection,
  connectByKey,
  connectCommand,
} from '#lib/connections/index';
import type { AuthMode, ConnectorManifest } from '#lib/connectors/protocol/index';
import { HubError, isHubError, newId } from '#lib/core/index';
import { api, manifest } from './fake-provider.ts';
import { makeWorld, type World } from './world.ts';

const plain = { label: 'Field', placeholder: null, help: null };
const baseUrl = { label: 'Address', placeholder: null, help: null, isRequired: false };
const pasted = {
  permissions: { read: ['Issues: read'], write: ['Issues: write'], webhooks: [] },
  consoleUrl: 'https://fake.example.com/keys',
  baseUrl,
};
const anything = { ...plain, pattern: '.+', patternWords: 'is any text' };
const auth: AuthMode[] = [
  {
    ...pasted,
    kind: 'api_key',
    fields: { key: { ...plain, pattern: 'key-.+', patternWords: 'begins with key-' } },
    sent: { in: 'header', name: 'Authorization', prefix: 'Bearer ' },
  },
  { ...pasted, kind: 'basic', fields: { username: anything, password: anything } },
];
const keyed: ConnectorManifest = { ...manifest, auth };

let world: World;
let web: ConnectionWebDeps;
let worker: ConnectionDeps;

beforeAll(async () => {
  world = await makeWorld();
  const connector = { manifest: keyed, webhook: null };
  web = {
    ...world.web,
    connectors: {
      list: () => [connector],
      get: (name) => (name === 'fake' ? connector : undefined),
      conformance: () => [],
    },
  };
  worker = {
    ...world.worker,
    registry: { get: (name) => (name === 'fake' ? { manifest: keyed, api } : undefined) },
  };
  world.kinds['connections.connect'] = connectCommand(worker);
  world.kinds['connections.check'] = checkCommand(worker);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.admin`delete from public.connections`;
  await world.admin`delete from private.commands`;
  world.provider.account = { id: '7', name: 'ada' };
  world.provider.apiCalls.length = 0;
  for (const key of ['key-one', 'key-two']) world.provider.valid.add(key);
});

type Input = Parameters<typeof connectByKey>[3];

const asked = (more: Partial<Input> = {}): Input => ({
  connector: 'fake',
  auth_kind: 'api_key',
  fields: { key: 'key-one' },
  base_url: world.provider.url,
  is_sandbox: false,
  ...more,
});

const connect = (more: Partial<Input> = {}, actor = world.owner) =>
  world.during(connectByKey(web, actor, { workspaceId: world.owner.workspaceId }, asked(more)));

async function refusalOf(act: Promise<unknown>) {
  const error: unknown = await act.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (!isHubError(error)) throw new Error('It was not refused', { cause: error });
  return { code: error.code, status: error.status, message: error.message, ...error.details };
}

const stored = async () => {
  const [row] = await world.admin<{ connections: number; credentials: number }[]>`
    select (select count(*)::int from public.connections) as connections,
      (select count(*)::int from private.credentials) as credentials`;
  return row;
};

describe('an API key', () => {
  it('is stored once the service said whose it is', async () => {
    const connection = await connect();
    expect(connection).toMatchObject({
      connector: 'fake',
      auth_kind: 'api_key',
      account_id: '7',
      account_name: 'ada',
      status: 'active',
      expires_at: null,
      scopes_asked: ['Issues: read', 'Issues: write'],
      scopes_granted: [],
    });
    expect(world.provider.apiCalls).toEqual([
      { path: '/api/user', authorization: 'Bearer key-one' },
    ]);
    const at = { workspaceId: world.owner.workspaceId, connectionId: connection.id };
    const checked = await world.during(checkConnection(web, world.owner, at));
    expect(checked.status).toBe('active');
    expect(world.provider.apiCalls.at(-1)?.authorization).toBe('Bearer key-one');
  });

  it('leaves nothing readable behind, not in its command either', async () => {
    await connect({ fields: { key: ' "key-two"\r\n' } });
    const tables = await world.admin<{ name: string }[]>`
      select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_schema in ('public', 'private') and table_type = 'BASE TABLE'`;
    const hex = Buffer.from('key-two').toString('hex');
    for (const { name } of tables) {
      const [found] = await world.admin.unsafe<{ n: number }[]>(
        `select count(*)::int as n from ${name} t where t::text like '%key-two%' or t::text like '%${hex}%'`,
      );
      expect(found, name).toEqual({ n: 0 });
    }
    const [command] = await world.admin`select sealed from private.commands`;
    expect(command).toEqual({ sealed: null });
  });

  it('that the service refuses is not stored, and the form hears why', async () => {
    expect(await refusalOf(connect({ fields: { key: 'key-wrong' } }))).toMatchObject({
      code: 'connections.key_refused',
      status: 422,
      cause: 'provider.unauthorized',
      errors: [{ field: 'fields.key', reason: 'The service said 401.' }],
    });
    expect(world.provider.apiCalls).toHaveLength(1);
    expect(await stored()).toEqual({ connections: 0, credentials: 0 });
  });

  it('that may not do enough hears what it needs', async () => {
    const before = world.provider.onApi;
    world.provider.onApi = (_path, _token, answer) => answer(403, { message: 'no' });
    const refusal = await refusalOf(connect());
    world.provider.onApi = before;
    expect(refusal).toMatchObject({
      code: 'connections.key_refused',
      errors: [
        {
          field: 'fields.key',
          reason: 'The service said 403. It needs: Issues: read, Issues: write.',
        },
      ],
    });
  });

  it('is masked where the service repeats it', async () => {
    const toError: typeof api.toError = (answer) => {
      const { code, details = {} } = api.toError(answer);
      return new HubError(code, 'Invalid API Key provided: key-echo', { details });
    };
    const echoing = {
      ...worker,
      registry: { get: () => ({ manifest: keyed, api: { ...api, toError } }) },
    };
    world.kinds['connections.connect'] = connectCommand(echoing);
    const refusal = await refusalOf(connect({ fields: { key: 'key-echo' } }));
    world.kinds['connections.connect'] = connectCommand(worker);
    expect(JSON.stringify(refusal)).not.toContain('key-echo');
    expect(refusal.message).toBe('Invalid API Key provided: …');
  });

  it.each([
    ['CR/LF inside', { fields: { key: 'key-a\r\nx-admin: 1' } }, 'fields.key'],
    ['64 kB', { fields: { key: `key-${'a'.repeat(65_536)}` } }, 'fields.key'],
    ['the wrong beginning', { fields: { key: 'sk-1' } }, 'fields.key'],
    ['another field', { fields: { key: 'key-one', extra: '1' } }, 'fields.extra'],
    ['an address with a password', { base_url: 'https://a:b@c.example' }, 'base_url'],
    ['a connector that is none', { connector: 'nope' }, 'connector'],
    ['a sandbox there is none of', { is_sandbox: true }, 'is_sandbox'],
  ])('%s never reaches the worker', async (_, input, field) => {
    const refusal = await refusalOf(connect(input));
    expect(refusal).toMatchObject({ code: 'request.invalid', status: 400 });
    expect(refusal).toMatchObject({ errors: [{ field }] });
    expect(await world.admin`select 1 from private.commands`).toHaveLength(0);
  });

  it.each([
    ['a private address', 'https://10.0.0.1'],
    ['a name of a network', 'https://tracker.internal'],
    ['plain http', 'http://tracker.example.com'],
    ['this machine', 'https://127.0.0.1:1'],
  ])('goes to no address that is %s', async (_, address) => {
    expect(await refusalOf(connect({ base_url: address }))).toMatchObject({
      code: 'request.invalid',
      errors: [{ field: 'base_url' }],
    });
    expect(world.provider.apiCalls).toHaveLength(0);
  });

  it('of a service that is not there names the address', async () => {
    const before = world.provider.onApi;
    world.provider.onApi = (_path, _token, answer) => answer(502, '<html>');
    const refusal = await refusalOf(connect());
    world.provider.onApi = before;
    expect(refusal.code).toBe('provider.unavailable');
    expect(await stored()).toEqual({ connections: 0, credentials: 0 });
  });
});

describe('user name and password', () => {
  it('travel as one pair, in a header', async () => {
    const pair = btoa('ada@example.com:secret');
    world.provider.valid.add(`Basic ${pair}`);
    const fields = { username: 'ada@example.com', password: 'secret' };
    const connection = await connect({ auth_kind: 'basic', fields });
    expect(connection.auth_kind).toBe('basic');
    expect(world.provider.apiCalls).toEqual([
      { path: '/api/user', authorization: `Basic ${pair}` },
    ]);
  });

  it('that are refused name the password', async () => {
    const fields = { username: 'ada', password: 'wrong' };
    expect(await refusalOf(connect({ auth_kind: 'basic', fields }))).toMatchObject({
      code: 'connections.key_refused',
      errors: [{ field: 'fields.password' }],
    });
  });
});

describe('a new key for a connection', () => {
  const addStream = (connectionId: string) => world.admin`
    insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope_key, scope)
    values (${newId()}, ${world.owner.workspaceId}, ${connectionId}, 'issues', 'task', 'a/b', 'a/b', '{}')`;

  it('takes the place of the old one, and the streams stay', async () => {
    const first = await connect();
    await addStream(first.id);
    await world.admin`update public.connections set status = 'needs_reauth'`;
    const again = await connect({ fields: { key: 'key-two' }, connection_id: first.id });
    expect(again).toMatchObject({ id: first.id, status: 'active' });
    expect(await world.admin`select 1 from public.streams`).toHaveLength(1);
    const at = { workspaceId: world.owner.workspaceId, connectionId: first.id };
    await world.during(checkConnection(web, world.owner, at));
    expect(world.provider.apiCalls.at(-1)?.authorization).toBe('Bearer key-two');
  });

  it('of another account changes nothing', async () => {
    const first = await connect();
    world.provider.account = { id: '8', name: 'bob' };
    const refusal = await refusalOf(
      connect({ fields: { key: 'key-two' }, connection_id: first.id }),
    );
    expect(refusal).toMatchObject({ code: 'connections.account_mismatch', status: 409 });
    world.provider.account = { id: '7', name: 'ada' };
    const at = { workspaceId: world.owner.workspaceId, connectionId: first.id };
    await world.during(checkConnection(web, world.owner, at));
    expect(world.provider.apiCalls.at(-1)?.authorization).toBe('Bearer key-one');
  });

  it('once the old one is refused, is what the connection asks for', async () => {
    const first = await connect();
    world.provider.valid.delete('key-one');
    const at = { workspaceId: world.owner.workspaceId, connectionId: first.id };
    expect((await refusalOf(world.during(checkConnection(web, world.owner, at)))).code).toBe(
      'connections.needs_reauth',
    );
    const [row] = await world.admin`select status from public.connections`;
    expect(row).toEqual({ status: 'needs_reauth' });
  });
});

describe('somebody else', () => {
  it('connects nothing here, and renews nothing that is not theirs', async () => {
    expect(await refusalOf(connect({}, world.stranger))).toMatchObject({
      code: 'identity.forbidden',
    });
    const { id } = await connect();
    const { workspaceId } = world.stranger;
    const input = { ...asked({ connection_id: id }) };
    expect(
      await refusalOf(connectByKey(web, world.stranger, { workspaceId }, input)),
    ).toMatchObject({ code: 'resource.not_found' });
  });
});
