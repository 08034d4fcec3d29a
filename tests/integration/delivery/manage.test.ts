import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isHubError, newId, systemClock } from '#lib/core/index';
import { asUser, type Tx } from '#lib/db/index';
import {
  cancelReplay,
  changeSecret,
  changeSubscription,
  createSubscription,
  deleteSubscription,
  getDelivery,
  listDeliveries,
  listReplays,
  listSubscriptions,
  redriveDeliveries,
  redriveDelivery,
  retain,
  skipDelivery,
  startReplay,
  subscriptionSecretField,
  workReplays,
} from '#lib/delivery/index';
import { subscriptionInputSchema } from '#lib/delivery/schema';
import { generateKeyPair } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import { Mortal } from '../sagas/mortal.ts';
import { type Member, makeMember } from '../sync/world.ts';
import {
  bus,
  commitChanges,
  drain,
  fanOutAll,
  log,
  makeWorld,
  Receiver,
  startWorker,
  subscribe,
  type World,
} from './delivery-world.ts';

const keys = generateKeyPair();
let world: World;
let member: Member;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
let made = 0;
beforeEach(async () => {
  await world.admin`delete from public.subscriptions where kind <> 'analytics'`;
  made += 1;
  member = await makeMember(world.admin, `manager-${made}`);
});

const as = <T>(work: (tx: Tx) => Promise<T>, who: Member = member): Promise<T> =>
  asUser(world.web, who, work);
const deps = () => ({ userId: member.userId, sealKey: keys.publicKey });
const webhook = (more: object = {}) =>
  subscriptionInputSchema.parse({
    kind: 'webhook',
    name: 'A hook',
    config: { url: 'https://example.test/hook' },
    ...more,
  });
const create = (more: object = {}) =>
  as((tx) =>
    createSubscription(tx, deps(), { workspaceId: member.workspaceId, input: webhook(more) }),
  );
const fault = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (isHubError(error) ? error.code : String(error)),
  );
const list = async (filter: object = {}) => {
  const { workspaceId } = member;
  const page = await as((tx) =>
    listDeliveries(tx, { workspaceId, filter, cursor: undefined, limit: 200 }),
  );
  return page.data.toReversed();
};
const replayAll = async (): Promise<void> => {
  for (;;)
    if ((await workReplays({ db: world.worker, clock: systemClock, log, bus })) === 0) return;
};
const versions = (n: number, recordId = newId()) =>
  Array.from({ length: n }, (_, index) => ({ recordId, version: index + 1 }));

