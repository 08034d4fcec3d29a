import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { dropOldLinks } from '#lib/identity/index';
import { openContent } from '#lib/mail/mail-envelope';
import { generateKeyPair } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import { startWeb, type WebFixture } from '../api/web-fixture.ts';
import { Browser } from './browser.ts';

const keys = generateKeyPair();
const opener = createOpener(keys.privateKey);
let web: WebFixture;
let sandboxed: WebFixture;

beforeAll(async () => {
  const env = { SEAL_WORKER_PUBLIC_KEY: keys.publicKey, SIGNUP_DOMAINS: ['allowed.test'] };
  web = await startWeb({ ...env, MAIL_TRANSPORT: 'smtp' });
  sandboxed = await startWeb({ ...env, MAIL_TRANSPORT: 'sandbox' });
});
afterAll(() => Promise.all([web.close(), sandboxed.close()]));
beforeEach(async () => {
  for (const { admin } of [web, sandboxed]) {
    await admin`truncate public.users, public.workspaces cascade`;
    await admin`truncate private.rate_limits, private.sign_in_links, private.mails`;
    const id = newId();
    await admin`insert into public.users (id, email) values (${id}, 'owner@x.test')`;
    await admin`insert into private.instance (owner_id) values (${id})`;
  }
});

const location = (answer: Response) => answer.headers.get('location') ?? '';

const ask = (browser: Browser, email: string, returnTo = '/') =>
  browser.post('/api/auth/signin/email', { email, return_to: returnTo });

/** The token of the link in the last mail to somebody, as the worker would send it. */
async function mailed(email: string, at = web): Promise<string> {
  const [row] = await at.admin`
    select id, envelope from private.mails where recipient = ${email} and status = 'queued' order by id desc limit 1`;
  if (!row) throw new Error(`nothing was mailed to ${email}`);
  const content = openContent(
    opener,
    { id: String(row['id']), workspaceId: null },
    row['envelope'] as Buffer,
  );
  const [url = ''] = /http:\/\/localhost:3000\/sign-in\/link\?token=\S+/.exec(content.text) ?? [];
  return new URL(url).searchParams.get('token') ?? '';
}

const press = (browser: Browser, token: string) =>
  browser.post('/api/auth/callback/email', { token });

async function invite(email: string): Promise<string> {
  const workspaceId = newId();
  await web.admin`
    insert into public.workspaces (id, name, slug) values (${workspaceId}, 'Ops', ${`w${workspaceId.slice(-12)}`})`;
  await web.admin`
    insert into public.invitations (id, workspace_id, email, role, token_hash, expires_at)
    values (${newId()}, ${workspaceId}, ${email}, 'editor', sha256(${email}::text::bytea), now() + interval '1 day')`;
  return workspaceId;
}

async function user(at: WebFixture, email: string, provider: string): Promise<string> {
  const id = newId();
  await at.admin`insert into public.users (id, email) values (${id}, ${email})`;
  await at.admin`
    insert into private.accounts (provider, provider_account_id, user_id) values (${provider}, ${id}, ${id})`;
  return id;
}

