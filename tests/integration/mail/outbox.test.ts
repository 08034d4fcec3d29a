import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asUser } from '#lib/db/index';
import { liftSuppression, readMailOverview, sendMail } from '#lib/mail/index';
import { perAddressAnHour, perWorkspaceADay } from '#lib/mail/send-mail';
import { deliverMail, dropOldMails, endOverdue, smtpTransport } from '#lib/mail/worker';
import { generateKeyPair } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import { type Member, makeWorld, testMessage, type World } from './world.ts';

let world: World;
let owner: Member;
beforeAll(async () => {
  world = await makeWorld();
  owner = await world.member();
});
afterEach(async () => {
  await world.admin`delete from private.mails`;
  await world.admin`delete from private.mail_suppressions`;
  await world.mailbox.clear();
});
afterAll(() => world.close());

const secretLink = 'https://hub.test/invitations/canary-link-token';
const invitation = {
  kind: 'invitation' as const,
  url: secretLink,
  workspace: 'Ops\r\nBcc: victim@x.test',
  inviter: '"Ann" <ann@evil.test>\r\nSubject: other',
  role: 'viewer',
  days: 7,
};

describe('a mail', () => {
  it('is sent when its transaction commits, and by nobody when it does not', async () => {
    const sent = await world.send(owner, 'Ann@X.test');
    await expect(
      asUser(world.webDb, owner, async (tx) => {
        await sendMail(tx, world.desk, {
          workspaceId: owner.workspaceId,
          to: 'bob@x.test',
          message: testMessage,
        });
        throw new Error('the caller changed its mind');
      }),
    ).rejects.toThrow('changed its mind');
    expect(await world.work()).toBe(1);
    expect(world.mailbox.all().map(({ to }) => to)).toEqual([['ann@x.test']]);
    expect(await world.mail(sent.id)).toMatchObject({
      status: 'sent',
      attempts: 1,
      envelope: null,
    });
    expect(await world.work()).toBe(0);
  });

  it('carries no header that people’s words could add', async () => {
    const { id } = await world.send(owner, 'ann@x.test', invitation);
    await world.work();
    const [mail] = world.mailbox.all();
    const head = mail?.raw.split('\r\n\r\n')[0]?.replace(/\r\n[ \t]+/g, ' ') ?? '';
    const names = head.split('\r\n').map((line) => line.split(':')[0]?.toLowerCase());
    const allowed = 'from to message-id subject date mime-version content-type auto-submitted';
    expect(new Set(names)).toEqual(new Set(allowed.split(' ')));
    expect(names).toHaveLength(8);
    expect(mail).toMatchObject({
      to: ['ann@x.test'],
      toLine: 'ann@x.test',
      fromLine: 'Patchbay <hub@patchbay.test>',
      messageId: `<${id}@patchbay.test>`,
    });
    expect(mail?.text).toContain(secretLink);
  });

  it('never stands in the clear in the database, and is gone when it has ended', async () => {
    const { id } = await world.send(owner, 'ann@x.test', invitation);
    const { envelope, ...row } = await world.mail(id);
    expect(JSON.stringify(row)).not.toContain('canary');
    expect(Buffer.from(envelope as Buffer).toString('latin1')).not.toContain('canary');
    await world.work();
    expect(await world.mail(id)).toMatchObject({ status: 'sent', envelope: null });
  });

  it('opens only under its own row', async () => {
    const first = await world.send(owner, 'ann@x.test', invitation);
    const second = await world.send(owner, 'mallory@x.test');
    await world.admin`
      update private.mails set envelope = (select envelope from private.mails where id = ${first.id})
      where id = ${second.id}`;
    await world.work();
    expect(await world.mail(second.id)).toMatchObject({
      status: 'failed',
      code: 'security.sealed_value_invalid',
    });
    expect(world.mailbox.all().map(({ to }) => to)).toEqual([['ann@x.test']]);
  });

  it('that cannot be opened any more fails, and says so', async () => {
    const { id } = await world.send(owner, 'ann@x.test');
    await world.work({ opener: createOpener(generateKeyPair().privateKey) });
    expect(await world.mail(id)).toMatchObject({
      status: 'failed',
      code: 'security.sealed_value_invalid',
    });
  });

  it('is queued once for one key', async () => {
    const keyed = { dedupeKey: 'incident-1' };
    await world.send(owner, 'ann@x.test', testMessage, keyed);
    await world.send(owner, 'ann@x.test', testMessage, keyed);
    expect(await world.work()).toBe(1);
    expect(await world.work()).toBe(0);
  });

  it('is refused without an address or without a way out', async () => {
    await expect(world.send(owner, 'ann@x.test\r\nBcc: b@x.test')).rejects.toMatchObject({
      code: 'request.invalid',
    });
    await expect(
      asUser(world.webDb, owner, (tx) =>
        sendMail(
          tx,
          { ...world.desk, transport: null },
          { workspaceId: owner.workspaceId, to: 'ann@x.test', message: testMessage },
        ),
      ),
    ).rejects.toMatchObject({ code: 'mail.not_configured' });
  });
});

