import type { AuthorizeRequest } from './authorize.ts';
import { html } from './html.ts';
import { prefix } from './links.ts';
import { avatar, checked, displayName, pageResponse } from './page-layout.ts';
import { scopeTexts } from './scopes.ts';
import { people } from './seed-people.ts';
import type { World } from './world.ts';

/** Choose an account, narrow the scopes, or go back. */
export function authorizePage(world: World, request: AuthorizeRequest): Response {
  const { app, scopes, parameters, redirectUri } = request;
  const users = world.tables.users.all().filter((user) => user.type === 'User');
  const body = html`<div class="narrow">
<h1>Authorize ${app.name}</h1>
<p class="dim">Pick the account that signs in. These people exist only in this sandbox; no password is asked.</p>
<form method="post" action="${prefix}/login/oauth/authorize">
${parameters.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${
  scopes.length > 0 &&
  html`<div class="card"><fieldset class="checks"><legend><strong>${app.name} asks for</strong></legend>
${scopes.map(
  (scope) =>
    html`<label><input type="checkbox" name="granted" value="${scope}"${checked}><span>${scopeTexts[scope] ?? scope} <code class="dim">${scope}</code></span></label>`,
)}</fieldset></div>`
}
<ul class="people" aria-label="Accounts">
${users.map((user) => {
  const email = world.tables.emails.findBy('user_id', user.id).find((row) => row.primary);
  return html`<li>${avatar(user.login, 36)}<div><strong>${displayName(user)}</strong><small>${email?.email}${email?.verified === false && ' (not verified)'}</small><small>${roleOf(user.login)}</small></div><button name="login" value="${user.login}">${user.login}</button></li>`;
})}
</ul>
<button name="cancel" value="1">Cancel</button>
</form>
<p class="dim">You will go back to <strong>${new URL(redirectUri).origin}</strong>.</p>
</div>`;
  const frame = { title: `Authorize ${app.name}`, acting: null, body };
  return pageResponse(frame, 200, [new URL(redirectUri).origin]);
}

/** What this person could do for the app: only administrators can set up webhooks. */
function roleOf(login: string): string {
  const permission = people.find((person) => person.login === login)?.permission;
  if (permission === 'admin') return 'Administrator of northwind';
  return permission
    ? 'Works on northwind/api and web'
    : 'Outside northwind, public repositories only';
}

export function refusalPage(title: string, reason: string, status: number): Response {
  const body = html`<div class="narrow card notice"><h1>${title}</h1><p>${reason}</p><p><a href="${prefix}">All repositories of the sandbox</a></p></div>`;
  return pageResponse({ title, acting: null, body }, status);
}