describe('a link to sign in by', () => {
  it('lets an invited stranger in, by a button and not by being looked at', async () => {
    const workspaceId = await invite('ann@x.test');
    const browser = new Browser(web.hub);
    const sent = await ask(browser, ' Ann@X.test'.trim(), '/w/ops?tab=a');
    expect([sent.status, location(sent)]).toEqual([303, '/sign-in?sent=1']);
    const token = await mailed('ann@x.test');
    for (let look = 0; look < 3; look += 1) {
      expect(await web.hub.readSignInLink(token)).toEqual({
        email: 'ann@x.test',
        returnTo: '/w/ops?tab=a',
      });
    }
    await expect(browser.get(`/api/auth/callback/email?token=${token}`)).rejects.toMatchObject({
      code: 'resource.not_found',
    });
    // Another browser than the one that asked: the mail was read on a telephone.
    const other = new Browser(web.hub);
    const back = await press(other, token);
    expect([back.status, location(back)]).toEqual([303, 'http://localhost:3000/w/ops?tab=a']);
    const session = await other.session();
    expect(session?.user.email).toBe('ann@x.test');
    expect(session?.workspaces).toMatchObject([{ id: workspaceId, role: 'editor' }]);
    expect(await browser.session()).toBeNull();
  });

  it('is good once, also when it is pressed twenty times at the same moment', async () => {
    await user(web, 'ann@x.test', 'github');
    await ask(new Browser(web.hub), 'ann@x.test');
    const token = await mailed('ann@x.test');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => press(new Browser(web.hub), token)),
    );
    const errors = answers.map((answer) =>
      new URL(location(answer), 'http://x').searchParams.get('error'),
    );
    expect(errors.filter((error) => error === null)).toHaveLength(1);
    expect(errors.filter((error) => error === 'Verification')).toHaveLength(19);
    expect(await web.admin`select 1 from private.sessions`).toHaveLength(1);
    expect(await web.hub.readSignInLink(token)).toBeNull();
  });

  it('takes the other links of the same address with it', async () => {
    await user(web, 'ann@x.test', 'github');
    await ask(new Browser(web.hub), 'ann@x.test');
    const first = await mailed('ann@x.test');
    await ask(new Browser(web.hub), 'ann@x.test');
    await press(new Browser(web.hub), await mailed('ann@x.test'));
    expect(location(await press(new Browser(web.hub), first))).toBe('/sign-in?error=Verification');
  });

  it('ends after ten minutes', async () => {
    await user(web, 'ann@x.test', 'github');
    await ask(new Browser(web.hub), 'ann@x.test');
    const token = await mailed('ann@x.test');
    const [link] = await web.admin`
      select extract(epoch from expires_at - now())::int as seconds from private.sign_in_links`;
    expect(Number(link?.['seconds'])).toBeLessThanOrEqual(600);
    await web.admin`update private.sign_in_links set expires_at = now()`;
    expect(await web.hub.readSignInLink(token)).toBeNull();
    expect(location(await press(new Browser(web.hub), token))).toBe('/sign-in?error=Verification');
    expect(await dropOldLinks(web.admin)).toBe(1);
  });

  it.each(['', 'x', 'A'.repeat(43), 'none', "' or 1=1"])('%j is none', async (token) => {
    expect(await web.hub.readSignInLink(token)).toBeNull();
    expect(location(await press(new Browser(web.hub), token))).toBe('/sign-in?error=Verification');
  });

  it('stands nowhere in the clear', async () => {
    await user(web, 'ann@x.test', 'github');
    await ask(new Browser(web.hub), 'ann@x.test');
    const token = await mailed('ann@x.test');
    for (const table of ['sign_in_links', 'mails']) {
      const rows = await web.admin`select t::text as row from ${web.admin(`private.${table}`)} t`;
      const text = JSON.stringify(rows);
      expect(text).not.toContain(token);
      expect(text).not.toContain(Buffer.from(token).toString('hex'));
    }
    expect(web.logged.join('\n')).not.toContain(token);
  });

  it('is pressed on a page of this hub only', async () => {
    await user(web, 'ann@x.test', 'github');
    await ask(new Browser(web.hub), 'ann@x.test');
    const token = await mailed('ann@x.test');
    const browser = new Browser(web.hub);
    await expect(
      browser.post('/api/auth/callback/email', { token }, { origin: 'https://evil.test' }),
    ).rejects.toMatchObject({ code: 'request.origin_refused' });
    expect(await web.hub.readSignInLink(token)).not.toBeNull();
  });

  it.each(['//evil.test', 'https://evil.test', '/\\evil.test', `/${'a'.repeat(500)}`])(
    'does not lead to %s',
    async (returnTo) => {
      await user(web, 'ann@x.test', 'github');
      await ask(new Browser(web.hub), 'ann@x.test', returnTo);
      const back = await press(new Browser(web.hub), await mailed('ann@x.test'));
      expect(location(back)).toBe('http://localhost:3000/');
    },
  );

  it('ends the session this browser had before', async () => {
    await user(web, 'ann@x.test', 'github');
    await user(web, 'bob@x.test', 'github');
    const browser = new Browser(web.hub);
    for (const email of ['ann@x.test', 'bob@x.test']) {
      await ask(browser, email);
      await press(browser, await mailed(email));
    }
    expect((await browser.session())?.user.email).toBe('bob@x.test');
    expect(await web.admin`select 1 from private.sessions`).toHaveLength(1);
  });
});

