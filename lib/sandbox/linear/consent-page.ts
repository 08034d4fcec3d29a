import { html } from '../html.ts';
import { linearPage } from './layout.ts';
import { type ConsentRequest, scopeWords } from './oauth.ts';
import { type LinearWorld, mount, organization } from './world.ts';

/** Choose who signs in, or go back. Linear grants all that was asked, or nothing. */
export function consentPage(world: LinearWorld, request: ConsentRequest): Response {
  const { app, scopes, parameters, redirectUri } = request;
  const people = world.tables.people.all().filter((person) => person.active);
  const { origin } = new URL(redirectUri);
  const body = html`<div class="narrow">
<h1>${app.name} asks for access to ${organization.name}</h1>
<p class="dim">Pick the account that signs in. These people exist only in this sandbox; no password is asked.</p>
<form method="post" action="${mount}/oauth/authorize">
${parameters.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<div class="card"><strong>${app.name} will be able to</strong><ul>${scopes.map(
    (scope) => html`<li>${scopeWords[scope]} <code class="dim">${scope}</code></li>`,
  )}</ul></div>
<ul class="people" aria-label="Accounts">${people.map(
    (person) =>
      html`<li><div><strong>${person.name}</strong><small>${person.email}</small><small>${person.admin ? 'Administrator of the workspace: webhooks are possible' : 'Member of the workspace: no webhooks, changes are fetched'}</small></div><button name="person" value="${person.displayName}">${person.displayName}</button></li>`,
  )}</ul>
<button name="cancel" value="1">Cancel</button>
</form>
<p class="dim">You will go back to <strong>${origin}</strong>.</p>
</div>`;
  return linearPage({ title: `Authorize ${app.name}`, acting: null, body }, 200, [origin]);
}
