import { html } from './html.ts';
import { shellResponse } from './page-shell.ts';
import { mountOf, type ProviderDouble } from './provider-double.ts';

/** GET /sandbox: every provider there is, each with the door to its pages. */
export function overviewPage(
  doubles: readonly Pick<ProviderDouble, 'name' | 'title' | 'summary'>[],
): Response {
  const body = html`<h1>The services on the other side</h1>
<p class="dim">They run on this machine, keep what you do, and answer the hub as the real ones would.</p>
<ul class="list card flush">${doubles.map(
    ({ name, title, summary }) =>
      html`<li><a class="title" href="${mountOf(name)}">${title}</a><div class="meta">${summary}</div></li>`,
  )}</ul>`;
  return shellResponse({ brand: { title: 'Sandbox', home: '/sandbox' }, title: 'Services', body });
}
