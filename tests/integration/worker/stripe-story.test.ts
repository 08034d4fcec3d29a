import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkConnection,
  connectByKey,
  disconnect,
  getConnection,
  listScopes,
} from '#lib/connections/index';
import type { JsonObject } from '#lib/core/index';
import { connectorRules } from '#lib/hub/connector-rules';
import { beginDisconnect } from '#lib/hub/sagas/start-sagas';
import { patchRecord } from '#lib/records/index';
import { createStream } from '#lib/sync/index';
import { patience } from '../../setup/patience.ts';
import { openSandboxWorld, type SandboxWorld } from './sandbox-world.ts';

interface TrueObject {
  id: string;
  name: string | null;
  email: string | null;
  description: string | null;
  deleted?: boolean;
}

let world: SandboxWorld;
let connectionId: string;
let key: string;

beforeAll(async () => {
  world = await openSandboxWorld({
    apps: [],
    seed: { issues: 1, webIssues: 1 },
    settings: {
      stripe: { seed: { customers: 130, payments: 210 }, retryMs: [200, 200], callsPerSecond: 200 },
    },
  });
  key = await newKey();
});
afterAll(() => world.close());

const place = () => ({ workspaceId: world.workspaceId, connectionId });
const stripe = () => world.sandbox.at('stripe').control;
const newKey = async () => (await stripe().call<{ secret: string }>('POST', '/keys')).secret;
const truth = (table: string) => stripe().call<TrueObject[]>('GET', `/objects/${table}`);
const connectionNow = () => world.asMember((tx) => getConnection(tx, place()));

async function act(method: string, path: string, form: Record<string, string>) {
  const did = await stripe().call<{ status: number; json: TrueObject }>('POST', '/act', {
    method,
    path,
    form,
  });
  expect(did.status).toBe(200);
  return did.json;
}

const connect = (secret: string, connection?: string) =>
  connectByKey(
    world.web,
    world.member,
    { workspaceId: world.workspaceId },
    {
      connector: 'stripe',
      auth_kind: 'api_key',
      fields: { key: secret },
      is_sandbox: true,
      ...(connection ? { connection_id: connection } : {}),
    },
  );

async function follow(resource: 'customers' | 'payments', kind: string): Promise<void> {
  const { web, member, workspaceId, admin } = world;
  const { data } = await listScopes(web, member, { ...place(), resource });
  const [chosen] = data;
  if (!chosen) throw new Error('The account is not offered');
  const { id } = await world.asMember((tx) =>
    createStream(tx, {
      workspaceId,
      connectionId,
      resource,
      kind,
      name: chosen.title,
      scopeKey: chosen.key,
      scope: chosen.scope as JsonObject,
      requestedBy: member.userId,
    }),
  );
  const phase = async () =>
    (await admin`select phase from public.streams where id = ${id}`)[0]?.['phase'];
  await expect.poll(phase, { timeout: 40_000, interval: 100 }).toBe('live');
}

async function recordOf(externalId: string) {
  const [row] = await world.admin<
    { id: string; version: number; data: JsonObject; gone: boolean }[]
  >`
    select r.id, r.version::int, r.data, r.deleted_at is not null as gone
    from public.records r join public.links l on l.record_id = r.id
    where l.external_id = ${externalId}`;
  return row;
}
const dataOf = async (externalId: string) => (await recordOf(externalId))?.data;

async function edit(externalId: string, data: JsonObject): Promise<void> {
  const row = await recordOf(externalId);
  if (!row) throw new Error(`There is no record of ${externalId}`);
  const patch = { mutation_id: randomUUID(), version: row.version, data };
  await world.asMember((tx) => patchRecord(tx, connectorRules, { recordId: row.id, patch }));
}

const customerAt = async (n: number): Promise<string> => (await truth('customers'))[n]?.id ?? '';
const trueCustomer = async (id: string) => (await truth('customers')).find((one) => one.id === id);

