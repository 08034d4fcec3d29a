import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import {
  changeSecret,
  changeSubscription,
  createSubscription,
  deleteSubscription,
  getDelivery,
  listDeliveries,
  listSubscriptions,
  redriveDeliveries,
  redriveDelivery,
  retain,
  skipDelivery,
  subscriptionSecretField,
} from '#lib/delivery/index';
import { subscriptionInputSchema } from '#lib/delivery/schema';
import { createOpener } from '#lib/security/open';
import { makeMember } from '../sync/world.ts';
import {
  commitChanges,
  drain,
  fanOutAll,
  Receiver,
  startWorker,
  subscribe,
} from './delivery-world.ts';
import { fault, keys, Manager, versions, webhook } from './manager.ts';

let manager: Manager;
beforeAll(async () => {
  manager = await Manager.make();
});
afterAll(() => manager.world.close());
beforeEach(() => manager.begin());

describe('a subscription', () => {
  it('begins where it is asked to', async () => {
    await commitChanges(manager.world.admin, manager.member.workspaceId, versions(3));
    const begun = await Promise.all([
      manager.create({ from: 'beginning' }),
      manager.create({ from: 'now' }),
      manager.create({ from: 2 }),
    ]);
    expect(begun.map((row) => row.cursor)).toEqual([0, 3, 2]);
    expect(await fault(manager.create({ from: 4 }))).toBe('request.invalid');
    await fanOutAll(manager.world.worker);
    const rows = await manager.list();
    const byId = begun.map(({ id }) => rows.filter((row) => row.subscription_id === id).length);
    expect(byId).toEqual([3, 0, 1]);
  });

  it('has a secret that only the worker reads, and two while receivers follow', async () => {
    const { id, secret, secret_at: putAt } = await manager.create();
    expect(secret).toMatch(/^whsec_/);
    expect(putAt).not.toBeNull();
    const opener = createOpener(keys.privateKey);
    const context = {
      workspaceId: manager.member.workspaceId,
      ownerId: id,
      field: subscriptionSecretField,
    };
    const stored = async () => {
      const [row] = await manager.world.admin<
        { envelope: Buffer; previous_envelope: Buffer | null }[]
      >`
        select envelope, previous_envelope from private.subscription_secrets where subscription_id = ${id}`;
      return row;
    };
    const first = await stored();
    const text = (sealed: Buffer | null | undefined): string | null =>
      sealed ? Buffer.from(opener.open(sealed, context)).toString() : null;
    expect(text(first?.envelope)).toBe(secret);
    const next = await manager.as((tx) =>
      changeSecret(tx, manager.deps, { id, input: { overlap_hours: 1 } }),
    );
    const second = await stored();
    expect(text(second?.envelope)).toBe(next.secret);
    expect(text(second?.previous_envelope)).toBe(secret);
    const rows = await manager.as((tx) =>
      listSubscriptions(tx, { workspaceId: manager.member.workspaceId }),
    );
    expect(JSON.stringify(rows)).not.toContain('whsec_');
    const audit = await manager.world.admin`select details, action from public.audit_log`;
    expect(JSON.stringify(audit)).not.toContain('whsec_');
    expect(audit.map((row) => row['action'])).toContain('subscriptions.secret_changed');
  });

  it("is an editor's to make and not to give a secret", async () => {
    const editor = await makeMember(
      manager.world.admin,
      `editor-${newId().slice(-6)}`,
      'viewer',
      manager.member.workspaceId,
    );
    await manager.world
      .admin`update public.members set role = 'editor' where user_id = ${editor.userId}`;
    const { workspaceId } = manager.member;
    const mail = subscriptionInputSchema.parse({
      kind: 'mail',
      name: 'Told',
      config: { to: ['a@example.test'] },
    });
    const by = { userId: editor.userId, sealKey: keys.publicKey };
    const make = (input: typeof mail) =>
      fault(manager.as((tx) => createSubscription(tx, by, { workspaceId, input }), editor));
    expect(await make(mail)).toBe('done');
    expect(await make(webhook())).toBe('identity.forbidden');

    // What an admin has made is not an editor's to lead elsewhere.
    const { id } = await manager.create({ config: { url: 'https://example.test/hook?key=k' } });
    const change = (patch: object, who = editor) =>
      fault(manager.as((tx) => changeSubscription(tx, { userId: who.userId }, { id, patch }), who));
    const elsewhere = { config: { url: 'https://elsewhere.test/hook?key=hidden' } };
    expect(await change({ name: 'Another', status: 'paused' })).toBe('done');
    expect(
      await change({ config: { url: 'https://example.test/hook?key=k', description: 'd' } }),
    ).toBe('done');
    expect(await change(elsewhere)).toBe('identity.forbidden');
    expect(await change({ config: { url: 'https://example.test/other' } })).toBe(
      'identity.forbidden',
    );
    expect(await change(elsewhere, manager.member)).toBe('done');
    // Who led it where is on record, without what the rest of an address may hold.
    const rows = await manager.world.admin<{ subject: string; details: { to?: string } }[]>`
      select subject, details from public.audit_log
      where workspace_id = ${workspaceId} and action <> 'subscriptions.secret_changed' order by at, id`;
    const told = rows.flatMap(({ details: { to } }) => to ?? []);
    const [first, second] = ['https://example.test', 'https://elsewhere.test'];
    expect(told).toEqual(['a@example.test', first, first, second]);
    expect(JSON.stringify(rows)).not.toContain('hidden');
  });

  it('rests while it is paused, and goes on from where it was', async () => {
    const { id } = await manager.create({ from: 'beginning' });
    await commitChanges(manager.world.admin, manager.member.workspaceId, versions(2));
    await fanOutAll(manager.world.worker);
    await manager.as((tx) =>
      changeSubscription(tx, manager.deps, { id, patch: { status: 'paused' } }),
    );
    await commitChanges(manager.world.admin, manager.member.workspaceId, versions(2));
    await fanOutAll(manager.world.worker);
    const receiver = new Receiver();
    await drain(startWorker(manager.world.worker, receiver));
    expect(receiver.heard).toEqual([]);
    await manager.as((tx) =>
      changeSubscription(tx, manager.deps, { id, patch: { status: 'active' } }),
    );
    await fanOutAll(manager.world.worker);
    await drain(startWorker(manager.world.worker, receiver));
    expect(receiver.heard.map((one) => one.position).toSorted((a, b) => a - b)).toEqual([
      1, 2, 3, 4,
    ]);
  });

  it('takes what it owed along when it is deleted, in steps', async () => {
    const { id } = await manager.create({ from: 'beginning' });
    await commitChanges(manager.world.admin, manager.member.workspaceId, versions(5));
    await fanOutAll(manager.world.worker);
    await manager.as((tx) => deleteSubscription(tx, manager.deps, { id }));
    const rows = await manager.as((tx) =>
      listSubscriptions(tx, { workspaceId: manager.member.workspaceId }),
    );
    expect(rows.map((row) => row.kind)).toEqual(['analytics']);
    while ((await retain({ db: manager.world.worker, changeDays: 90 })) > 0);
    const [left] = await manager.world.admin`
      select (select count(*)::int from public.subscriptions where id = ${id}) as subscriptions,
        (select count(*)::int from public.deliveries where subscription_id = ${id}) as deliveries`;
    expect(left).toEqual({ subscriptions: 0, deliveries: 0 });
  });

  it("refuses a destination of another shape, and changes of the hub's own", async () => {
    const { id } = await manager.create();
    const config = { url: 'https://user:word@example.test/' };
    const patch = (target: string, body: object) =>
      fault(manager.as((tx) => changeSubscription(tx, manager.deps, { id: target, patch: body })));
    expect(await patch(id, { config })).toBe('request.invalid');
    expect(await patch(id, { config: { to: ['a@example.test'] } })).toBe('request.invalid');
    const own = (
      await manager.as((tx) => listSubscriptions(tx, { workspaceId: manager.member.workspaceId }))
    ).find((row) => row.kind === 'analytics');
    expect(await patch(own?.id ?? '', { name: 'Mine' })).toBe('resource.conflict');
    expect(
      await fault(manager.as((tx) => deleteSubscription(tx, manager.deps, { id: own?.id ?? '' }))),
    ).toBe('resource.conflict');
    const stranger = await makeMember(manager.world.admin, `stranger-${newId().slice(-6)}`);
    expect(
      await fault(manager.as((tx) => deleteSubscription(tx, manager.deps, { id }), stranger)),
    ).toBe('resource.not_found');
  });
});

