import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Api } from '#lib/api/index';
import { newId, systemClock } from '#lib/core/index';
import { connectors } from '#lib/hub/connectors';
import { logger } from '#lib/observability/index';
import { generateKeyPair } from '#lib/security/index';
import { createWebhookSecretOpener } from '#lib/security/open-webhook-secret';
import { createReceiver, type Receiver } from '#lib/webhooks/index';
import { ask, type Person, rows, startWeb, type WebFixture } from './web-fixture.ts';

const keys = generateKeyPair();
const opener = createWebhookSecretOpener(keys.privateKey);
const secret = '8f742231b10e8888abcd99yyyzzz85a5';

let web: WebFixture;
let api: Api;
let people: Record<'admin' | 'editor' | 'viewer', Person>;
let workspaceId: string;
let appId: string;
let receiver: Receiver;

beforeAll(async () => {
  web = await startWeb({
    SEAL_GATEWAY_PUBLIC_KEY: keys.publicKey,
    SANDBOX_URL: 'http://127.0.0.1:4999',
  });
  api = web.api();
  people = {
    admin: await web.person('admin'),
    editor: await web.person('editor'),
    viewer: await web.person('viewer'),
  };
});
afterAll(() => web.close());
beforeEach(async () => {
  workspaceId = await web.workspace('here', [
    [people.admin, 'admin'],
    [people.editor, 'editor'],
    [people.viewer, 'viewer'],
  ]);
  appId = await putApp('slack', workspaceId);
  receiver = createReceiver({
    db: web.db,
    aside: web.db,
    findManifest: (name) => connectors.get(name)?.manifest.webhook ?? null,
    findParser: (name) => connectors.get(name)?.webhook ?? null,
    openSecret: (envelope, at) => opener.open(envelope, at),
    clock: systemClock,
    log: logger('test', 'silent'),
  });
  return () => receiver.close();
});

async function putApp(connector: string, workspace: string): Promise<string> {
  const id = newId();
  await web.admin`
    insert into public.apps (id, workspace_id, connector, client_id, is_preset)
    values (${id}, ${workspace}, ${connector}, 'client', true)`;
  return id;
}

async function putConnection(team: string, app = appId, workspace = workspaceId): Promise<string> {
  const id = newId();
  await web.admin`
    insert into public.connections (id, workspace_id, connector, app_id, account_id, account_name, status)
    values (${id}, ${workspace}, 'slack', ${app}, ${team}, 'Northwind', 'active')`;
  return id;
}

const paste = (json: unknown, who: Person = people.admin, id = appId) =>
  ask(api, `/apps/${id}/webhook`, { method: 'PUT', cookie: who.cookie, json });
const listed = (who: Person = people.admin) =>
  ask(api, '/app-webhooks', { cookie: who.cookie, query: { workspace_id: workspaceId } });

/** A call as Slack makes it. */
async function deliver(payload: object, signedWith = secret) {
  const body = JSON.stringify(payload);
  const seconds = String(Math.floor(systemClock.now() / 1000));
  const mac = createHmac('sha256', signedWith).update(`v0:${seconds}:${body}`).digest('hex');
  const answer = await receiver.receive({
    method: 'POST',
    connector: 'slack',
    endpointId: appId,
    headers: {
      'content-type': ['application/json'],
      'x-slack-request-timestamp': [seconds],
      'x-slack-signature': [`v0=${mac}`],
    },
    body: (async function* () {
      yield Buffer.from(body);
    })(),
  });
  return { status: answer.status, body: answer.body };
}
const challenge = { type: 'url_verification', challenge: 'are-you-there' };
const message = (team: string) => ({
  type: 'event_callback',
  team_id: team,
  event_id: randomUUID(),
  event: { type: 'message', channel: 'C1', user: 'U1', text: 'Hello', ts: '1700000000.000100' },
});
const kept = () => web.admin<{ connection_id: string; workspace_id: string }[]>`
  select connection_id, workspace_id from public.inbox_events where endpoint_id = ${appId}`;

