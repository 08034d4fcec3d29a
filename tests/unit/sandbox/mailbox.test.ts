import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect as dial } from 'node:net';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '#lib/core/index';
import { type Sandbox, startSandbox } from '#lib/sandbox/index';
import { type KeptMail, Mailbox } from '#lib/sandbox/mail/mailbox';
import { controlToken, options, temporaryDirectory } from './sandbox-harness.ts';

let dataDir: string;
let sandbox: Sandbox;

beforeEach(async () => {
  dataDir = await temporaryDirectory();
  sandbox = await startSandbox(options(dataDir));
});
afterEach(async () => {
  await sandbox.close();
  await rm(dataDir, { recursive: true, force: true });
});

const switches = () => sandbox.at('mail').control;
const mails = () => switches().call<KeptMail[]>('GET', '/mails');
const port = async () => (await switches().call<{ port: number }>('GET', '/status')).port;
const page = (path = '') => fetch(`${sandbox.at('mail').url}${path}`);

async function send(to: string, more: Record<string, unknown> = {}) {
  const sender = createTransport({ host: '127.0.0.1', port: await port(), ignoreTLS: true });
  return sender.sendMail({
    from: 'Hub <hub@patchbay.test>',
    to,
    subject: 'Grüße <b>&</b>',
    text: 'Look: https://hub.test/x?a=1&b=2\n\n<script>alert(1)</script>',
    html: '<p onclick="alert(1)">Hello</p><script>alert(1)</script>',
    messageId: '<one@patchbay.test>',
    ...more,
  });
}

test('keeps a mail whole, and shows it as what it is', async () => {
  await send('Ann Lee <ann@x.test>');
  const [mail] = await mails();
  expect(mail).toMatchObject({
    from: 'hub@patchbay.test',
    to: ['ann@x.test'],
    fromLine: 'Hub <hub@patchbay.test>',
    toLine: 'Ann Lee <ann@x.test>',
    subject: 'Grüße <b>&</b>',
    messageId: '<one@patchbay.test>',
  });
  expect(mail?.raw).toContain('Message-ID: <one@patchbay.test>');
  const list = await (await page()).text();
  expect(list).toContain('Grüße &lt;b&gt;&amp;&lt;/b&gt;');
  const shown = await page(`/${mail?.id}`);
  expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
  const text = await shown.text();
  expect(text).toContain('<a href="https://hub.test/x?a=1&amp;b=2">');
  expect(text).not.toContain('<script>');
});

test('shows a mail’s markup without a right to do anything', async () => {
  await send('ann@x.test');
  const answer = await page('/1/html');
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy.split('; ')).toEqual(expect.arrayContaining(["default-src 'none'", 'sandbox']));
  expect(await answer.text()).toContain('Hello');
});

test.each([
  ['bounce@x.test', 550],
  ['bounce+ann@x.test', 550],
  ['busy@x.test', 451],
  ['policy@x.test', 550],
])('refuses %s with %i and keeps nothing', async (to, reply) => {
  await expect(send(to)).rejects.toMatchObject({ responseCode: reply, command: 'RCPT TO' });
  expect(await mails()).toEqual([]);
});

test('a mail that was taken is there after a restart', async () => {
  for (let n = 1; n <= 3; n += 1) await send('ann@x.test', { messageId: `<${n}@patchbay.test>` });
  await sandbox.close();
  sandbox = await startSandbox(options(dataDir));
  expect((await mails()).map((mail) => mail.messageId)).toEqual(
    [3, 2, 1].map((n) => `<${n}@patchbay.test>`),
  );
  await send('ann@x.test', { messageId: '<4@patchbay.test>' });
  expect((await mails())[0]).toMatchObject({ id: 4, messageId: '<4@patchbay.test>' });
});

test('beyond two hundred mails the oldest go, also when they come at once', async () => {
  const mailbox = new Mailbox(`${dataDir}/many`, systemClock);
  await mailbox.open();
  const raw = 'Subject: x\r\n\r\nx';
  await Promise.all(
    Array.from({ length: 205 }, (_, n) =>
      mailbox.add({ from: 'a@x.test', to: [`${n}@x.test`], raw }),
    ),
  );
  expect(mailbox.all().map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, n) => 205 - n));
});

test('a sender that leaves in the middle leaves nothing behind', async () => {
  const socket = dial(await port(), '127.0.0.1');
  const gone = once(socket, 'close');
  for (const line of ['EHLO x', 'MAIL FROM:<a@x.test>', 'RCPT TO:<b@x.test>', 'DATA']) {
    await once(socket, 'data');
    socket.write(`${line}\r\n`);
  }
  await once(socket, 'data');
  socket.write('Subject: half\r\n\r\nnot finished');
  socket.destroy();
  await gone;
  await send('ann@x.test');
  expect(await mails()).toHaveLength(1);
});

test('a page of a browser reads no switch', async () => {
  const answer = await fetch(`${sandbox.origin}/sandbox/control/mail/mails`);
  expect(answer.status).toBe(401);
  const forwarded = await fetch(`${sandbox.origin}/sandbox/control/mail/mails`, {
    headers: { authorization: `Bearer ${controlToken}`, 'x-forwarded-for': '1.2.3.4' },
  });
  expect(forwarded.status).toBe(404);
});
