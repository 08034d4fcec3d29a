import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ConnectionDeps,
  type ConnectionWebDeps,
  connectByKey,
  connectCommand,
  previewCommand,
  previewStream,
} from '#lib/connections/index';
import { genericApi } from '#lib/connectors/generic/api';
import { httpApiKey } from '#lib/connectors/generic/index';
import type { JsonObject } from '#lib/core/index';
import { isHubError } from '#lib/core/index';
import { createOutgoing } from '#lib/security/index';
import {
  customersDefinition,
  type PlainService,
  startPlainService,
} from '../../contract/connectors/plain-json-service.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let service: PlainService;
let web: ConnectionWebDeps;
let outgoing: ReturnType<typeof createOutgoing>;

beforeAll(async () => {
  service = await startPlainService((headers) => headers['x-api-key'] === 'plain-key-1');
  world = await makeWorld();
  outgoing = createOutgoing({ allow: [new URL(service.url).host] });
  const worker: ConnectionDeps = {
    ...world.worker,
    outgoing,
    registry: { get: () => ({ manifest: httpApiKey.manifest, api: genericApi }) },
  };
  web = {
    ...world.web,
    connectors: { list: () => [httpApiKey], get: () => httpApiKey, conformance: () => [] },
  };
  world.kinds['connections.connect'] = connectCommand(worker);
  world.kinds['connections.preview'] = previewCommand(worker);
});
afterAll(async () => {
  outgoing.close();
  await world.close();
  await service.dispose();
});

const connect = (key: string) =>
  world.during(
    connectByKey(
      web,
      world.owner,
      { workspaceId: world.owner.workspaceId },
      {
        connector: 'http_api_key',
        auth_kind: 'api_key',
        fields: { key, header: 'X-Api-Key', account_path: '/me' },
        base_url: service.url,
        is_sandbox: false,
      },
    ),
  );

const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => null,
    (error: unknown) => (isHubError(error) ? error.code : error),
  );

describe('a JSON API of no name', () => {
  it('is connected when it says who we are, and not otherwise', async () => {
    expect(await codeOf(connect('plain-key-2'))).toBe('connections.key_refused');
    const connection = await connect('plain-key-1');
    expect(connection.account_name).toMatch(/^Ada at 127\.0\.0\.1/);
  });

  it('shows what a definition would bring, and keeps nothing of it', async () => {
    const { id: connectionId } = await connect('plain-key-1');
    const place = { workspaceId: world.owner.workspaceId, connectionId, resource: 'contacts' };
    const ask = (definition: JsonObject) =>
      world.during(previewStream(web, world.owner, { ...place, definition }));
    const { preview, defined } = await ask(customersDefinition);
    expect(defined).toMatchObject({ key: '/customers', title: 'Customers' });
    expect(preview).toMatchObject({ found: 10, has_more: false, faults: [] });
    expect(preview.sample[0]).toMatchObject({
      id: '1',
      fields: { name: 'Customer 1', emails: ['c1@example.test'] },
    });
    const blind = await ask({ ...customersDefinition, id: 'no.such.place' });
    expect(blind.preview.found).toBe(0);
    expect(blind.preview.faults[0]).toContain('no.such.place');
    expect(await world.admin`select 1 from public.streams`).toHaveLength(0);
  });

  it('says what is wrong with a definition before anybody is asked', async () => {
    const { id: connectionId } = await connect('plain-key-1');
    const place = { workspaceId: world.owner.workspaceId, connectionId, resource: 'contacts' };
    const definition = { ...customersDefinition, path: 'https://evil.example/' };
    const before = await world.admin`select 1 from private.commands`;
    expect(await codeOf(previewStream(web, world.owner, { ...place, definition }))).toBe(
      'request.invalid',
    );
    expect(await world.admin`select 1 from private.commands`).toHaveLength(before.length);
    expect(
      await codeOf(
        previewStream(web, world.stranger, { ...place, definition: customersDefinition }),
      ),
    ).toBe('resource.not_found');
  });
});
