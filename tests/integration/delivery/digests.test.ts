import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import {
  alertDisabled,
  type Destination,
  mailSender,
  type OwedDelivery,
  sendDigests,
} from '#lib/delivery/index';
import { logger } from '#lib/observability/index';
import { type Member, makeWorld, type World } from '../mail/world.ts';

let world: World;
let owner: Member;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.admin`delete from public.subscriptions where kind = 'mail'`;
  await world.admin`delete from private.mails`;
  await world.admin`delete from private.mail_suppressions`;
  await world.mailbox.clear();
  owner = await world.member();
});

const origin = 'https://hub.test';
const log = logger('test', 'fatal');
const deps = () => ({ db: world.workerDb, desk: world.desk, origin, log });

async function subscribe(to: string[]): Promise<Destination> {
  const id = newId();
  const config = { to, subject: 'What changed' };
  await world.admin`
    insert into public.subscriptions (id, workspace_id, name, kind, config, cursor)
    values (${id}, ${owner.workspaceId}, 'Readers', 'mail', ${world.admin.json(config)}, 0)`;
  return {
    id,
    workspaceId: owner.workspaceId,
    kind: 'mail',
    name: 'Readers',
    config,
    secret: null,
    previousSecret: null,
    failingSince: null,
  };
}

const owed = (to: Destination, position: number, title: string): OwedDelivery => ({
  id: newId(),
  workspaceId: to.workspaceId,
  subscriptionId: to.id,
  replayId: null,
  position,
  recordId: newId(),
  kind: 'task',
  op: 'update',
  version: 2,
  origin: 'user',
  connectionId: null,
  fields: ['state'],
  title,
  changedAt: new Date().toISOString(),
  diff: { state: ['open', 'done'] },
  url: 'https://forge.example/7',
  attempt: 1,
  createdAt: new Date().toISOString(),
});

const send = (to: Destination, delivery: OwedDelivery) =>
  mailSender(deps()).send(delivery, to, new AbortController().signal);
/** As if the minute had passed. */
const letAMinutePass = () => world.admin`
  update private.digest_lines set created_at = created_at - interval '1 minute'`;
const waiting = async (id: string) => {
  const rows = await world.admin`select 1 from private.digest_lines where subscription_id = ${id}`;
  return rows.length;
};

