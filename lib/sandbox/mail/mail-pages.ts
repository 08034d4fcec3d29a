import { type Html, html } from '../html.ts';
import { shellResponse } from '../page-shell.ts';
import { mountOf } from '../provider-double.ts';
import { refusals } from './mail-server.ts';
import type { KeptMail, Mailbox } from './mailbox.ts';

const home = mountOf('mail');
const brand = { title: 'Sandbox mailbox', home };

/** The mailbox for people: what the hub has sent, to whomever, newest first. */
export function answerMailPage(mailbox: Mailbox, method: string, path: string): Response {
  if (method !== 'GET' && method !== 'HEAD') return new Response(null, { status: 405 });
  if (path === home || path === `${home}/`) {
    return shellResponse({ brand, title: 'Mails', body: list(mailbox) });
  }
  const [, number = '', part] = /^\/sandbox\/mail\/(\d{1,9})(\/html)?$/.exec(path) ?? [];
  const mail = mailbox.get(Number(number));
  if (number === '' || !mail) {
    const body = html`<h1>There is no such mail</h1><p>${toList}</p>`;
    return shellResponse({ brand, title: 'Not found', body }, 404);
  }
  return part ? htmlPart(mail) : shellResponse({ brand, title: mail.subject, body: one(mail) });
}

const toList = html`<a href="${home}">All mails</a>`;

function list(mailbox: Mailbox): Html {
  const mails = mailbox.all();
  const rows = mails.map(
    (mail) => html`<li><a class="title" href="${home}/${mail.id}">${mail.subject}</a>
<div class="meta">to ${mail.to.join(', ')} · ${when(mail)}</div></li>`,
  );
  const tries = Object.entries(refusals).map(
    ([name, { reply, meaning }]) =>
      html`<li><code>${name}@…</code> is answered with ${reply}: ${meaning}.</li>`,
  );
  return html`<h1>Mails</h1>
<p class="dim">Everything the hub sends arrives here and goes nowhere else.</p>
${
  mails.length === 0
    ? html`<div class="card">Nothing was sent yet. Invite somebody, or ask for a link to sign in.</div>`
    : html`<ul class="list card flush">${rows}</ul>`
}
<div class="card"><h2>Addresses that are refused</h2><ul>${tries}</ul></div>`;
}

function one(mail: KeptMail): Html {
  return html`<p class="crumbs">${toList}</p>
<h1>${mail.subject}</h1>
<p class="dim">from ${mail.fromLine} to ${mail.toLine} · ${when(mail)}</p>
<div class="card markdown">${paragraphs(mail.text)}</div>
${mail.html !== null && html`<p><a class="button" href="${home}/${mail.id}/html">See it as HTML</a></p>`}
<details class="card markdown"><summary>As it came</summary><pre tabindex="0"><code>${mail.raw}</code></pre></details>`;
}

const paragraphs = (text: string): Html[] =>
  text.split(/(?:\r?\n){2,}/).map((paragraph) => html`<p>${linked(paragraph)}</p>`);

/** Addresses in the text as links. */
const linked = (text: string): Html[] =>
  text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`));

const when = (mail: KeptMail): Html =>
  html`<time datetime="${mail.receivedAt}">${mail.receivedAt.slice(0, 19).replace('T', ' ')} UTC</time>`;

/** The mail's own markup, with no right but to be looked at and to be left by a click. */
function htmlPart(mail: KeptMail): Response {
  return new Response(mail.html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    },
  });
}
