import { renderToStaticMarkup } from 'react-dom/server';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { newId } from '#lib/core/index';
import { openContent } from '#lib/mail/mail-envelope';
import { generateKeyPair } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import LinkPage from '@/app/sign-in/link/page';
import SignInPage from '@/app/sign-in/page';
import { startWeb, type WebFixture } from '../api/web-fixture.ts';
import { Browser } from './browser.ts';

vi.mock('next/headers', () => ({
  headers: () => Promise.resolve(new Headers({ host: 'localhost:3000' })),
}));

const keys = generateKeyPair();
const home = globalThis as { __patchbayWeb?: unknown };
let web: WebFixture;

beforeAll(async () => {
  web = await startWeb({ SEAL_WORKER_PUBLIC_KEY: keys.publicKey, MAIL_TRANSPORT: 'sandbox' });
  home.__patchbayWeb = web.hub;
});
afterAll(async () => {
  delete home.__patchbayWeb;
  await web.close();
});

const signInPage = async (query: Record<string, string>) =>
  renderToStaticMarkup(await SignInPage({ searchParams: Promise.resolve(query) }));
const linkPage = async (query: Record<string, string>) =>
  renderToStaticMarkup(await LinkPage({ searchParams: Promise.resolve(query) }));

it('the sign-in page asks for an address, and says the same whatever was sent', async () => {
  const page = await signInPage({ return_to: '/w/ops' });
  expect(page).toContain('action="/api/auth/signin/email" method="post"');
  expect(page).toContain('<input type="hidden" name="return_to" value="/w/ops"/>');
  expect(page).not.toContain('No way to sign in is set up');
  const sent = await signInPage({ sent: '1' });
  expect(sent).toContain('If this address may sign in, a link is on its way');
  expect(sent).toContain('href="/sandbox/mail"');
  expect(await signInPage({ error: 'Verification' })).toContain('This link is not good any more');
  expect(await signInPage({ error: 'EmailSignin' })).toContain('No link was sent');
});

it('the page of a link names whom it signs in, and uses nothing up however often it is opened', async () => {
  const id = newId();
  await web.admin`insert into public.users (id, email) values (${id}, 'ann@x.test')`;
  await web.admin`
    insert into private.accounts (provider, provider_account_id, user_id) values ('sandbox-github', '7', ${id})`;
  await new Browser(web.hub).post('/api/auth/signin/email', { email: 'ann@x.test' });
  const [row] = await web.admin`select id, envelope from private.mails`;
  const place = { id: String(row?.['id']), workspaceId: null };
  const { text } = openContent(createOpener(keys.privateKey), place, row?.['envelope'] as Buffer);
  const token = /token=([\w-]+)/.exec(text)?.[1] ?? '';
  for (let scan = 0; scan < 3; scan += 1) {
    const page = await linkPage({ token });
    expect(page).toContain('This link signs you in as ann@x.test.');
    expect(page).toContain(`<input type="hidden" name="token" value="${token}"/>`);
  }
  const browser = new Browser(web.hub);
  await browser.post('/api/auth/callback/email', { token });
  expect((await browser.session())?.user.email).toBe('ann@x.test');
  expect(await linkPage({ token })).toContain('This link is not good any more');
  expect(await linkPage({})).toContain('This link is not good any more');
});