describe('the story of an account, in order', () => {
  it('connects by the key that the sandbox shows, and by no other', async () => {
    await expect(connect(`sk_test_${'x'.repeat(24)}`)).rejects.toMatchObject({
      code: 'connections.key_refused',
    });
    connectionId = (await connect(key)).id;
    expect(await connectionNow()).toMatchObject({
      status: 'active',
      account_name: 'Northwind Pumps',
    });
  });

  it('reads every customer and every payment', async () => {
    await follow('customers', 'contact');
    await follow('payments', 'payment');
    const rows = await world.admin<{ id: string; kind: string }[]>`
      select external_id as id, kind from public.links`;
    const idsOf = (kind: string) =>
      rows
        .filter((row) => row.kind === kind)
        .map((row) => row.id)
        .sort();
    const trueIds = async (table: string) => (await truth(table)).map(({ id }) => id).sort();
    expect(idsOf('contact')).toEqual(await trueIds('customers'));
    expect(idsOf('payment')).toEqual(await trueIds('payments'));
    const [states] = await world.admin<{ n: number; refunded: number }[]>`
      select count(*) filter (where data ->> 'state' is null)::int as n,
        count(*) filter (where data ->> 'state' = 'refunded')::int as refunded
      from public.records where kind = 'payment'`;
    expect(states?.n).toBe(0);
    expect(states?.refunded).toBeGreaterThan(0);
  });

  it('is told of changes under the secret that Stripe chose', async () => {
    await expect
      .poll(connectionNow, patience)
      .toMatchObject({ delivery: 'webhook', webhooks: [{ status: 'active' }] });
    const id = await customerAt(3);
    await act('POST', `/v1/customers/${id}`, { name: 'Changed at Stripe' });
    await expect.poll(async () => (await dataOf(id))?.['name'], patience).toBe('Changed at Stripe');
    const made = await act('POST', '/v1/customers', { name: 'New at Stripe' });
    await expect
      .poll(async () => (await dataOf(made.id))?.['name'], patience)
      .toBe('New at Stripe');
  });

  it('many changes within a second end in the last of them', async () => {
    const id = await customerAt(4);
    for (let n = 1; n <= 8; n += 1) {
      await act('POST', `/v1/customers/${id}`, { name: `Turn ${n}` });
    }
    await expect.poll(async () => (await dataOf(id))?.['name'], patience).toBe('Turn 8');
  });

  it('sees money go back', async () => {
    const paid = await act('POST', '/v1/payment_intents', {
      amount: '9000',
      currency: 'eur',
      confirm: 'true',
      payment_method: 'pm_card_visa',
    });
    await expect
      .poll(() => dataOf(paid.id), patience)
      .toMatchObject({ state: 'succeeded', amount: 9_000, refunded: 0 });
    await act('POST', '/v1/refunds', { payment_intent: paid.id, amount: '4000' });
    await expect
      .poll(() => dataOf(paid.id), patience)
      .toMatchObject({ state: 'partly_refunded', refunded: 4_000 });
  });

  it('sends out edits made here', async () => {
    const id = await customerAt(5);
    await edit(id, { name: 'Changed in the hub', emails: ['hub@example.com'], description: null });
    await expect
      .poll(() => trueCustomer(id), patience)
      .toMatchObject({ name: 'Changed in the hub', email: 'hub@example.com', description: null });
    const payment = (await truth('payments'))[2]?.id ?? '';
    await edit(payment, { description: 'Described in the hub' });
    await expect
      .poll(async () => (await truth('payments')).find((one) => one.id === payment), patience)
      .toMatchObject({ description: 'Described in the hub' });
  });

  it('takes back an edit Stripe refuses, with its reason', async () => {
    const id = await customerAt(6);
    const before = (await dataOf(id))?.['emails'];
    await edit(id, { emails: ['nobody'] });
    await expect.poll(async () => (await dataOf(id))?.['emails'], patience).toEqual(before);
    const [link] = await world.admin<{ state: string; error: { message: string } }[]>`
      select state, error from public.links where external_id = ${id}`;
    expect(link).toMatchObject({
      state: 'refused',
      error: { message: expect.stringContaining('Invalid email address') as string },
    });
  });

  it('a customer deleted there is gone here', async () => {
    const id = await customerAt(7);
    await act('DELETE', `/v1/customers/${id}`, {});
    await expect.poll(async () => (await recordOf(id))?.gone, patience).toBe(true);
  });

  it('a key that was rolled asks for another, which takes its place', async () => {
    await stripe().call('POST', '/keys/revoke', { secret: key });
    const { web, member } = world;
    await expect(checkConnection(web, member, place())).rejects.toMatchObject({
      code: 'connections.needs_reauth',
    });
    expect((await connect(await newKey(), connectionId)).id).toBe(connectionId);
    expect(await checkConnection(web, member, place())).toMatchObject({ status: 'active' });
  });

  it('disconnects: the webhook is taken back, the records stay', async () => {
    const { web, member } = world;
    await disconnect(web, member, place(), (tx) =>
      beginDisconnect(tx, { ...place(), requestedBy: member.userId }),
    );
    await expect.poll(async () => (await connectionNow()).status, patience).toBe('disconnected');
    expect(await stripe().call('GET', '/status')).toMatchObject({ endpoints: [] });
    const [left] = await world.admin`select count(*)::int as n from public.records`;
    expect(left?.['n']).toBeGreaterThan(300);
  });
});
