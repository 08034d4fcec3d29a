import { expect } from 'vitest';
import { type HubError, systemClock } from '#lib/core/index';
import type { EndpointDeps, HookAccess } from '#lib/webhooks/index';
import { type InboxFixture, silent } from './inbox-fixture.ts';

export interface Hook {
  url: string;
  secret: string;
  isHealthy: boolean;
}

const { signal } = new AbortController();

/** A service that keeps hooks, and adopts one that stands at the address already. */
export function fakeService(
  inbox: InboxFixture,
  how: { hasList?: boolean; registration?: HookAccess['registration'] } = {},
) {
  const hooks = new Map<string, Hook>();
  /** Thrown by the next registrations, one each. */
  const faults: HubError[] = [];
  /** Thrown by the next lists and removals, one each. */
  const others: HubError[] = [];
  const calls: string[] = [];
  let ids = 0;
  const fail = (from: HubError[]): void => {
    const fault = from.shift();
    if (fault) throw fault;
  };
  const api: HookAccess['api'] = {
    registerWebhook: async (_ctx, _scope, target) => {
      calls.push('register');
      fail(faults);
      const known = [...hooks].find(([, hook]) => hook.url === target.url)?.[0];
      if (known === undefined) ids += 1;
      const remoteId = known ?? String(ids);
      hooks.set(remoteId, { ...target, isHealthy: true });
      return { remoteId };
    },
    removeWebhook: async (_ctx, scope, remoteId) => {
      calls.push('remove');
      fail(others);
      expect(scope).toEqual({ owner: 'northwind', repo: 'web' });
      hooks.delete(remoteId);
    },
    ...(how.hasList === false
      ? {}
      : {
          listWebhooks: async () => {
            calls.push('list');
            fail(others);
            return [...hooks].map(([remoteId, { url, isHealthy }]) => ({
              remoteId,
              url,
              isHealthy,
            }));
          },
        }),
  };
  const deps: EndpointDeps = {
    db: inbox.worker,
    sealKey: inbox.gatewayKey.publicKey,
    publicUrl: undefined,
    port: 3_000,
    clock: systemClock,
    log: silent,
    connect: async () => ({
      connector: 'github',
      apiBaseUrl: 'http://127.0.0.1:4100/sandbox/github/api',
      ctx: { signal, http: { send: () => Promise.reject(new Error('not called')) } },
      registration: how.registration ?? { per: 'scope' },
      takesWebhooks: true,
      api,
    }),
  };
  return { deps, hooks, faults, others, calls };
}