describe('a mail server that says no', () => {
  it('for good because of the address: it is written to no more, until an admin lifts that', async () => {
    const first = await world.send(owner, 'bounce@x.test');
    const waiting = await world.send(owner, 'bounce@x.test');
    for (const { id } of [first, waiting]) {
      await deliverMail(world.deps(), { mail_id: id }, new AbortController().signal);
    }
    expect(await world.mail(first.id)).toMatchObject({ status: 'failed', code: 'smtp.550' });
    expect(await world.mail(waiting.id)).toMatchObject({
      status: 'suppressed',
      code: 'mail.address_disabled',
      envelope: null,
    });
    const later = await world.send(owner, 'bounce@x.test');
    expect(later).toMatchObject({ status: 'suppressed', code: 'mail.address_disabled' });

    const overview = () =>
      asUser(world.webDb, owner, (tx) =>
        readMailOverview(tx, { ...world.desk, from: 'hub@patchbay.test' }, owner),
      );
    const seen = await overview();
    expect(seen.suppressions).toMatchObject([{ address: 'bounce@x.test', code: 'smtp.550' }]);
    expect(seen.suppressions[0]?.detail).toContain('No such mailbox');
    expect(seen.counts).toEqual({ queued: 0, sent: 0, failed: 1, suppressed: 2 });
    expect(seen.last_failure).toMatchObject({ code: 'smtp.550' });
    expect(JSON.stringify(seen)).not.toContain('envelope');

    await asUser(world.webDb, owner, (tx) =>
      liftSuppression(tx, {
        workspaceId: owner.workspaceId,
        suppressionId: seen.suppressions[0]?.id ?? '',
      }),
    );
    expect((await overview()).suppressions).toEqual([]);
    expect(await world.send(owner, 'bounce@x.test')).toMatchObject({ status: 'queued' });
  });

  it('for good because of the mail: the address is not blamed', async () => {
    const { id } = await world.send(owner, 'policy@x.test');
    await world.work();
    expect(await world.mail(id)).toMatchObject({ status: 'failed', code: 'smtp.550' });
    expect(await world.send(owner, 'policy@x.test')).toMatchObject({ status: 'queued' });
  });

  it('not now: it is tried again later, and ends when its time has passed', async () => {
    const { id } = await world.send(owner, 'busy@x.test', testMessage, { validMs: 60_000 });
    await world.work();
    const row = await world.mail(id);
    expect(row).toMatchObject({ status: 'queued', code: 'smtp.451', attempts: 1 });
    expect(Date.parse(String(row['retry_at']))).toBeGreaterThan(Date.now() + 5_000);
    expect(await world.work()).toBe(0);
    await world.admin`update private.mails set deadline_at = now() - interval '1 second'`;
    await world.letTimePass();
    expect(await world.work()).toBe(0);
    await endOverdue(world.workerDb, 10);
    expect(await world.mail(id)).toMatchObject({
      status: 'failed',
      code: 'smtp.451',
      envelope: null,
    });
  });

  it('or is away: the caller has long gone on', async () => {
    const { id } = await world.send(owner, 'ann@x.test');
    await world.work({ transport: smtpTransport({ name: 'smtp', url: 'smtp://127.0.0.1:1' }) });
    expect(await world.mail(id)).toMatchObject({ status: 'queued', attempts: 1 });
    await world.letTimePass();
    await world.work();
    expect(await world.mail(id)).toMatchObject({ status: 'sent', attempts: 2 });
  });

  it('or is not set up at the worker: the mail waits and says why', async () => {
    const { id } = await world.send(owner, 'ann@x.test');
    await world.work({ transport: null });
    expect(await world.mail(id)).toMatchObject({ status: 'queued', code: 'mail.not_configured' });
  });
});

