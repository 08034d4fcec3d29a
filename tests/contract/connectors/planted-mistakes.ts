import type {
  ConnectorApi,
  ConnectorManifest,
  ParsedWebhook,
  RemoteObject,
  WebhookManifest,
} from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import type { ContractEntry, ContractWorld } from './contract-entry.ts';

export interface Planted {
  entry: ContractEntry;
  world: ContractWorld;
}

/** Plants one mistake of the kind a point is there for. */
export type Plant = (sound: Planted) => Planted;

const inApi =
  (spoil: (api: ConnectorApi) => Partial<ConnectorApi>): Plant =>
  ({ entry, world }) => ({
    entry: { ...entry, api: { ...entry.api, ...spoil(entry.api) } },
    world,
  });

const inManifest =
  (spoil: (manifest: ConnectorManifest) => Partial<ConnectorManifest>): Plant =>
  ({ entry, world }) => {
    const { manifest } = entry.connector;
    const connector = { ...entry.connector, manifest: { ...manifest, ...spoil(manifest) } };
    return { entry: { ...entry, connector }, world };
  };

const inWebhook = (part: Partial<WebhookManifest>): Plant =>
  inManifest(({ webhook }) => ({ webhook: webhook && { ...webhook, ...part } }));

const inParser =
  (spoil: (parsed: ParsedWebhook) => ParsedWebhook): Plant =>
  ({ entry, world }) => {
    const { webhook } = entry.connector;
    const parse: NonNullable<typeof webhook>['parse'] = (event, payload) => {
      if (!webhook) throw new Error('There is no parser');
      return spoil(webhook.parse(event, payload));
    };
    return { entry: { ...entry, connector: { ...entry.connector, webhook: { parse } } }, world };
  };

const otherwise = (error: HubError, code: 'provider.forbidden' | 'provider.refused'): HubError =>
  new HubError(code, error.message);

const another = (object: RemoteObject): RemoteObject => ({
  ...object,
  fields: {
    ...object.fields,
    ...Object.fromEntries(Object.keys(object.fields).map((f) => [f, 'x'])),
  },
});

