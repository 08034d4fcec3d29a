import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import {
  changeSecret,
  createSubscription,
  endPreviousSecret,
  sendTestDelivery,
} from '#lib/delivery/index';
import { subscriptionInputSchema, webhookPayloadSchema } from '#lib/delivery/schema';
import { isLong } from '../../setup/is-long.ts';
import { patience } from '../../setup/patience.ts';
import { type Member, makeMember } from '../sync/world.ts';
import { commitChanges, statusesOf } from './delivery-world.ts';
import {
  type Heard,
  makeWebhookWorld,
  type Receiver,
  startReceiver,
  type WebhookWorld,
} from './webhook-world.ts';

let world: WebhookWorld;
let one: Receiver;
let two: Receiver;
let member: Member;
beforeAll(async () => {
  [world, one, two] = await Promise.all([makeWebhookWorld(), startReceiver(), startReceiver()]);
  await world.startWorker([one.hostPort, two.hostPort, '127.0.0.1:9']);
});
afterAll(async () => {
  await world.close();
  await Promise.all([one.close(), two.close()]);
});
let made = 0;
beforeEach(async () => {
  made += 1;
  member = await makeMember(world.admin, `sender-${made}`);
  for (const receiver of [one, two]) {
    receiver.heard = [];
    receiver.answer = () => ({ status: 200, body: 'ok' });
  }
});
afterEach(() => world.admin`delete from public.subscriptions where kind <> 'analytics'`);

const deps = () => ({ userId: member.userId, sealKey: world.keys.worker.publicKey });

async function subscribe(url: string, more: object = {}) {
  const made = await asUser(world.web, member, (tx) =>
    createSubscription(tx, deps(), {
      workspaceId: member.workspaceId,
      input: subscriptionInputSchema.parse({
        kind: 'webhook',
        name: 'A hook',
        config: { url },
        max_in_flight: 8,
        per_second: 1_000,
        ...more,
      }),
    }),
  );
  return { id: made.id, secret: made.secret ?? '' };
}

const change = (records: readonly string[], version = 1) =>
  commitChanges(
    world.admin,
    member.workspaceId,
    records.map((recordId) => ({ recordId, version, diff: { title: ['old', 'new'] } })),
  );
const ids = (n: number) => Array.from({ length: n }, () => newId());

const headersOf = ({ headers }: Heard): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
const verify = (secret: string, heard: Heard | undefined) => {
  if (!heard) throw new Error('nothing was heard');
  return new Webhook(secret).verify(heard.body, headersOf(heard));
};
const becomes = async (id: string, statuses: Record<string, number>): Promise<void> => {
  await expect.poll(() => statusesOf(world, id), patience).toEqual(statuses);
};
const subscription = async (id: string) => {
  const [row] = await world.admin`
    select status, status_code, status_reason from public.subscriptions where id = ${id}`;
  return row;
};
const breaker = async (id: string) => {
  const [row] = await world.admin<{ state: string; rests: number; rest_until: string | null }[]>`
    select state, rests, rest_until from public.subscription_breakers where subscription_id = ${id}`;
  return row ?? null;
};

