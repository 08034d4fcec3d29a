import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HubError, newId, systemClock } from '#lib/core/index';
import {
  type EndpointDeps,
  enqueueDueEndpoints,
  ensureEndpoint,
  type Reconciled,
  realignEndpoints,
  reconcileEndpoint,
} from '#lib/webhooks/index';
import { handing } from '../sagas/run-sagas.ts';
import { fakeService, type Hook } from './fake-service.ts';
import { type InboxFixture, inboxFixture } from './inbox-fixture.ts';

let inbox: InboxFixture;
let streamId: string;
beforeAll(async () => {
  inbox = await inboxFixture();
});
afterAll(() => inbox.close());
beforeEach(async () => {
  await inbox.admin`delete from public.webhook_endpoints`;
  await inbox.admin`delete from public.streams`;
  await inbox.admin`update public.connections set status = 'active'`;
  streamId = newId();
  await inbox.admin`
    insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope_key, scope, phase)
    values (${streamId}, ${inbox.workspaceId}, ${inbox.connectionId}, 'issues', 'task', 'web', 'northwind/web',
      ${inbox.admin.json({ owner: 'northwind', repo: 'web' })}, 'live')`;
});

const { signal } = new AbortController();
const registrable = { perScope: ['github'], perConnection: [] };
const delivered: unknown[] = [];

/** One sweep and its jobs. */
async function reconcile(deps: EndpointDeps): Promise<Reconciled[]> {
  const { jobs, queue } = handing();
  await enqueueDueEndpoints({ db: inbox.worker, queue, clock: systemClock }, registrable);
  const bound = {
    ...deps,
    onDelivery: async (_at: unknown, delivery: unknown) => {
      delivered.push(delivery);
    },
  };
  return Promise.all(jobs.map((job) => reconcileEndpoint(bound, job, signal)));
}

const due = () =>
  inbox.admin`update public.webhook_endpoints set next_check_at = now(), queued_until = null, lease_until = null`;
const setPhase = (phase: string) =>
  inbox.admin`update public.streams set phase = ${phase} where id = ${streamId}`;
const urls = (hooks: Map<string, Hook>) => [...hooks.values()].map(({ url }) => url);
const endpoint = async () => {
  const [row] = await inbox.admin`
    select id, status, detail, url, remote_id, renew_at, is_attempted, attempts from public.webhook_endpoints`;
  return row ?? {};
};
const logged = async () => {
  const rows = await inbox.admin`select code from public.connection_log order by id`;
  return rows.map((row) => row['code']);
};