describe('changes that are told by mail', () => {
  it('become one mail a minute, in their order, each once', async () => {
    const to = await subscribe(['ada@x.test', 'bob@x.test']);
    const first = owed(to, 1, 'Fix <b>this</b>');
    expect(await send(to, owed(to, 2, 'Second'))).toEqual({ type: 'delivered' });
    await send(to, first);
    await send(to, { ...first, attempt: 2 });
    expect(await sendDigests(deps())).toBe(0);
    await letAMinutePass();
    expect(await sendDigests(deps())).toBe(1);
    expect(await waiting(to.id)).toBe(0);
    await world.work();
    const mails = world.mailbox.all();
    expect(mails.flatMap((mail) => mail.to).sort()).toEqual(['ada@x.test', 'bob@x.test']);
    const [mail] = mails;
    expect(mail?.subject).toBe('What changed');
    expect(mail?.text?.indexOf('Fix <b>this</b>')).toBeLessThan(mail?.text?.indexOf('Second') ?? 0);
    expect(mail?.html).toContain('Fix &lt;b&gt;this&lt;/b&gt; was changed: state');
    expect(mail?.html).not.toContain('<b>this');
    expect(await sendDigests(deps())).toBe(0);
  });

  it('are told once by workers that look at the same moment', async () => {
    const to = await subscribe(['ada@x.test']);
    await Promise.all(Array.from({ length: 60 }, (_, n) => send(to, owed(to, n + 1, `No ${n}`))));
    await letAMinutePass();
    const sent = await Promise.all([1, 2, 3].map(() => sendDigests(deps())));
    expect(sent.reduce((sum, n) => sum + n, 0)).toBe(1);
    await world.work();
    expect(world.mailbox.all()).toHaveLength(1);
    expect(world.mailbox.all()[0]?.text).toContain('And 10 more.');
  });

  it('go to those who can be written to', async () => {
    const to = await subscribe(['gone@x.test', 'ada@x.test']);
    await world.admin`insert into private.mail_suppressions (id, address, code, detail)
      values (${newId()}, 'gone@x.test', 'mail.refused', '550 no such user')`;
    await send(to, owed(to, 1, 'A'));
    await letAMinutePass();
    expect(await sendDigests(deps())).toBe(1);
    await world.work();
    expect(world.mailbox.all().map((mail) => mail.to)).toEqual([['ada@x.test']]);
  });

  it('switch the subscription off when nobody can, keep their lines, and people are told once', async () => {
    const to = await subscribe(['gone@x.test']);
    await world.admin`insert into private.mail_suppressions (id, address, code, detail)
      values (${newId()}, 'gone@x.test', 'mail.refused', '550 no such user')`;
    await send(to, owed(to, 1, 'A'));
    await letAMinutePass();
    expect(await sendDigests(deps())).toBe(0);
    const [row] = await world.admin`
      select status, status_code from public.subscriptions where id = ${to.id}`;
    expect(row).toEqual({ status: 'disabled', status_code: 'mail.address_disabled' });
    expect(await waiting(to.id)).toBe(1);
    expect(await alertDisabled(deps())).toBe(1);
    expect(await alertDisabled(deps())).toBe(0);
    await world.work();
    const [mail] = world.mailbox.all();
    expect(mail?.to).toEqual([owner.email]);
    expect(mail?.text).toContain('“Readers”');
    expect(mail?.text).toContain(`/deliveries?subscription=${to.id}`);
  });

  it('are told again when somebody sends one again', async () => {
    const to = await subscribe(['ada@x.test']);
    const again = owed(to, 1, 'Again');
    for (const more of ['First', 'Second']) {
      await send(to, again);
      await send(to, owed(to, 2, more));
      await letAMinutePass();
      await world.admin`delete from private.digest_mails`;
      expect(await sendDigests(deps())).toBe(1);
    }
    await world.work();
    const texts = world.mailbox.all().map(({ text }) => text ?? '');
    expect(texts.filter((text) => text.includes('First'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes('Second'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes('Again'))).toHaveLength(2);
  });

  it('of a workspace that has said enough today leave others their turn', async () => {
    const busy = owner.workspaceId;
    await world.admin`
      insert into private.mails (id, workspace_id, kind, recipient, status, deadline_at, ended_at)
      select gen_random_uuid(), ${busy}, 'test', 'x@x.test', 'sent', now(), now() from generate_series(1, 500)`;
    await world.admin`
      with made as (
        insert into public.subscriptions (id, workspace_id, name, kind, config, cursor)
        select gen_random_uuid(), ${busy}, 'Busy', 'mail', '{"to": ["bob@x.test"]}', 0 from generate_series(1, 200)
        returning id)
      insert into private.digest_lines (subscription_id, delivery_id, workspace_id, position, text, created_at)
      select id, gen_random_uuid(), ${busy}, 1, 'x', now() - interval '1 hour' from made`;
    owner = await world.member();
    const to = await subscribe(['ada@x.test']);
    await send(to, owed(to, 1, 'A'));
    await letAMinutePass();
    expect(await sendDigests(deps())).toBe(1);
    expect(await waiting(to.id)).toBe(0);
  });

  it('of one that cannot be sent keep nobody else from theirs', async () => {
    // More before the @ than a mail server has to take.
    const broken = await subscribe([`${'a'.repeat(65)}@x.test`]);
    await send(broken, owed(broken, 1, 'Nowhere'));
    const to = await subscribe(['ada@x.test']);
    await send(to, owed(to, 1, 'Somewhere'));
    await letAMinutePass();
    expect(await sendDigests(deps())).toBe(1);
    const [row] = await world.admin`
      select status, status_code from public.subscriptions where id = ${broken.id}`;
    expect(row).toEqual({ status: 'disabled', status_code: 'mail.address_invalid' });
    expect(await waiting(to.id)).toBe(0);
  });

  it('wait while mail is not set up', async () => {
    const to = await subscribe(['ada@x.test']);
    const sender = mailSender({ ...deps(), desk: { ...world.desk, transport: null } });
    const outcome = await sender.send(owed(to, 1, 'A'), to, new AbortController().signal);
    expect(outcome).toMatchObject({ type: 'retry', code: 'mail.not_configured' });
  });
});