describe('limits', () => {
  it('hold for an address over all workspaces, and for a workspace', async () => {
    const other = await world.member();
    for (let n = 0; n < perAddressAnHour / 2; n += 1) {
      await world.send(owner, 'flood@x.test');
      await world.send(other, 'flood@x.test');
    }
    expect(await world.send(other, 'flood@x.test')).toMatchObject({
      status: 'suppressed',
      code: 'mail.address_limit',
    });
    await world.admin`
      insert into private.mails (id, workspace_id, kind, recipient, status, deadline_at, ended_at)
      select gen_random_uuid(), ${owner.workspaceId}, 'test', n || '@x.test', 'sent', now(), now()
      from generate_series(1, ${perWorkspaceADay - perAddressAnHour / 2}) n`;
    expect(await world.send(owner, 'one-more@x.test')).toMatchObject({
      status: 'suppressed',
      code: 'mail.workspace_limit',
    });
    expect(await world.send(other, 'elsewhere@x.test')).toMatchObject({ status: 'queued' });
  });
});

describe('who may see and queue', () => {
  it('an admin of the workspace, and of no other; nobody reads what a mail says', async () => {
    const stranger = await world.member();
    const viewer = await world.member('viewer', owner.workspaceId);
    await world.send(owner, 'bounce@x.test', invitation);
    await world.work();
    const [suppression] = await world.admin`select id from private.mail_suppressions`;
    const read = (member: Member) =>
      asUser(world.webDb, member, (tx) =>
        readMailOverview(tx, { ...world.desk, from: null }, { workspaceId: owner.workspaceId }),
      );
    expect((await read(owner)).mails).toHaveLength(1);
    for (const member of [stranger, viewer]) {
      const seen = await read(member);
      expect(seen.mails).toEqual([]);
      expect(seen.suppressions).toEqual([]);
      await expect(
        asUser(world.webDb, member, (tx) =>
          liftSuppression(tx, {
            workspaceId: owner.workspaceId,
            suppressionId: String(suppression?.['id']),
          }),
        ),
      ).rejects.toMatchObject({ code: 'resource.not_found' });
      await expect(
        asUser(world.webDb, member, (tx) =>
          sendMail(tx, world.desk, {
            workspaceId: owner.workspaceId,
            to: 'ann@x.test',
            message: testMessage,
          }),
        ),
      ).rejects.toMatchObject({ code: '42501' });
    }
    for (const statement of [
      'select envelope from private.mails',
      'update private.mails set attempts = 0',
    ]) {
      await expect(asUser(world.webDb, owner, (tx) => tx.unsafe(statement))).rejects.toMatchObject({
        code: '42501',
      });
      await expect(world.webDb.unsafe(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });
});

describe('old mails', () => {
  it('go after a month; those withheld from strangers after a day', async () => {
    const put = (workspaceId: string | null, status: string, days: number) => world.admin`
      insert into private.mails (id, workspace_id, kind, recipient, status, deadline_at, ended_at)
      values (gen_random_uuid(), ${workspaceId}, 'test', 'a@x.test', ${status}, now(), now() - make_interval(days => ${days}))`;
    await put(owner.workspaceId, 'sent', 29);
    await put(owner.workspaceId, 'suppressed', 2);
    await put(null, 'sent', 2);
    await put(owner.workspaceId, 'failed', 31);
    await put(null, 'suppressed', 2);
    expect(await dropOldMails(world.workerDb)).toBe(2);
  });
});