describe('a change', () => {
  it('arrives as a signed POST that the official library takes', async () => {
    const { id, secret } = await subscribe(one.url);
    const [recordId = ''] = ids(1);
    await change([recordId]);
    await becomes(id, { delivered: 1 });
    const [heard] = one.heard;
    const payload = webhookPayloadSchema.parse(verify(secret, heard));
    expect(payload).toMatchObject({
      type: 'record.updated',
      data: {
        change: { record_id: recordId, diff: { title: ['old', 'new'] } },
        record: { id: recordId, fields: { title: 'A task', state: 'open' } },
      },
    });
    expect(heard?.headers).toMatchObject({
      'content-type': 'application/json',
      'patchbay-attempt': '1',
    });
    const [row] = await world.admin`select id from public.deliveries where subscription_id = ${id}`;
    expect(heard?.headers['webhook-id']).toBe(row?.['id']);
  });

  it('is tried again under the same id until it is taken', async () => {
    const { id, secret } = await subscribe(one.url);
    one.answer = (_heard, nth) =>
      nth === 1
        ? { status: 500, headers: { 'retry-after': '1' }, body: 'key=sk_live_0123456789' }
        : { status: 204 };
    await change(ids(1));
    await becomes(id, { delivered: 1 });
    expect(one.heard.map(({ headers }) => headers['patchbay-attempt'])).toEqual(['1', '2']);
    expect(new Set(one.heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    for (const heard of one.heard) verify(secret, heard);
    const [row] = await world.admin<{ attempt_log: Record<string, unknown>[] }[]>`
      select attempt_log from public.deliveries where subscription_id = ${id}`;
    expect(row?.attempt_log).toMatchObject([
      { outcome: 'delivered', status: 204 },
      { outcome: 'retry', status: 500, code: 'http.500' },
    ]);
    expect(JSON.stringify(row?.attempt_log)).not.toContain('sk_live');
  });

  it('answered by 410 ends the subscription, with a reason and an incident', async () => {
    const { id } = await subscribe(one.url);
    one.answer = () => ({ status: 410 });
    await change(ids(1));
    await expect
      .poll(() => subscription(id), patience)
      .toMatchObject({ status: 'disabled', status_code: 'http.410' });
    const incidents = await world.admin`
      select code, closed_at from public.subscription_incidents where subscription_id = ${id}`;
    expect(incidents).toMatchObject([{ code: 'http.410', closed_at: null }]);
  });

  it('answered by a redirect is not followed', async () => {
    const { id } = await subscribe(one.url);
    one.answer = () => ({ status: 307, headers: { location: two.url } });
    await change(ids(1));
    await becomes(id, { failed: 1 });
    expect(two.heard).toEqual([]);
  });

  it('gets no more than an excerpt of its answer read', async () => {
    const { id } = await subscribe(one.url);
    one.answer = () => ({ status: 200, body: `${'a'.repeat(2_000)}${'b'.repeat(1_000_000)}` });
    await change(ids(1));
    await becomes(id, { delivered: 1 });
    const [row] = await world.admin<{ excerpt: string }[]>`
      select attempt_log -> 0 ->> 'excerpt' as excerpt from public.deliveries where subscription_id = ${id}`;
    expect(row?.excerpt.length).toBeLessThanOrEqual(1_024);
    expect(row?.excerpt).not.toContain('b');
  });
});

describe('a secret', () => {
  it('that is replaced is signed with beside the new one, until it is ended', async () => {
    const { id, secret: old } = await subscribe(one.url);
    const { secret } = await asUser(world.web, member, (tx) =>
      changeSecret(tx, deps(), { id, input: { overlap_hours: 24 } }),
    );
    await change(ids(1));
    await becomes(id, { delivered: 1 });
    verify(old, one.heard[0]);
    verify(secret ?? '', one.heard[0]);
    expect(await asUser(world.web, member, (tx) => endPreviousSecret(tx, id))).toBe(true);
    await change(ids(1));
    await becomes(id, { delivered: 2 });
    verify(secret ?? '', one.heard[1]);
    expect(() => verify(old, one.heard[1])).toThrow('signature');
  });
});

describe('a test', () => {
  it('is sent like any other, says what it is, and is no change', async () => {
    const { id, secret } = await subscribe(one.url);
    await asUser(world.web, member, (tx) =>
      sendTestDelivery(tx, { subscriptionId: id, userId: member.userId }),
    );
    await becomes(id, { delivered: 1 });
    expect(verify(secret, one.heard[0])).toMatchObject({
      type: 'hub.test',
      data: { change: { position: 0 }, record: null },
    });
  });
});

describe('a destination that does not work', () => {
  it('is left alone after a few faults, and holds no other up', async () => {
    const [bad, good] = [await subscribe(one.url), await subscribe(two.url)];
    one.answer = () => ({ status: 500 });
    await change(ids(40));
    await becomes(good.id, { delivered: 40 });
    await expect.poll(() => breaker(bad.id), patience).toMatchObject({ state: 'open' });
    expect(await breaker(good.id)).toBeNull();
    // Those under way when the fifth fault came, and a try now and then.
    expect(one.heard.length).toBeLessThan(30);
  });

  it('is asked again by one, and then by all, once it works', async () => {
    const { id } = await subscribe(one.url);
    one.answer = () => ({ status: 503, headers: { 'retry-after': '1' } });
    await change(ids(12));
    // Of its own: a call of the test before may still be on its way.
    await expect.poll(() => breaker(id), patience).not.toBeNull();
    one.answer = () => ({ status: 200 });
    // As if the waits had passed.
    const hurry = async () => {
      await world.admin`update public.subscription_breakers
        set retry_at = least(retry_at, now()), rest_until = null where subscription_id = ${id}`;
      await world.admin`update public.deliveries set next_attempt_at = now()
        where subscription_id = ${id} and next_attempt_at > now()`;
      await world.admin`update public.subscriptions set due_at = now() where id = ${id}`;
      return statusesOf(world, id);
    };
    await expect.poll(hurry, { ...patience, interval: 200 }).toEqual({ delivered: 12 });
    expect(await breaker(id)).toMatchObject({ state: 'closed', rests: 0 });
  });

  it('that asks for a pause gets it: what is not under way yet is held', async () => {
    const { id } = await subscribe(one.url, { max_in_flight: 1 });
    one.answer = () => ({ status: 429, headers: { 'retry-after': '600' } });
    await change(ids(10));
    await expect.poll(async () => (await breaker(id))?.rests, patience).toBe(1);
    const held = () => world.admin`
      select 1 from public.deliveries where subscription_id = ${id}
        and attempt_log -> 0 ->> 'code' = 'destination.resting'`;
    await expect.poll(async () => (await held()).length, patience).toBeGreaterThan(0);
    expect(one.heard.length).toBe(1);
  });

  it('and owes many leaves the others as quick as they are', async () => {
    const owed = isLong ? 10_000 : 300;
    const dead = await subscribe('http://127.0.0.1:9/hook', { max_in_flight: 32 });
    for (let n = 0; n < owed; n += 100) await change(ids(100));
    await expect
      .poll(async () => {
        const [row] = await world.admin<{ n: number }[]>`
          select count(*)::int as n from public.deliveries where subscription_id = ${dead.id}`;
        return row?.n;
      }, patience)
      .toBe(owed);
    const good = await subscribe(two.url);
    await change(ids(50));
    await becomes(good.id, { delivered: 50 });
    const [calls] = await world.admin<{ n: number }[]>`
      select count(*)::int as n from public.deliveries, jsonb_array_elements(attempt_log) a
      where subscription_id = ${dead.id} and a ->> 'outcome' = 'retry'`;
    // The dead one cost a handful of calls, however much it is owed.
    expect(calls?.n).toBeLessThan(60);
    expect(two.heard.length).toBe(50);
  });
});