describe('asking for a link', () => {
  const shape = async (answer: Response) => ({
    status: answer.status,
    location: location(answer),
    body: await answer.text(),
    cookies: answer.headers.getSetCookie().map((line) => line.split('=')[0]),
  });

  it('answers everybody the same, and mails only those who would be let in', async () => {
    await user(web, 'ann@x.test', 'github');
    await invite('invited@x.test');
    const people = ['ann@x.test', 'invited@x.test', 'new@allowed.test', 'stranger@x.test'];
    const answers = await Promise.all(
      people.map(async (email) => shape(await ask(new Browser(web.hub), email))),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const rows =
      await web.admin`select recipient, status, code from private.mails order by recipient`;
    expect(rows.map(({ recipient, status }) => [recipient, status])).toEqual([
      ['ann@x.test', 'queued'],
      ['invited@x.test', 'queued'],
      ['new@allowed.test', 'queued'],
      ['stranger@x.test', 'suppressed'],
    ]);
    // The same rows, so that the same work was done.
    expect(await web.admin`select 1 from private.sign_in_links`).toHaveLength(4);
  });

  it('too often mails nothing more, and answers the same', async () => {
    await user(web, 'ann@x.test', 'github');
    const answers = [];
    for (let n = 0; n < 5; n += 1)
      answers.push(await shape(await ask(new Browser(web.hub), 'ann@x.test')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const rows =
      await web.admin`select status, count(*)::int as n from private.mails group by status order by status`;
    expect(rows).toMatchObject([
      { status: 'queued', n: 3 },
      { status: 'suppressed', n: 2 },
    ]);
  });

  it('by others does not keep the owner of an address from the next one', async () => {
    await user(web, 'ann@x.test', 'github');
    for (let n = 0; n < 6; n += 1) await ask(new Browser(web.hub), 'ann@x.test');
    // Ten minutes later, of which others asked in every one.
    await web.admin`
      update private.sign_in_links set expires_at = expires_at - interval '10 minutes'
      where token_hash in (select token_hash from private.sign_in_links order by created_at limit 3)`;
    await ask(new Browser(web.hub), 'ann@x.test');
    const [mails] =
      await web.admin`select count(*)::int as n from private.mails where status = 'queued'`;
    expect(mails).toEqual({ n: 4 });
  });

  it.each(['', 'nobody', 'ann@x.test,bob@x.test', 'ann@x.test\r\nBcc: bob@x.test', '"a b"@x.test'])(
    'for %j is refused before anybody is looked up',
    async (email) => {
      const answer = await ask(new Browser(web.hub), email);
      expect(location(answer)).toBe('/sign-in?error=EmailSignin');
      expect(await web.admin`select 1 from private.mails`).toHaveLength(0);
    },
  );

  it('is not offered while mail is not set up', async () => {
    const off = await startWeb();
    try {
      expect(off.hub.signInChoices).toEqual([]);
      await expect(ask(new Browser(off.hub), 'ann@x.test')).rejects.toMatchObject({
        code: 'resource.not_found',
      });
    } finally {
      await off.close();
    }
  });

  it('a stranger whose link was somehow made is still not let in', async () => {
    await invite('ann@x.test');
    await ask(new Browser(web.hub), 'ann@x.test');
    const token = await mailed('ann@x.test');
    await web.admin`delete from public.invitations`;
    expect(location(await press(new Browser(web.hub), token))).toBe('/sign-in?error=SignUpClosed');
    expect(await web.admin`select 1 from public.users where email = 'ann@x.test'`).toHaveLength(0);
  });
});

describe('what a link proves', () => {
  const enter = async (at: WebFixture, email: string) => {
    const browser = new Browser(at.hub);
    await ask(browser, email);
    const back = await press(browser, await mailed(email, at));
    return { back: location(back), session: await browser.session() };
  };

  it('with a real mail server: that the address is theirs, whatever account they used first', async () => {
    const id = await user(web, 'ann@x.test', 'github');
    expect((await enter(web, 'ann@x.test')).session?.userId).toBe(id);
    expect((await enter(web, 'ann@x.test')).session?.userId).toBe(id);
  });

  it('with the sandbox’s mailbox, which everybody reads: entry to accounts of the sandbox only', async () => {
    await user(sandboxed, 'real@x.test', 'github');
    const refused = await enter(sandboxed, 'real@x.test');
    expect(refused).toEqual({ back: '/sign-in?error=OAuthAccountNotLinked', session: null });
    const id = await user(sandboxed, 'mara@northwind.test', 'sandbox-github');
    expect((await enter(sandboxed, 'mara@northwind.test')).session?.userId).toBe(id);
  });
});
