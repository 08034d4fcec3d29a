// @vitest-environment jsdom
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MailMessage } from '#lib/mail/message';
import { renderMessage } from '#lib/mail/render-message';

const url = 'https://hub.test/invitations/abc?a=1&b=%22';

/** Every template, its words made from one text. */
const messages = (text: string): MailMessage[] => [
  { kind: 'sign_in', url, minutes: 10 },
  { kind: 'invitation', url, workspace: text, inviter: text, role: text, days: 7 },
  {
    kind: 'connection_alert',
    url,
    workspace: text,
    service: text,
    account: text,
    cause: text,
    since: '2026-11-21T12:00:00.000Z',
  },
  { kind: 'test', url, workspace: text },
];

const read = (html: string) => new DOMParser().parseFromString(html, 'text/html');

const elements = (html: string) =>
  [...read(html).querySelectorAll('*')].map((element) => ({
    tag: element.tagName,
    attributes: [...element.attributes].map(({ name }) => name),
  }));

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title><style>*{display:none}</style>',
  '&lt;b&gt; &amp;',
  '\r\nBcc: victim@x.test\r\n\r\n<h1>Other mail</h1>',
  '\u202egpj.exe',
  '$&$1`$`',
];

describe('a rendered mail', () => {
  it('has the same elements and attributes whatever people call themselves', () => {
    const plain = messages('plain').map((message) => elements(renderMessage(message).html));
    const check = (text: string): void => {
      expect(messages(text).map((message) => elements(renderMessage(message).html))).toEqual(plain);
    };
    for (const text of hostile) check(text);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('<', '>', '"', "'", '&', '/', 'a', '=', ' ', '!--'), {
          minLength: 1,
        }),
        (parts) => check(parts.join('')),
      ),
      { numRuns: 60 },
    );
  });

  it('has a subject of one line, and text that no name can begin a paragraph in', () => {
    for (const text of hostile) {
      for (const message of messages(text)) {
        const { subject, text: body } = renderMessage(message);
        expect(subject).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
        expect(subject.length).toBeLessThanOrEqual(150);
        expect(body).not.toMatch(/^Bcc:/m);
        expect(body).not.toMatch(/^<h1>/m);
      }
    }
  });

  it('says the same in both forms, with the link whole', () => {
    for (const message of messages('Ops & Co')) {
      const { text, html } = renderMessage(message);
      const document = read(html);
      expect(text).toContain(url);
      expect(document.querySelector('a')?.getAttribute('href')).toBe(url);
      for (const paragraph of document.querySelectorAll('h1')) {
        expect(text).toContain(paragraph.textContent);
      }
      expect(html).not.toMatch(/<(?:img|script|link|iframe|form)\b|url\(/i);
    }
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '/invitations/x', ''])(
    'does not link to %j',
    (bad) =>
      expect(() => renderMessage({ kind: 'sign_in', url: bad, minutes: 1 })).toThrow(/web address/),
  );
});