describe('setting up webhooks by hand', () => {
  it('shows an admin the address to copy before there is a secret', async () => {
    expect(rows(await listed())).toEqual([
      expect.objectContaining({
        connector: 'slack',
        app_id: appId,
        url: `http://127.0.0.1:3000/api/webhooks/slack/${appId}`,
        status: 'missing',
        secret_label: 'Signing secret',
        console_url: '/sandbox/slack/apps',
      }),
    ]);
  });

  it('is an admin’s affair', async () => {
    for (const who of [people.editor, people.viewer]) {
      expect((await listed(who)).status).toBe(403);
      expect((await paste({ secret }, who)).status).toBe(403);
    }
    expect(rows(await listed())).toMatchObject([{ status: 'missing' }]);
  });

  it('seals what is pasted to the gateway, writes down who did, and never shows it', async () => {
    const answer = await paste({ secret: `${secret}\n` });
    expect(answer).toMatchObject({ status: 200, json: { status: 'waiting', app_id: appId } });
    const [row] = await web.admin<{ envelope: Buffer }[]>`
      select envelope from private.webhook_secrets where endpoint_id = ${appId}`;
    if (!row) throw new Error('Nothing was sealed');
    expect(row.envelope.includes(secret)).toBe(false);
    expect(opener.open(row.envelope, { workspaceId, endpointId: appId }).toString()).toBe(secret);
    const audit = await web.admin`
      select action, subject, details from public.audit_log where workspace_id = ${workspaceId}`;
    expect(audit).toMatchObject([{ action: 'apps.webhook_saved', subject: appId }]);
    const seen = [answer.json, (await listed()).json, audit];
    expect(JSON.stringify(seen)).not.toContain(secret);
  });

  it.each([
    ['too short', 'abc'],
    ['two lines', 'abcdefgh\nabcdefgh'],
    ['no ASCII', 'geheim–geheim'],
  ])('refuses a secret that is %s, by field', async (_, wrong) => {
    const { status, json } = await paste({ secret: wrong });
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 'request.invalid', errors: [{ field: 'secret' }] });
  });

  it('refuses an app whose webhooks register themselves', async () => {
    const id = await putApp('github', workspaceId);
    expect((await paste({ secret }, people.admin, id)).status).toBe(409);
  });

  it('goes with the app', async () => {
    await paste({ secret });
    const gone = await ask(api, `/apps/${appId}`, {
      method: 'DELETE',
      cookie: people.admin.cookie,
    });
    expect(gone.status).toBe(204);
    const left = await web.admin`
      select id from public.webhook_endpoints where id = ${appId}
      union all select endpoint_id from private.webhook_secrets where endpoint_id = ${appId}`;
    expect(left).toHaveLength(0);
    expect((await deliver(challenge)).status).toBe(404);
  });
});

describe('what comes to the address of an app', () => {
  it('is nothing while there is no secret', async () => {
    expect((await deliver(challenge)).status).toBe(404);
  });

  it('counts as set up once the challenge was signed with the pasted secret', async () => {
    await paste({ secret });
    expect((await deliver(challenge, 'another secret')).status).toBe(401);
    expect(rows(await listed())).toMatchObject([{ status: 'waiting', challenged_at: null }]);
    expect(await deliver(challenge)).toEqual({ status: 200, body: 'are-you-there' });
    const [shown] = rows(await listed());
    expect(shown).toMatchObject({ status: 'active' });
    expect(shown?.['challenged_at']).not.toBeNull();
  });

  it('starts anew with another secret, and the former one is worth nothing', async () => {
    await paste({ secret });
    await deliver(challenge);
    await paste({ secret: 'the-second-signing-secret' });
    expect(rows(await listed())).toMatchObject([{ status: 'waiting' }]);
    expect((await deliver(challenge, 'the-second-signing-secret')).status).toBe(200);
    expect((await deliver(challenge)).status).toBe(401);
  });

  it('reaches the connection of the account it names, and no other', async () => {
    await paste({ secret });
    await putConnection('T-OTHER');
    const mine = await putConnection('T-MINE');
    expect((await deliver(message('T-MINE'))).status).toBe(200);
    expect(await kept()).toEqual([{ connection_id: mine, workspace_id: workspaceId }]);
  });

  it('is left alone where the account belongs to another workspace, or to nobody', async () => {
    await paste({ secret });
    const elsewhere = await web.workspace('elsewhere', [[people.viewer, 'owner']]);
    await putConnection('T-THEIRS', await putApp('slack', elsewhere), elsewhere);
    for (const team of ['T-THEIRS', 'T-NOBODY']) {
      const answer = await deliver(message(team));
      expect(answer).toEqual({ status: 200, body: JSON.stringify({ status: 'ignored' }) });
    }
    expect(await kept()).toHaveLength(0);
    await receiver.close();
    const refused = await web.admin`
      select reason, count::int from public.webhook_refusals where endpoint_id = ${appId}`;
    expect(refused).toEqual([{ reason: 'webhooks.account_unknown', count: 2 }]);
  });
});
