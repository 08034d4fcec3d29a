import { type Html, html } from '../html.ts';
import type { StripeWorld } from './world.ts';

const deliveriesShown = 30;

/** The first page: keys to copy, endpoints, and what was sent to them. */
export function developersPage(world: StripeWorld): Html {
  const { tables } = world;
  const keys = tables.keys.all().filter((key) => !key.revoked);
  const deliveries = tables.deliveries.all().slice(-deliveriesShown).reverse();
  return html`<h1>API keys</h1>
<p class="dim">Paste one of them where the hub asks for a key of Stripe. They open this sandbox and nothing else.</p>
<ul class="list card flush">${keys.map(
    ({ secret, kind }) =>
      html`<li><code>${secret}</code><div class="meta">${kind === 'secret' ? 'Secret key: everything' : 'Restricted key: reads only, and not the account itself'}</div></li>`,
  )}</ul>
<h2>Webhook endpoints</h2>
<ul class="list card flush">${tables.endpoints
    .all()
    .map(
      ({ object }) =>
        html`<li>${String(object['url'])}<div class="meta">${String(object['status'])} · ${String(object['id'])}</div></li>`,
    )}${tables.endpoints.count() === 0 && html`<li class="dim">None is registered.</li>`}</ul>
<h2>Deliveries</h2>
<ul class="list card flush">${deliveries.map(
    ({ event, type, attempt, status_code: code }) =>
      html`<li>${type} <span class="dim">${event}</span><div class="meta">attempt ${attempt}: ${code === 0 ? 'no answer' : code}</div></li>`,
  )}${deliveries.length === 0 && html`<li class="dim">Nothing was sent yet.</li>`}</ul>`;
}