export const mistakes: Record<string, Plant> = {
  manifest: inManifest(() => ({ hosts: [] })),
  account: inApi((api) => {
    let turn = 0;
    return {
      account: async (ctx) => {
        turn += 1;
        return { ...(await api.account(ctx)), id: `session ${turn}` };
      },
    };
  }),
  wrong_credential: inApi((api) => ({
    toError: (answer) => otherwise(api.toError(answer), 'provider.forbidden'),
    findFault: (answer) => {
      const fault = api.findFault?.(answer);
      return fault ? otherwise(fault, 'provider.forbidden') : null;
    },
  })),
  rate_limit: inApi((api) => ({
    toError: (answer) => new HubError(api.toError(answer).code),
    findFault: (answer) => {
      const fault = api.findFault?.(answer);
      return fault ? new HubError(fault.code) : null;
    },
  })),
  server_fault: inApi((api) => ({
    toError: (answer) => otherwise(api.toError(answer), 'provider.refused'),
  })),
  rate_headers: inManifest(({ rate }) => ({
    rate: { ...rate, headers: rate.headers && { ...rate.headers, remaining: 'x-nothing' } },
  })),
  lookup: inApi(() => ({ lookup: () => Promise.resolve([]) })),
  scopes: inApi((api) => ({
    scopes: async (...args) => {
      const options = await api.scopes(...args);
      return [...options, ...options];
    },
  })),
  backfill: inApi((api) => ({
    backfill: async (...args) => {
      const page = await api.backfill(...args);
      return { ...page, objects: page.objects.slice(1) };
    },
  })),
  backfill_resumes: inApi((api) => ({
    backfill: (ctx, resource, scope) => api.backfill(ctx, resource, scope, null),
  })),
  poll_quiet: inApi((api) => ({
    poll: async (ctx, resource, scope, cursor) => {
      const page = await api.poll(ctx, resource, scope, cursor);
      const { objects } = await api.backfill(ctx, resource, scope, null);
      return { ...page, objects: objects.map(another) };
    },
  })),
  poll_change: inApi((api) => ({
    poll: async (...args) => ({ ...(await api.poll(...args)), objects: [] }),
  })),
  read: inApi((api) => ({
    read: async (...args) => {
      const object = await api.read(...args);
      return object && another(object);
    },
  })),
  read_gone: inApi((api) => ({
    read: async (ctx, resource, ref) => {
      await api.account(ctx);
      throw new HubError('provider.not_found', `${resource} ${ref.externalId}`);
    },
  })),
  read_moved: inApi((api) => ({
    read: async (...args) => {
      const object = await api.read(...args);
      return object?.scopeKey === undefined ? object : null;
    },
  })),
  write: inApi((api) => ({
    update: async (ctx, resource, ref) => {
      const object = await api.read(ctx, resource, ref);
      if (!object) throw new HubError('provider.not_found');
      return { object, ignored: [] };
    },
  })),
  write_echo: inApi((api) => ({
    update: async (...args) => {
      const { object, ignored } = await api.update(...args);
      return { object: { ...object, rank: object.rank + 1 }, ignored };
    },
  })),
  write_refused: inApi((api) => ({
    update: async (...args) => {
      try {
        return await api.update(...args);
      } catch (error) {
        throw new HubError('provider.refused', undefined, { cause: error });
      }
    },
  })),
  write_bounds: inApi((api) => ({
    update: async (ctx, ...args) => {
      await api.account(ctx);
      return api.update(ctx, ...args);
    },
  })),
  create: inApi((api) => ({
    create: async (ctx, resource, scope, { title, ...fields }, guard) => {
      if (!api.create) throw new Error('There is nothing to make');
      await api.create(ctx, resource, scope, { title: title ?? null }, { key: `${guard.key} too` });
      return api.create(ctx, resource, scope, { title: title ?? null, ...fields }, guard);
    },
  })),
  create_found: inApi(() => ({ findCreated: () => Promise.resolve([]) })),
  create_keyed: inApi((api) => {
    let turn = 0;
    return {
      create: async (ctx, resource, scope, fields, { key }) => {
        turn += 1;
        const made = await api.create?.(ctx, resource, scope, fields, { key: `${key} ${turn}` });
        if (!made) throw new Error('There is nothing to make');
        return made;
      },
    };
  }),
  create_taken_back: inApi(() => ({ takeBack: () => Promise.resolve() })),
  create_refused: inApi((api) => ({
    create: async (...args) => {
      try {
        if (!api.create) throw new Error('There is nothing to make');
        return await api.create(...args);
      } catch (error) {
        throw new HubError('provider.refused', undefined, { cause: error });
      }
    },
  })),
  create_told: inParser((parsed) => ({ ...parsed, objects: [], refetch: [] })),
  create_secret: ({ entry, world }) => ({
    entry: {
      ...entry,
      api: {
        ...entry.api,
        create: () =>
          Promise.reject(new HubError('provider.refused', `Not with ${world.credential}.`)),
      },
    },
    world,
  }),
  webhook_register: inApi((api) => {
    let turn = 0;
    return {
      registerWebhook: async (ctx, scope, target) => {
        turn += 1;
        const made = await api.registerWebhook?.(ctx, scope, {
          ...target,
          url: `${target.url}?n=${turn}`,
        });
        if (!made) throw new Error('There is nothing to register');
        return made;
      },
    };
  }),
  webhook_signature: inWebhook({
    scheme: { kind: 'token', from: { in: 'header', name: 'user-agent', prefix: '' } },
  }),
  webhook_identity: inWebhook({ delivery: { from: 'body', paths: [['nothing', 'here']] } }),
  webhook_parse: inParser((parsed) => ({ ...parsed, scopeKey: null, accountId: 'somebody else' })),
  webhook_delete: inParser((parsed) => ({ ...parsed, objects: [], refetch: [] })),
  webhook_junk: inParser((parsed) => {
    if (parsed.kind === 'unknown') throw new TypeError('no such event');
    return parsed;
  }),
  webhook_captured: inParser((parsed) => ({ ...parsed, kind: 'unknown' })),
  webhook_challenge: inWebhook({
    handshakes: [
      {
        when: { has: 'body', path: ['nothing'], equals: 'here' },
        isSigned: true,
        answer: { as: 'text', path: ['nothing'] },
        brings: null,
      },
    ],
  }),
  revoke: ({ entry, world }) => ({
    entry: entry.api.revoke
      ? { ...entry, api: { ...entry.api, revoke: () => Promise.resolve('revoked') } }
      : entry,
    world: { ...world, ...(world.revoke && { revoke: () => Promise.resolve() }) },
  }),
};
