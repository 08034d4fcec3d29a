import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type ConnectionDeps,
  type ConnectionWebDeps,
  checkCommand,
  checkConnection,
  connectByKey,
  connectCommand,
} from '#lib/connections/index';
import type { ConnectorApi, ConnectorManifest } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { api, manifest } from './fake-provider.ts';
import { makeWorld, type World } from './world.ts';

const key = 'canary-key-that-is-long';
const keyed: ConnectorManifest = {
  ...manifest,
  auth: [
    {
      kind: 'api_key',
      fields: {
        key: {
          label: 'Key',
          placeholder: null,
          help: null,
          pattern: '.+',
          patternWords: 'is any text',
        },
      },
      sent: { in: 'header', name: 'Authorization', prefix: 'Bearer ' },
      permissions: { read: [], write: [], webhooks: [] },
      consoleUrl: null,
      baseUrl: { label: 'Address', placeholder: null, help: null, isRequired: false },
    },
  ],
};
/** Says what the service said, cut as connectors cut it. */
const telling: ConnectorApi = {
  ...api,
  toError: ({ text }) => new HubError('provider.refused', text.slice(0, 300)),
};

let world: World;
let web: ConnectionWebDeps;

beforeAll(async () => {
  world = await makeWorld();
  const connector = { manifest: keyed, webhook: null };
  web = {
    ...world.web,
    connectors: { list: () => [connector], get: () => connector, conformance: () => [] },
  };
  const worker: ConnectionDeps = {
    ...world.worker,
    registry: { get: () => ({ manifest: keyed, api: telling }) },
  };
  world.kinds['connections.connect'] = connectCommand(worker);
  world.kinds['connections.check'] = checkCommand(worker);
});
afterAll(() => world.close());

const connect = () =>
  world.during(
    connectByKey(
      web,
      world.owner,
      { workspaceId: world.owner.workspaceId },
      {
        connector: 'fake',
        auth_kind: 'api_key',
        fields: { key },
        base_url: world.provider.url,
        is_sandbox: false,
      },
    ),
  );
const faultOf = (act: Promise<unknown>): Promise<HubError> =>
  act.then(
    () => {
      throw new Error('It was not refused');
    },
    (error: HubError) => error,
  );

it('a key that a service repeats is masked in every fault, however that is cut, and in the log', async () => {
  const usual = world.provider.onApi;
  // The key begins within what is shown of the answer, and ends behind it.
  const echo: typeof usual = (_path, token, answer) =>
    answer(400, { message: `${'x'.repeat(260)} bad key: ${token}` });
  world.provider.onApi = echo;
  const refused = await faultOf(connect());
  expect(refused.code).toBe('provider.refused');
  expect(refused.message).not.toContain('canary');

  world.provider.onApi = usual;
  world.provider.valid.add(key);
  const { id } = await connect();
  world.provider.onApi = echo;
  const at = { workspaceId: world.owner.workspaceId, connectionId: id };
  const checked = await faultOf(world.during(checkConnection(web, world.owner, at)));
  expect(checked.message).not.toContain('canary');
  const log = await world.admin`select code, message, details from public.connection_log`;
  expect(log.map((row) => row['code'] as string)).toContain('provider.refused');
  expect(JSON.stringify(log)).not.toContain('canary');
  const commands = await world.admin`select c::text as text from private.commands c`;
  expect(JSON.stringify(commands)).not.toContain('canary');
});
