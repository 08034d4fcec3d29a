import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import { createWebhookSecretOpener } from '#lib/security/open-webhook-secret';
import { type EndpointDeps, ensureEndpoint, removeEndpoints } from '#lib/webhooks/index';
import { fakeService } from './fake-service.ts';
import { githubHeaders, type InboxFixture, inboxFixture } from './inbox-fixture.ts';

let inbox: InboxFixture;
beforeAll(async () => {
  inbox = await inboxFixture();
});
afterAll(() => inbox.close());
beforeEach(() => inbox.admin`delete from public.webhook_endpoints`);

const { signal } = new AbortController();
const service = () => fakeService(inbox);
const request = () => ({
  workspaceId: inbox.workspaceId,
  connectionId: inbox.connectionId,
  scopeKey: 'northwind/web',
  scope: { owner: 'northwind', repo: 'web' },
});

const endpoint = async () => {
  const [row] = await inbox.admin`
    select e.id, e.status, e.detail, e.url, e.remote_id, s.envelope, s.previous_envelope
    from public.webhook_endpoints e left join private.webhook_secrets s on s.endpoint_id = e.id`;
  return row ?? {};
};

describe('ensureEndpoint', () => {
  it('registers once, with a secret only the gateway can open, and takes what is signed with it', async () => {
    const { deps, hooks } = service();
    const result = await ensureEndpoint(deps, request(), signal);
    const again = await ensureEndpoint(deps, request(), signal);
    expect(again).toEqual(result);
    expect([...hooks]).toHaveLength(1);
    const row = await endpoint();
    const hook = hooks.get('1');
    expect(hook?.url).toBe(`http://127.0.0.1:3000/api/webhooks/github/${row['id']}`);
    expect(hook?.secret).toMatch(/^[0-9a-f]{64}$/);
    expect(row).toMatchObject({ status: 'active', remote_id: '1', detail: null });
    const opener = createWebhookSecretOpener(inbox.gatewayKey.privateKey);
    const at = { workspaceId: inbox.workspaceId, endpointId: String(row['id']) };
    expect(opener.open(row['envelope'] as Buffer, at).toString()).toBe(hook?.secret);

    const headers = Object.entries(githubHeaders(hook?.secret ?? '', '{}'));
    const receiver = inbox.receiver();
    const answer = await receiver.receive({
      method: 'POST',
      connector: 'github',
      endpointId: at.endpointId,
      headers: Object.fromEntries(headers.map(([name, value]) => [name, [value]])),
      body: (async function* () {
        yield Buffer.from('{}');
      })(),
    });
    expect(answer.status).toBe(200);
    await receiver.close();
  });

  it('says why when the service cannot reach us, and registers nothing', async () => {
    const { deps, hooks } = service();
    const far: EndpointDeps = {
      ...deps,
      connect: async (at, options) => ({
        ...(await deps.connect(at, options)),
        apiBaseUrl: 'https://api.github.com',
      }),
    };
    expect(await ensureEndpoint(far, request(), signal)).toEqual({
      status: 'unavailable',
      reason: expect.stringContaining('PUBLIC_URL is not set'),
      isFinal: true,
    });
    expect(hooks.size).toBe(0);
    expect(await endpoint()).toEqual({});
  });

  it('keeps the reason of a refusal, and whether asking again makes sense', async () => {
    const { deps, faults } = service();
    faults.push(
      new HubError('provider.forbidden', 'You may not add webhooks here.'),
      new HubError('provider.unavailable', 'GitHub has a fault.', { retry: 'later' }),
    );
    expect(await ensureEndpoint(deps, request(), signal)).toEqual({
      status: 'unavailable',
      reason: 'You may not add webhooks here.',
      isFinal: true,
    });
    expect(await endpoint()).toMatchObject({
      status: 'failed',
      detail: 'You may not add webhooks here.',
    });
    expect(await ensureEndpoint(deps, request(), signal)).toMatchObject({ isFinal: false });
    const before = (await endpoint())['envelope'];
    expect(await ensureEndpoint(deps, request(), signal)).toMatchObject({ status: 'active' });
    const after = await endpoint();
    expect(after).toMatchObject({ status: 'active', detail: null });
    // The service may have taken the former secret although its answer was a fault.
    expect(after['previous_envelope']).toEqual(before);
  });

  it('takes everything back, and its address is unknown from then on', async () => {
    const { deps, hooks } = service();
    await ensureEndpoint(deps, request(), signal);
    await removeEndpoints(deps, request(), signal);
    expect(hooks.size).toBe(0);
    expect(await endpoint()).toMatchObject({ status: 'removed', remote_id: null, envelope: null });
    expect(await ensureEndpoint(deps, request(), signal)).toMatchObject({ status: 'active' });
  });

  it('takes back what it can when the connection cannot be opened any more', async () => {
    const { deps } = service();
    await ensureEndpoint(deps, request(), signal);
    const closed: EndpointDeps = {
      ...deps,
      connect: () => Promise.reject(new HubError('connections.needs_reauth')),
    };
    await removeEndpoints(closed, request(), signal);
    expect(await endpoint()).toMatchObject({
      status: 'removed',
      detail: expect.stringContaining('could not be opened'),
    });
  });
});