describe('a subscription', () => {
  it('begins where it is asked to', async () => {
    await commitChanges(world.admin, member.workspaceId, versions(3));
    const begun = await Promise.all([
      create({ from: 'beginning' }),
      create({ from: 'now' }),
      create({ from: 2 }),
    ]);
    expect(begun.map((row) => row.cursor)).toEqual([0, 3, 2]);
    expect(await fault(create({ from: 4 }))).toBe('request.invalid');
    await fanOutAll(world.worker);
    const rows = await list();
    const byId = begun.map(({ id }) => rows.filter((row) => row.subscription_id === id).length);
    expect(byId).toEqual([3, 0, 1]);
  });

  it('has a secret that only the worker reads, and two while receivers follow', async () => {
    const { id, secret, secret_at: putAt } = await create();
    expect(secret).toMatch(/^whsec_/);
    expect(putAt).not.toBeNull();
    const opener = createOpener(keys.privateKey);
    const context = {
      workspaceId: member.workspaceId,
      ownerId: id,
      field: subscriptionSecretField,
    };
    const stored = async () => {
      const [row] = await world.admin<{ envelope: Buffer; previous_envelope: Buffer | null }[]>`
        select envelope, previous_envelope from private.subscription_secrets where subscription_id = ${id}`;
      return row;
    };
    const first = await stored();
    const text = (sealed: Buffer | null | undefined): string | null =>
      sealed ? Buffer.from(opener.open(sealed, context)).toString() : null;
    expect(text(first?.envelope)).toBe(secret);
    const next = await as((tx) => changeSecret(tx, deps(), { id, input: { overlap_hours: 1 } }));
    const second = await stored();
    expect(text(second?.envelope)).toBe(next.secret);
    expect(text(second?.previous_envelope)).toBe(secret);
    const rows = await as((tx) => listSubscriptions(tx, { workspaceId: member.workspaceId }));
    expect(JSON.stringify(rows)).not.toContain('whsec_');
    const audit = await world.admin`select details, action from public.audit_log`;
    expect(JSON.stringify(audit)).not.toContain('whsec_');
    expect(audit.map((row) => row['action'])).toContain('subscriptions.secret_changed');
  });

  it("is an editor's to make and not to give a secret", async () => {
    const editor = await makeMember(world.admin, `editor-${made}`, 'viewer', member.workspaceId);
    await world.admin`update public.members set role = 'editor' where user_id = ${editor.userId}`;
    const { workspaceId } = member;
    const mail = subscriptionInputSchema.parse({
      kind: 'mail',
      name: 'Told',
      config: { to: ['a@example.test'] },
    });
    const by = { userId: editor.userId, sealKey: keys.publicKey };
    const make = (input: typeof mail) =>
      fault(as((tx) => createSubscription(tx, by, { workspaceId, input }), editor));
    expect(await make(mail)).toBe('done');
    expect(await make(webhook())).toBe('identity.forbidden');
  });

  it('rests while it is paused, and goes on from where it was', async () => {
    const { id } = await create({ from: 'beginning' });
    await commitChanges(world.admin, member.workspaceId, versions(2));
    await fanOutAll(world.worker);
    await as((tx) => changeSubscription(tx, deps(), { id, patch: { status: 'paused' } }));
    await commitChanges(world.admin, member.workspaceId, versions(2));
    await fanOutAll(world.worker);
    const receiver = new Receiver();
    await drain(startWorker(world.worker, receiver));
    expect(receiver.heard).toEqual([]);
    await as((tx) => changeSubscription(tx, deps(), { id, patch: { status: 'active' } }));
    await fanOutAll(world.worker);
    await drain(startWorker(world.worker, receiver));
    expect(receiver.heard.map((one) => one.position).toSorted()).toEqual([1, 2, 3, 4]);
  });

  it('takes what it owed along when it is deleted, in steps', async () => {
    const { id } = await create({ from: 'beginning' });
    await commitChanges(world.admin, member.workspaceId, versions(5));
    await fanOutAll(world.worker);
    await as((tx) => deleteSubscription(tx, deps(), { id }));
    const rows = await as((tx) => listSubscriptions(tx, { workspaceId: member.workspaceId }));
    expect(rows.map((row) => row.kind)).toEqual(['analytics']);
    while ((await retain({ db: world.worker, changeDays: 90 })) > 0);
    const [left] = await world.admin`
      select (select count(*)::int from public.subscriptions where id = ${id}) as subscriptions,
        (select count(*)::int from public.deliveries where subscription_id = ${id}) as deliveries`;
    expect(left).toEqual({ subscriptions: 0, deliveries: 0 });
  });

  it("refuses a destination of another shape, and changes of the hub's own", async () => {
    const { id } = await create();
    const config = { url: 'https://user:word@example.test/' };
    const patch = (target: string, body: object) =>
      fault(as((tx) => changeSubscription(tx, deps(), { id: target, patch: body })));
    expect(await patch(id, { config })).toBe('request.invalid');
    expect(await patch(id, { config: { to: ['a@example.test'] } })).toBe('request.invalid');
    const own = (await as((tx) => listSubscriptions(tx, { workspaceId: member.workspaceId }))).find(
      (row) => row.kind === 'analytics',
    );
    expect(await patch(own?.id ?? '', { name: 'Mine' })).toBe('resource.conflict');
    expect(await fault(as((tx) => deleteSubscription(tx, deps(), { id: own?.id ?? '' })))).toBe(
      'resource.conflict',
    );
    const stranger = await makeMember(world.admin, `stranger-${made}`);
    expect(await fault(as((tx) => deleteSubscription(tx, deps(), { id }), stranger))).toBe(
      'resource.not_found',
    );
  });
});

