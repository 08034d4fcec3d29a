import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HubError, newId, systemClock } from '#lib/core/index';
import {
  type EndpointDeps,
  enqueueDueEndpoints,
  type Reconciled,
  reconcileEndpoint,
  removeEndpoints,
} from '#lib/webhooks/index';
import { handing } from '../sagas/run-sagas.ts';
import { fakeService } from './fake-service.ts';
import { type InboxFixture, inboxFixture } from './inbox-fixture.ts';

let inbox: InboxFixture;
beforeAll(async () => {
  inbox = await inboxFixture();
});
afterAll(() => inbox.close());
beforeEach(async () => {
  delivered.length = 0;
  await inbox.admin`delete from public.webhook_endpoints`;
  await inbox.admin`delete from public.streams`;
  await inbox.admin`
    insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope_key, scope, phase)
    values (${newId()}, ${inbox.workspaceId}, ${inbox.connectionId}, 'issues', 'task', 'web', 'northwind/web',
      ${inbox.admin.json({ owner: 'northwind', repo: 'web' })}, 'live')`;
});

const { signal } = new AbortController();
interface Told {
  scopeKey: string | null;
  delivery: string;
  reason?: string;
}
/** How changes arrive from now on, as those who keep streams were told. */
const delivered: Told[] = [];

/** One sweep and its jobs. */
async function reconcile(
  deps: EndpointDeps,
  registrable = { perScope: ['github'], perConnection: [] as string[] },
): Promise<Reconciled[]> {
  const { jobs, queue } = handing();
  await enqueueDueEndpoints({ db: inbox.worker, queue, clock: systemClock }, registrable);
  const bound = {
    ...deps,
    onDelivery: async (at: { scopeKey: string | null }, delivery: Omit<Told, 'scopeKey'>) => {
      delivered.push({ scopeKey: at.scopeKey, ...delivery });
    },
  };
  return Promise.all(jobs.map((job) => reconcileEndpoint(bound, job, signal)));
}

const due = () =>
  inbox.admin`update public.webhook_endpoints set next_check_at = now(), queued_until = null, lease_until = null`;
const fault = () => new HubError('provider.unavailable', 'A fault.', { retry: 'later' });

describe('a webhook that cannot be kept as it is', () => {
  it('of a registration for the whole connection all its streams hear', async () => {
    const { deps } = fakeService(inbox, { registration: { per: 'connection' } });
    expect(await reconcile(deps, { perScope: [], perConnection: ['github'] })).toEqual([
      'registered',
    ]);
    expect(delivered).toEqual([{ scopeKey: null, delivery: 'webhook' }]);
  });

  it('streams are polled when the address their webhook was registered under is none any more', async () => {
    const { deps, hooks } = fakeService(inbox);
    const far: EndpointDeps = {
      ...deps,
      connect: async (at, options) => ({
        ...(await deps.connect(at, options)),
        apiBaseUrl: 'https://api.github.com',
      }),
    };
    expect(await reconcile({ ...far, publicUrl: 'https://hub.example' })).toEqual(['registered']);
    await due();
    expect(await reconcile(far)).toEqual(['removed']);
    expect(hooks.size).toBe(0);
    expect(delivered.at(-1)).toEqual({
      scopeKey: 'northwind/web',
      delivery: 'poll',
      reason: expect.stringContaining('PUBLIC_URL is not set'),
    });
  });

  it('while a new secret is refused again and again, the one the service signs with stays valid', async () => {
    const { deps, faults } = fakeService(inbox, {
      registration: { per: 'scope', lifetimeMs: 7 * 86_400_000 },
    });
    await reconcile(deps);
    const [first] = await inbox.admin`select envelope from private.webhook_secrets`;
    for (let n = 0; n < 3; n += 1) {
      await inbox.admin`update public.webhook_endpoints set renew_at = now()`;
      await due();
      faults.push(fault());
      expect(await reconcile(deps)).toEqual(['failed']);
    }
    const [present] = await inbox.admin`select previous_envelope from private.webhook_secrets`;
    expect(present?.['previous_envelope']).toEqual(first?.['envelope']);
  });

  it('a removal that failed may be tried again at once', async () => {
    const { deps, others } = fakeService(inbox);
    await reconcile(deps);
    const at = { workspaceId: inbox.workspaceId, connectionId: inbox.connectionId };
    others.push(fault());
    await expect(removeEndpoints(deps, at, signal)).rejects.toThrow('A fault.');
    expect(await removeEndpoints(deps, at, signal)).toBe(true);
    const [row] = await inbox.admin`select status from public.webhook_endpoints`;
    expect(row?.['status']).toBe('removed');
  });
});
