import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openContent } from '#lib/mail/mail-envelope';
import { perAddressAnHour } from '#lib/mail/send-mail';
import { generateKeyPair } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import { origin, type Person, request, startWeb, type WebFixture } from './web-fixture.ts';

const keys = generateKeyPair();
let web: WebFixture;
let off: WebFixture;
let owner: Person;
let workspaceId: string;

beforeAll(async () => {
  web = await startWeb({
    SEAL_WORKER_PUBLIC_KEY: keys.publicKey,
    MAIL_TRANSPORT: 'smtp',
    MAIL_FROM: 'Hub <hub@x.test>',
  });
  off = await startWeb();
  owner = await web.person('owner');
  workspaceId = await web.workspace('ops', [[owner, 'owner']]);
});
beforeEach(() => web.admin`delete from private.mails`);
afterAll(() => Promise.all([web.close(), off.close()]));

async function ask(
  method: string,
  path: string,
  json?: unknown,
  at = web,
  as = owner,
  inside = workspaceId,
) {
  const answer = await at.api().fetch(
    request(path, {
      method,
      cookie: as.cookie,
      query: { workspace_id: inside },
      ...(json === undefined ? {} : { json }),
    }),
  );
  const text = await answer.text();
  return { status: answer.status, body: (text ? JSON.parse(text) : {}) as Record<string, unknown> };
}

async function said(recipient: string) {
  const [row] = await web.admin`
    select id, envelope from private.mails where recipient = ${recipient} order by id desc limit 1`;
  const place = { id: String(row?.['id']), workspaceId };
  return openContent(createOpener(keys.privateKey), place, row?.['envelope'] as Buffer);
}

describe('an invitation', () => {
  it('is mailed with the link that is answered', async () => {
    const made = await ask('POST', '/invitations', { email: 'Ann@x.test', role: 'editor' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ email: 'ann@x.test', mail: 'queued' });
    const content = await said('ann@x.test');
    expect(content.text).toContain(String(made.body['accept_url']));
    expect(content.text).toContain('as editor, by owner');
  });

  it('to an address that is disabled is made all the same, and says that nothing was mailed', async () => {
    await web.admin`
      insert into private.mail_suppressions (id, address, code, detail)
      values (gen_random_uuid(), 'dead@x.test', 'smtp.550', 'No such mailbox')`;
    const made = await ask('POST', '/invitations', { email: 'dead@x.test', role: 'viewer' });
    expect(made).toMatchObject({ status: 201, body: { mail: 'suppressed' } });
    expect(made.body['accept_url']).toContain(`${origin}/invitations/`);
  });

  it('that is refused mails nothing', async () => {
    const made = await ask('POST', '/invitations', { email: owner.email, role: 'viewer' });
    expect(made.status).toBe(409);
    expect(await web.admin`select 1 from private.mails`).toHaveLength(0);
  });

  it('is made without mail where none is set up', async () => {
    const person = await off.person('owner');
    const inside = await off.workspace('ops', [[person, 'owner']]);
    const made = await ask(
      'POST',
      '/invitations',
      { email: 'ann@x.test', role: 'viewer' },
      off,
      person,
      inside,
    );
    expect(made).toMatchObject({ status: 201, body: { mail: 'off' } });
    expect(await ask('POST', '/mail/test', undefined, off, person, inside)).toMatchObject({
      status: 409,
      body: { code: 'mail.not_configured' },
    });
    expect(await ask('GET', '/mail', undefined, off, person, inside)).toMatchObject({
      status: 200,
      body: { transport: null, from: null, mails: [] },
    });
  });
});

describe('the settings of mail', () => {
  it('send a test to whoever asks, and show what became of it', async () => {
    const sent = await ask('POST', '/mail/test');
    expect(sent).toMatchObject({ status: 202, body: { status: 'queued', code: null } });
    expect((await said(owner.email)).subject).toBe('A test mail of Patchbay');
    const seen = await ask('GET', '/mail');
    expect(seen.body).toMatchObject({
      transport: 'smtp',
      from: 'Hub <hub@x.test>',
      counts: { queued: 1, sent: 0, failed: 0, suppressed: 0 },
      mails: [{ kind: 'test', recipient: owner.email, status: 'queued' }],
      last_failure: null,
    });
  });

  it('say so when the limit is reached', async () => {
    for (let n = 0; n < perAddressAnHour; n += 1) await ask('POST', '/mail/test');
    expect(await ask('POST', '/mail/test')).toMatchObject({
      status: 202,
      body: { status: 'suppressed', code: 'mail.address_limit' },
    });
  });

  it('let an address be written to again, and the audit log knows who did', async () => {
    await web.admin`
      insert into private.mail_suppressions (id, address, code, detail)
      values (gen_random_uuid(), ${owner.email}, 'smtp.550', 'No such mailbox')`;
    const { body } = await ask('GET', '/mail');
    const [row] = body['suppressions'] as { id: string; address: string }[];
    expect(row?.address).toBe(owner.email);
    expect((await ask('DELETE', `/mail/suppressions/${row?.id}`)).status).toBe(204);
    expect((await ask('DELETE', `/mail/suppressions/${row?.id}`)).status).toBe(404);
    const [act] = await web.admin`
      select actor_id, subject from public.audit_log where action = 'mail.address_enabled'`;
    expect(act).toEqual({ actor_id: owner.userId, subject: owner.email });
  });
});