describe('deliveries in hand', () => {
  const refuse = () => ({ type: 'refused', code: 'http.400', reason: 'It answered 400.' }) as const;

  it('are sent again, one or many, under the same id', async () => {
    await create({ from: 'beginning' });
    await commitChanges(world.admin, member.workspaceId, [...versions(2), ...versions(1)]);
    await fanOutAll(world.worker);
    const receiver = new Receiver();
    receiver.answer = refuse;
    const worker = startWorker(world.worker, receiver);
    await drain(worker);
    const dead = await list({ status: 'dead' });
    expect(dead).toHaveLength(3);
    receiver.answer = () => ({ type: 'delivered' });
    receiver.heard = [];
    const [one] = dead;
    await as((tx) => redriveDelivery(tx, { id: one?.id ?? '', userId: member.userId }));
    await drain(worker);
    expect(receiver.heard.map(({ id, attempt }) => [id, attempt])).toEqual([[one?.id, 1]]);
    const want = {
      subscription_id: one?.subscription_id ?? '',
      status: 'dead',
      preview: true,
    } as const;
    const many = (preview: boolean) =>
      as((tx) =>
        redriveDeliveries(tx, {
          workspaceId: member.workspaceId,
          userId: member.userId,
          want: { ...want, preview },
        }),
      );
    expect(await many(true)).toEqual({ redriven: 0, left: 2 });
    expect(await many(false)).toEqual({ redriven: 2, left: 0 });
    await drain(worker);
    expect((await list()).map((row) => row.status)).toEqual([
      'delivered',
      'delivered',
      'delivered',
    ]);
    const detail = await as((tx) => getDelivery(tx, one?.id ?? ''));
    expect(detail.attempt_log.map((entry) => entry.outcome)).toEqual(['delivered', 'refused']);
    expect(detail.diff).toEqual({ title: [null, 'A title'] });
  });

  it('are passed over, so that the record goes on', async () => {
    await create({ from: 'beginning' });
    await commitChanges(world.admin, member.workspaceId, versions(2));
    await fanOutAll(world.worker);
    const receiver = new Receiver();
    receiver.answer = ({ version }) =>
      version === 1 ? { type: 'retry', code: 'x', reason: 'y' } : { type: 'delivered' };
    const worker = startWorker(world.worker, receiver);
    await drain(worker);
    const [first] = await list();
    await as((tx) => skipDelivery(tx, { id: first?.id ?? '', userId: member.userId }));
    await drain(worker);
    expect((await list()).map((row) => row.status)).toEqual(['skipped', 'delivered']);
    expect(
      await fault(as((tx) => skipDelivery(tx, { id: first?.id ?? '', userId: member.userId }))),
    ).toBe('resource.conflict');
  });

  it('are listed page by page', async () => {
    await create({ from: 'beginning' });
    await commitChanges(world.admin, member.workspaceId, versions(5));
    await fanOutAll(world.worker);
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const from = cursor;
      const page = await as((tx) =>
        listDeliveries(tx, { workspaceId: member.workspaceId, filter: {}, cursor: from, limit: 2 }),
      );
      seen.push(...page.data.map((row) => row.position));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual([5, 4, 3, 2, 1]);
  });
});

