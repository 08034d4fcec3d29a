import { type Html, html } from '../html.ts';
import { mountOf } from '../provider-double.ts';
import { day, field, money, notice, pager, perPage, shownText } from './page-parts.ts';
import type { Shape, StripeWorld } from './world.ts';

const home = mountOf('stripe');

export function customersPage(
  world: StripeWorld,
  words: string,
  page: number,
  refusal: string | null = null,
): Html {
  const wanted = words.slice(0, 100).toLowerCase();
  const all = world.tables.customers
    .all()
    .map(({ object }) => object)
    .filter((object) => object['deleted'] !== true && holds(object, wanted))
    .reverse();
  const shown = all.slice((page - 1) * perPage, page * perPage);
  return html`<h1>Customers</h1>${notice(refusal)}
<form class="row search" method="get"><label class="hidden" for="q">Search</label><input type="search" id="q" name="q" value="${words}"><button>Search</button></form>
<ul class="list card flush">${shown.map(
    (object) =>
      html`<li><a class="title" href="${home}/customers/${String(object['id'])}">${nameOf(object)}</a><div class="meta">${shownText(object['email']) || 'no address'} · ${day(object['created'])}</div></li>`,
  )}</ul>
${pager(`${home}/customers?q=${encodeURIComponent(words)}`, page, all.length)}
<details class="card"><summary>New customer</summary><form method="post" action="${home}/customers">${field('name', 'Name', '')}${field('email', 'E-mail', '')}${field('phone', 'Phone', '')}<button class="primary">Add customer</button></form></details>`;
}

export function customerPage(world: StripeWorld, id: string, refusal: string | null): Html | null {
  const object = world.tables.customers.findOneBy('key', id)?.object;
  if (!object || object['deleted'] === true) return null;
  const here = `${home}/customers/${id}`;
  const payments = world.tables.payments
    .all()
    .map((row) => row.object)
    .filter((payment) => payment['customer'] === id)
    .reverse()
    .slice(0, perPage);
  return html`<p class="crumbs"><a href="${home}/customers">Customers</a></p>
<h1>${nameOf(object)}</h1><p class="dim">${id} · since ${day(object['created'])}</p>${notice(refusal)}
<form class="card" method="post" action="${here}">${field('name', 'Name', object['name'])}${field('email', 'E-mail', object['email'])}${field('phone', 'Phone', object['phone'])}${field('description', 'Description', object['description'])}<button class="primary">Save</button></form>
<form class="card" method="post" action="${here}/payments"><h2>New payment</h2>${field('amount', 'Amount in cents', '')}${field('currency', 'Currency', 'eur')}${field('description', 'Description', '')}
<div class="field"><label for="payment_method">Card</label><select id="payment_method" name="payment_method"><option value="pm_card_visa">Visa, taken</option><option value="pm_card_visa_chargeDeclined">Visa, declined</option></select></div><button class="primary">Pay</button></form>
<ul class="list card flush">${payments.map(
    (payment) =>
      html`<li><a class="title" href="${home}/payments/${String(payment['id'])}">${money(payment['amount'], payment['currency'])}</a><div class="meta">${String(payment['status'])} · ${shownText(payment['description'])}</div></li>`,
  )}</ul>
<form method="post" action="${here}/delete"><button>Delete customer</button></form>`;
}

const nameOf = (object: Shape): string => String(object['name'] ?? object['email'] ?? object['id']);

const holds = (object: Shape, words: string): boolean =>
  words === '' ||
  [object['name'], object['email'], object['id']].some((value) =>
    shownText(value).toLowerCase().includes(words),
  );
