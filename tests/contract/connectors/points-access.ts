import { authOf, type ConnectorManifest } from '#lib/connectors/protocol/index';
import { fieldsOf } from '#lib/kinds/index';
import { must, refusalOf } from './bench.ts';
import type { ContractEntry } from './contract-entry.ts';
import type { Point } from './points.ts';

/** What a manifest says is true of the code beside it, and of itself. */
function checkManifest({ connector: { manifest, webhook }, api }: ContractEntry): void {
  const kinds = manifest.auth.map(({ kind }) => kind);
  must(kinds.length).toBeGreaterThan(0);
  must(new Set(kinds).size).toBe(kinds.length);
  must(manifest.hosts).toContain(new URL(manifest.endpoints.apiBaseUrl).hostname);
  checkAddresses(manifest);
  must(webhook === null).toBe(manifest.webhook === null);
  const isRegistered = manifest.webhook?.registration.mode === 'api';
  must(api.registerWebhook !== undefined).toBe(isRegistered);
  must(api.removeWebhook !== undefined).toBe(isRegistered);
  must(api.lookup !== undefined).toBe(manifest.lookups.length > 0);
  must(api.revoke !== undefined).toBe(authOf(manifest, 'oauth2')?.revoke === 'api');
  const creates = manifest.resources.some((resource) => resource.creates);
  must(api.create !== undefined).toBe(creates);
  must(api.findCreated !== undefined).toBe(creates);
  must(api.takeBack !== undefined).toBe(creates);
  for (const gap of manifest.gaps) must(gap).toMatch(/^\p{Lu}.*\.$/u);
}

function checkAddresses({ endpoints, auth }: ConnectorManifest): void {
  for (const url of Object.values(endpoints)) if (url !== null) must(url).toMatch(/^https:\/\//);
  const oauth = authOf({ auth }, 'oauth2');
  // Where a form names the service, the manifest must not name another.
  must(endpoints.authorizeUrl !== null && endpoints.tokenUrl !== null).toBe(
    oauth !== null && !oauth.byForm,
  );
  for (const mode of auth) {
    if (mode.kind === 'oauth2' || mode.kind === 'webhook') continue;
    for (const { pattern, patternWords } of Object.values(mode.fields)) {
      must(() => new RegExp(pattern, 'u')).not.toThrow();
      must(patternWords).toMatch(/^[a-z]/);
    }
  }
}

function checkResources({ resources }: ConnectorManifest): void {
  must(resources.length).toBeGreaterThan(0);
  for (const { kind, writable, writableValues, creates } of resources) {
    const rules = fieldsOf(kind);
    must(Object.keys(rules)).not.toEqual([]);
    for (const field of writable) must(rules[field]?.editable, field).toBe(true);
    for (const field of Object.keys(writableValues)) must(writable).toContain(field);
    for (const field of creates?.fields ?? []) must(rules[field]?.editable, field).toBe(true);
    for (const field of creates?.required ?? []) must(creates?.fields).toContain(field);
  }
}

/** Whether it calls its service at all, or only listens to it. */
export const calls = ({ connector: { manifest } }: ContractEntry): boolean =>
  manifest.auth.some(({ kind }) => kind !== 'webhook');

export const accessPoints: Point[] = [
  {
    id: 'manifest',
    title: 'The manifest agrees with itself and with the code',
    isClaimed: () => true,
    isProvable: () => true,
    prove: ({ entry }) => {
      checkManifest(entry);
      checkResources(entry.connector.manifest);
      return Promise.resolve();
    },
  },
  {
    id: 'account',
    title: 'The account behind a credential is named, always the same',
    isClaimed: calls,
    isProvable: () => true,
    prove: async ({ entry: { api }, world, ctx }) => {
      const [first, second] = [await api.account(ctx()), await api.account(ctx())];
      must({ id: first.id, name: first.name }).toEqual(world.account);
      must(second).toEqual(first);
    },
  },
  {
    id: 'wrong_credential',
    title: 'A credential that is not known is told from any other fault',
    isClaimed: calls,
    isProvable: () => true,
    prove: async ({ entry: { api }, world, ctx }) => {
      const refusal = await refusalOf(api.account(ctx(world.wrongCredential)));
      must(refusal.code).toBe('provider.unauthorized');
    },
  },
  {
    id: 'rate_limit',
    title: 'A call too many is told apart, with the time to wait',
    isClaimed: calls,
    isProvable: ({ world }) => world.failNext !== undefined,
    prove: async ({ entry: { api }, world, ctx }) => {
      await world.failNext?.('rate limit');
      const refusal = await refusalOf(api.account(ctx()));
      must(refusal).toMatchObject({ code: 'provider.rate_limited', retry: 'after' });
      must(refusal.afterMs).toBeGreaterThan(0);
      await api.account(ctx());
    },
  },
  {
    id: 'server_fault',
    title: 'A fault of the service is worth another try',
    isClaimed: calls,
    isProvable: ({ world }) => world.failNext !== undefined,
    prove: async ({ entry: { api }, world, ctx }) => {
      await world.failNext?.('server fault');
      const fault = await refusalOf(api.account(ctx()));
      must(fault.code).toBe('provider.unavailable');
      must(fault.retry).not.toBe('never');
      await world.failNext?.('a page');
      const page = await refusalOf(api.account(ctx()));
      must(page.code).toMatch(/^provider\.(unavailable|bad_answer)$/);
      must(page.retry).not.toBe('never');
      await api.account(ctx());
    },
  },
  {
    id: 'rate_headers',
    title: 'What its answers say of the rate can be learned from',
    isClaimed: ({ connector: { manifest } }) => manifest.rate.headers !== null,
    isProvable: () => true,
    prove: async (bench) => {
      await bench.entry.api.account(bench.ctx());
      const headers = bench.entry.connector.manifest.rate.headers;
      const said = bench.calls.at(-1)?.headers;
      for (const name of [headers?.limit, headers?.remaining, headers?.reset]) {
        must(said?.get(name ?? ''), name).toMatch(/^\d+(\.\d+)?$/);
      }
    },
  },
  {
    id: 'lookup',
    title: 'People, channels and labels can be looked up by name',
    isClaimed: ({ connector: { manifest } }) => manifest.lookups.length > 0,
    isProvable: () => true,
    prove: async ({ entry: { api, connector }, world, ctx }) => {
      const options = await api.scopes(ctx(), world.streams[0]?.resource ?? '');
      const scope = options.find(({ key }) => key === world.streams[0]?.scopeKey)?.scope ?? null;
      for (const name of connector.manifest.lookups) {
        const items = (await api.lookup?.(ctx(), name, scope)) ?? [];
        must(items.length, name).toBeGreaterThan(0);
        must(items.every(({ id, name: shown }) => id !== '' && shown !== '')).toBe(true);
        must(new Set(items.map(({ id }) => id)).size).toBe(items.length);
      }
    },
  },
];

/** Last of all: nothing works after it. */
export const revokePoint: Point = {
  id: 'revoke',
  title: 'Access that was given back opens nothing any more',
  isClaimed: ({ connector: { manifest } }) =>
    !['none', undefined].includes(authOf(manifest, 'oauth2')?.revoke),
  isProvable: ({ entry, world }) => entry.api.revoke !== undefined || world.revoke !== undefined,
  prove: async ({ entry: { api }, world, ctx }) => {
    await api.account(ctx());
    if (api.revoke) {
      must(await api.revoke(ctx())).toBe('revoked');
      must(await api.revoke(ctx())).toBe('already_invalid');
    } else await world.revoke?.();
    must((await refusalOf(api.account(ctx()))).code).toBe('provider.unauthorized');
  },
};