describe('a replay', () => {
  const start = (subscriptionId: string, input: object) =>
    as((tx) =>
      startReplay(tx, {
        subscriptionId,
        userId: member.userId,
        input: { from: 'beginning', preview: false, ...input },
      }),
    );

  it('says how much it would be, and makes each position once although workers die over it', async () => {
    const { id } = await create({ from: 'now', filter: { fields: ['title'] } });
    await commitChanges(world.admin, member.workspaceId, [
      ...versions(600),
      { recordId: newId(), diff: { state: ['open', 'done'] } },
    ]);
    await world.admin`update public.subscriptions set cursor = 601 where id = ${id}`;
    expect(await start(id, { from: { position: 11 }, preview: true })).toMatchObject({
      id: null,
      status: 'preview',
      changes: 591,
    });
    const replay = await start(id, { from: { position: 11 } });
    for (let breath = 1; breath < 40; breath += 3) {
      const mortal = new Mortal(breath);
      await workReplays({ db: mortal.db(world.worker), clock: systemClock, log, bus }).catch(
        () => 0,
      );
    }
    await replayAll();
    const [row] = await world.admin`
      select array_agg(position::int order by position) as positions from public.deliveries
      where replay_id = ${replay.id}`;
    expect(row?.['positions']).toEqual(Array.from({ length: 590 }, (_, n) => n + 11));
    const [told] = await as((tx) => listReplays(tx, id));
    expect(told).toMatchObject({ status: 'done', created_count: 590, cursor: 601 });
  });

  it('comes in the order of each record, and again under other ids', async () => {
    const { id } = await create({ from: 'beginning' });
    await commitChanges(world.admin, member.workspaceId, versions(3));
    await fanOutAll(world.worker);
    const receiver = new Receiver();
    const worker = startWorker(world.worker, receiver);
    await drain(worker);
    await start(id, {});
    await replayAll();
    await drain(worker);
    expect(receiver.heard.map((one) => one.version)).toEqual([1, 2, 3, 1, 2, 3]);
    expect(new Set(receiver.heard.map((one) => one.id)).size).toBe(6);
  });

  it('is cancelled without holding back what comes after it', async () => {
    const { id } = await create({ from: 'beginning' });
    const recordId = newId();
    await commitChanges(world.admin, member.workspaceId, versions(3, recordId));
    await fanOutAll(world.worker);
    const receiver = new Receiver();
    const worker = startWorker(world.worker, receiver);
    await drain(worker);
    const replay = await start(id, {});
    await replayAll();
    await commitChanges(world.admin, member.workspaceId, [{ recordId, version: 4 }]);
    await fanOutAll(world.worker);
    const cancelled = await as((tx) =>
      cancelReplay(tx, { subscriptionId: id, replayId: replay.id ?? '', userId: member.userId }),
    );
    expect(cancelled.created_count).toBe(3);
    receiver.heard = [];
    await drain(worker);
    expect(receiver.heard.map((one) => one.version)).toEqual([4]);
    expect((await list({ status: 'cancelled' })).length).toBe(3);
  });

  it('goes by time, and refuses what is not there', async () => {
    const { id } = await create({ from: 'now' });
    await commitChanges(
      world.admin,
      member.workspaceId,
      [1, 2, 3].map((hour) => ({ recordId: newId(), at: `2026-05-01T0${hour}:00:00.000Z` })),
    );
    const from = { at: '2026-05-01T01:30:00.000Z' };
    expect(await start(id, { from, preview: true })).toMatchObject({
      after_position: 1,
      changes: 2,
    });
    const to = { at: '2026-05-01T02:30:00.000Z' };
    expect(await start(id, { from, to, preview: true })).toMatchObject({ upto_position: 2 });
    expect(await fault(start(id, { from: { position: 9 } }))).toBe('request.invalid');
    await world.admin`
      update private.workspace_clocks set pruned_to = 2 where workspace_id = ${member.workspaceId}`;
    expect(await fault(start(id, { from: { position: 2 } }))).toBe('records.position_gone');
  });
});

it('makes the same deliveries by hand and by the API', async () => {
  const byHand = await subscribe(world, { workspaceId: member.workspaceId });
  const { id } = await create({ from: 'beginning' });
  await commitChanges(world.admin, member.workspaceId, versions(3));
  await fanOutAll(world.worker);
  const rows = await list();
  const of = (which: string) => rows.filter((row) => row.subscription_id === which).length;
  expect([of(byHand), of(id)]).toEqual([3, 3]);
});