describe('deliveries in hand', () => {
  const refuse = () => ({ type: 'refused', code: 'http.400', reason: 'It answered 400.' }) as const;

  it('need not wait for the next try when somebody asks', async () => {
    await manager.create({ from: 'beginning' });
    await commitChanges(manager.world.admin, manager.member.workspaceId, versions(1));
    await fanOutAll(manager.world.worker);
    const receiver = new Receiver();
    receiver.answer = () => ({
      type: 'retry',
      code: 'http.500',
      reason: 'It answered 500.',
      afterMs: 3_600_000,
    });
    const worker = startWorker(manager.world.worker, receiver);
    await drain(worker);
    const [waiting] = await manager.list({ status: 'failed' });
    receiver.answer = () => ({ type: 'delivered' });
    await drain(worker);
    expect(receiver.heard).toHaveLength(1);
    await manager.as((tx) =>
      redriveDelivery(tx, { id: waiting?.id ?? '', userId: manager.member.userId }),
    );
    await drain(worker);
    expect(receiver.heard.map(({ id }) => id)).toEqual([waiting?.id, waiting?.id]);
    expect((await manager.list()).map(({ status }) => status)).toEqual(['delivered']);
  });

  it('are sent again, one or many, under the same id', async () => {
    await manager.create({ from: 'beginning' });
    await commitChanges(manager.world.admin, manager.member.workspaceId, [
      ...versions(2),
      ...versions(1),
    ]);
    await fanOutAll(manager.world.worker);
    const receiver = new Receiver();
    receiver.answer = refuse;
    const worker = startWorker(manager.world.worker, receiver);
    await drain(worker);
    const dead = await manager.list({ status: 'dead' });
    expect(dead).toHaveLength(3);
    receiver.answer = () => ({ type: 'delivered' });
    receiver.heard = [];
    const [one] = dead;
    await manager.as((tx) =>
      redriveDelivery(tx, { id: one?.id ?? '', userId: manager.member.userId }),
    );
    await drain(worker);
    expect(receiver.heard.map(({ id, attempt }) => [id, attempt])).toEqual([[one?.id, 1]]);
    const want = {
      subscription_id: one?.subscription_id ?? '',
      status: 'dead',
      preview: true,
    } as const;
    const many = (preview: boolean) =>
      manager.as((tx) =>
        redriveDeliveries(tx, {
          workspaceId: manager.member.workspaceId,
          userId: manager.member.userId,
          want: { ...want, preview },
        }),
      );
    expect(await many(true)).toEqual({ redriven: 0, left: 2 });
    expect(await many(false)).toEqual({ redriven: 2, left: 0 });
    await drain(worker);
    expect((await manager.list()).map((row) => row.status)).toEqual([
      'delivered',
      'delivered',
      'delivered',
    ]);
    const detail = await manager.as((tx) => getDelivery(tx, one?.id ?? ''));
    expect(detail.attempt_log.map((entry) => entry.outcome)).toEqual(['delivered', 'refused']);
    expect(detail.diff).toEqual({ title: [null, 'A title'] });
  });

  it('are passed over, so that the record goes on', async () => {
    await manager.create({ from: 'beginning' });
    await commitChanges(manager.world.admin, manager.member.workspaceId, versions(2));
    await fanOutAll(manager.world.worker);
    const receiver = new Receiver();
    receiver.answer = ({ version }) =>
      version === 1 ? { type: 'retry', code: 'x', reason: 'y' } : { type: 'delivered' };
    const worker = startWorker(manager.world.worker, receiver);
    await drain(worker);
    const [first] = await manager.list();
    await manager.as((tx) =>
      skipDelivery(tx, { id: first?.id ?? '', userId: manager.member.userId }),
    );
    await drain(worker);
    expect((await manager.list()).map((row) => row.status)).toEqual(['skipped', 'delivered']);
    expect(
      await fault(
        manager.as((tx) =>
          skipDelivery(tx, { id: first?.id ?? '', userId: manager.member.userId }),
        ),
      ),
    ).toBe('resource.conflict');
  });

  it('are listed page by page', async () => {
    await manager.create({ from: 'beginning' });
    await commitChanges(manager.world.admin, manager.member.workspaceId, versions(5));
    await fanOutAll(manager.world.worker);
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const from = cursor;
      const page = await manager.as((tx) =>
        listDeliveries(tx, {
          workspaceId: manager.member.workspaceId,
          filter: {},
          cursor: from,
          limit: 2,
        }),
      );
      seen.push(...page.data.map((row) => row.position));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual([5, 4, 3, 2, 1]);
  });
});

it('makes the same deliveries by hand and by the API', async () => {
  const byHand = await subscribe(manager.world, { workspaceId: manager.member.workspaceId });
  const { id } = await manager.create({ from: 'beginning' });
  await commitChanges(manager.world.admin, manager.member.workspaceId, versions(3));
  await fanOutAll(manager.world.worker);
  const rows = await manager.list();
  const of = (which: string) => rows.filter((row) => row.subscription_id === which).length;
  expect([of(byHand), of(id)]).toEqual([3, 3]);
});
