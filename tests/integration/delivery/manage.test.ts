import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import {
  changeSecret,
  changeSubscription,
  createSubscription,
  deleteSubscription,
  listSubscriptions,
  retain,
  subscriptionSecretField,
} from '#lib/delivery/index';
import { subscriptionInputSchema } from '#lib/delivery/schema';
import { createOpener } from '#lib/security/open';
import { makeMember } from '../sync/world.ts';
import { commitChanges, drain, fanOutAll, Receiver, startWorker } from './delivery-world.ts';
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
