import { type Html, html } from '../html.ts';
import { mountOf } from '../provider-double.ts';
import { day, field, money, notice, pager, perPage, shownText } from './page-parts.ts';
import type { StripeWorld } from './world.ts';

const home = mountOf('stripe');

export function paymentsPage(world: StripeWorld, page: number): Html {
  const all = world.tables.payments.all().reverse();
  const shown = all.slice((page - 1) * perPage, page * perPage);
  return html`<h1>Payments</h1>
<ul class="list card flush">${shown.map(
    ({ key, object }) =>
      html`<li><a class="title" href="${home}/payments/${key}">${money(object['amount'], object['currency'])}</a><div class="meta">${String(object['status'])} · ${shownText(object['description']) || 'no description'} · ${day(object['created'])}</div></li>`,
  )}</ul>
${pager(`${home}/payments`, page, all.length)}`;
}

export function paymentPage(world: StripeWorld, id: string, refusal: string | null): Html | null {
  const { tables } = world;
  const object = tables.payments.findOneBy('key', id)?.object;
  if (!object) return null;
  const here = `${home}/payments/${id}`;
  const charge = tables.charges.findOneBy('key', String(object['latest_charge']))?.object;
  const customer = object['customer'];
  const isOpen = object['status'] !== 'succeeded' && object['status'] !== 'canceled';
  const back = Number(charge?.['amount_refunded'] ?? 0);
  return html`<p class="crumbs"><a href="${home}/payments">Payments</a></p>
<h1>${money(object['amount'], object['currency'])}</h1>
<p class="dim">${id} · ${String(object['status'])} · ${day(object['created'])}</p>${notice(refusal)}
${typeof customer === 'string' && html`<p>Paid by <a href="${home}/customers/${customer}">${customer}</a></p>`}
${back > 0 && html`<p>Paid back: ${money(back, object['currency'])}</p>`}
<form class="card" method="post" action="${here}">${field('description', 'Description', object['description'])}<button class="primary">Save</button></form>
${charge && charge['refunded'] !== true && html`<form class="card" method="post" action="${here}/refund"><h2>Refund</h2>${field('amount', 'Amount in cents; empty is all', '')}<button>Refund</button></form>`}
${isOpen && html`<form method="post" action="${here}/cancel"><button>Cancel payment</button></form>`}`;
}