describe('webhooks as desired state', () => {
  it('a stream that reads and has no webhook gets one, once', async () => {
    const { deps, hooks } = fakeService(inbox);
    expect(await reconcile(deps)).toEqual(['registered']);
    expect(await reconcile(deps)).toEqual([]);
    expect(urls(hooks)).toEqual([
      `http://127.0.0.1:3000/api/webhooks/github/${(await endpoint())['id']}`,
    ]);
    expect(delivered.at(-1)).toEqual({ delivery: 'webhook' });
  });

  it('what was removed at the end of a connection comes back when its stream goes on', async () => {
    const { deps, hooks } = fakeService(inbox);
    await reconcile(deps);
    await setPhase('paused');
    await inbox.admin`update public.connections set status = 'disconnected'`;
    expect(await reconcile(deps)).toEqual(['removed']);
    expect(hooks.size).toBe(0);
    // Connected again: the stream is still paused, so nothing is registered yet.
    await inbox.admin`update public.connections set status = 'active'`;
    expect(await reconcile(deps)).toEqual([]);
    await setPhase('live');
    expect(await reconcile(deps)).toEqual(['registered']);
    expect(hooks.size).toBe(1);
  });

  it('a paused stream keeps its webhook; one that failed loses it', async () => {
    const { deps, hooks } = fakeService(inbox);
    await reconcile(deps);
    await setPhase('paused');
    await due();
    expect(await reconcile(deps)).toEqual([]);
    await setPhase('failed');
    expect(await reconcile(deps)).toEqual(['removed']);
    expect(hooks.size).toBe(0);
  });

  it.each([
    ['was deleted at the service', (hooks: Map<string, Hook>) => hooks.clear()],
    [
      'was switched off at the service',
      (hooks: Map<string, Hook>) => {
        for (const hook of hooks.values()) hook.isHealthy = false;
      },
    ],
  ])('one that %s is set right at the next check', async (_what, harm) => {
    const { deps, hooks } = fakeService(inbox);
    await reconcile(deps);
    harm(hooks);
    await due();
    expect(await reconcile(deps)).toEqual(['registered']);
    expect([...hooks.values()]).toMatchObject([
      { isHealthy: true, url: (await endpoint())['url'] },
    ]);
    await due();
    expect(await reconcile(deps)).toEqual(['as_it_was']);
    expect(await logged()).toEqual(
      expect.arrayContaining([expect.stringMatching(/webhooks\.(missing|repaired)/)]),
    );
  });

  it('removes what is ours by address and belongs to no endpoint, and nothing else', async () => {
    const { deps, hooks } = fakeService(inbox);
    await reconcile(deps);
    const other = await inbox.addEndpoint();
    const kept = {
      someoneElses: 'https://ci.example/hook',
      anotherHubs: `https://hub.example/api/webhooks/github/${newId()}`,
      anotherWorkspaces: `http://127.0.0.1:3000/api/webhooks/github/${other.endpointId}`,
    };
    const orphan = `http://127.0.0.1:3000/api/webhooks/github/${newId()}`;
    for (const [id, url] of Object.entries({ ...kept, orphan })) {
      hooks.set(id, { url, secret: 's', isHealthy: true });
    }
    await inbox.admin`update public.webhook_endpoints set next_check_at = now() where workspace_id = ${inbox.workspaceId}`;
    // Nobody reads there in this test, which is not what it is about.
    await inbox.admin`
      update public.webhook_endpoints set queued_until = now() + interval '1 day' where id = ${other.endpointId}`;
    expect(await reconcile(deps)).toEqual(['as_it_was']);
    expect(urls(hooks)).toEqual(expect.arrayContaining(Object.values(kept)));
    expect(urls(hooks)).not.toContain(orphan);
    expect(await logged()).toContain('webhooks.orphan_removed');
  });

  it('one that ends by itself is registered anew before its end', async () => {
    const { deps, hooks, calls } = fakeService(inbox, {
      registration: { per: 'scope', lifetimeMs: 7 * 86_400_000 },
    });
    await reconcile(deps);
    const renewAt = Date.parse(String((await endpoint())['renew_at']));
    expect(renewAt).toBeGreaterThan(Date.now() + 5 * 86_400_000);
    expect(renewAt).toBeLessThan(Date.now() + 7 * 86_400_000);
    const secret = [...hooks.values()][0]?.secret;
    await inbox.admin`update public.webhook_endpoints set renew_at = now()`;
    await due();
    calls.length = 0;
    expect(await reconcile(deps)).toEqual(['registered']);
    expect(calls).toEqual(['register']);
    expect([...hooks.values()][0]?.secret).not.toBe(secret);
  });

  it('moves to a new address and takes the old registration away', async () => {
    const { deps, hooks } = fakeService(inbox);
    await reconcile(deps);
    const moved = { ...deps, publicUrl: 'https://hub.example' };
    expect(await realignEndpoints(moved)).toBe(1);
    expect(await reconcile(moved)).toEqual(['registered']);
    expect(urls(hooks)).toEqual([
      expect.stringMatching(/^https:\/\/hub\.example\/api\/webhooks\/github\//),
    ]);
    expect(await realignEndpoints(moved)).toBe(0);
  });

  it('a fault is tried again later, a refusal means polling', async () => {
    const { deps, hooks, faults } = fakeService(inbox);
    faults.push(new HubError('provider.unavailable', 'A fault.', { retry: 'later' }));
    expect(await reconcile(deps)).toEqual(['failed']);
    expect(await endpoint()).toMatchObject({ status: 'failed', detail: 'A fault.', attempts: 1 });
    expect(delivered.at(-1)).toEqual({ delivery: 'poll', reason: 'A fault.' });
    await inbox.admin`update public.webhook_endpoints set queued_until = null`;
    expect(await reconcile(deps)).toEqual([]);
    await due();
    expect(await reconcile(deps)).toEqual(['registered']);
    expect(hooks.size).toBe(1);
  });

  it('not being able to look says nothing about what stands there', async () => {
    const { deps, hooks, others } = fakeService(inbox);
    await reconcile(deps);
    others.push(new HubError('provider.forbidden', 'You may not see webhooks.'));
    await due();
    delivered.length = 0;
    expect(await reconcile(deps)).toEqual(['failed']);
    expect(await endpoint()).toMatchObject({ status: 'active' });
    expect([hooks.size, delivered]).toEqual([1, []]);
  });

  it('without a public address nothing is registered, and it is not asked for again at once', async () => {
    const { deps, hooks } = fakeService(inbox);
    const far: EndpointDeps = {
      ...deps,
      connect: async (at, options) => ({
        ...(await deps.connect(at, options)),
        apiBaseUrl: 'https://api.github.com',
      }),
    };
    expect(await reconcile(far)).toEqual(['as_it_was']);
    await inbox.admin`update public.webhook_endpoints set queued_until = null`;
    expect(await reconcile(far)).toEqual([]);
    expect(await endpoint()).toMatchObject({
      status: 'removed',
      detail: expect.stringContaining('PUBLIC_URL is not set'),
    });
    expect(hooks.size).toBe(0);
    // PUBLIC_URL is set: at the next start it is due.
    const reachable = { ...far, publicUrl: 'https://hub.example' };
    expect(await realignEndpoints(reachable)).toBe(1);
    expect(await reconcile(reachable)).toEqual(['registered']);
  });

  it('one registration at a time: whoever comes second is told to wait', async () => {
    const { deps, hooks, calls } = fakeService(inbox);
    const request = {
      workspaceId: inbox.workspaceId,
      connectionId: inbox.connectionId,
      scopeKey: 'northwind/web',
      scope: { owner: 'northwind', repo: 'web' },
    };
    const results = await Promise.all(
      Array.from({ length: 8 }, () => ensureEndpoint(deps, request, signal)),
    );
    expect(results.filter(({ status }) => status === 'active').length).toBeGreaterThan(0);
    expect(results.every(({ status }) => status === 'active' || status === 'busy')).toBe(true);
    expect(calls.filter((call) => call === 'register')).toHaveLength(1);
    expect(hooks.size).toBe(1);
  });

  it('an end that has begun sees no new registration', async () => {
    const { deps, hooks } = fakeService(inbox);
    await inbox.admin`update public.connections set status = 'disconnecting'`;
    const request = {
      workspaceId: inbox.workspaceId,
      connectionId: inbox.connectionId,
      scopeKey: 'northwind/web',
      scope: {},
    };
    expect(await ensureEndpoint(deps, request, signal)).toEqual({ status: 'busy' });
    expect(hooks.size).toBe(0);
  });
});
