import { html } from '../html.ts';
import { shellResponse } from '../page-shell.ts';
import { type InstallRequest, scopeWords } from './oauth.ts';
import { mount, team } from './world.ts';

/** Allow the app into the workspace, with all it asks for, or go back. */
export function installPage({ app, scopes, parameters, redirectUri }: InstallRequest): Response {
  const { origin } = new URL(redirectUri);
  const body = html`<div class="narrow">
<h1>${app.name} asks for permission to enter ${team.name}</h1>
<p class="dim">This workspace exists only in this sandbox; no password is asked.</p>
<form method="post" action="${mount}/oauth/v2/authorize">
${parameters.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<div class="card"><strong>${app.name} will be able to</strong><ul>${scopes.map(
    (scope) => html`<li>${scopeWords[scope]} <code class="dim">${scope}</code></li>`,
  )}</ul></div>
<div class="row"><button class="primary" name="allow" value="1">Allow</button><button name="allow" value="0">Cancel</button></div>
</form>
<p class="dim">You will go back to <strong>${origin}</strong>.</p>
</div>`;
  const brand = { title: 'Sandbox Slack', home: mount };
  return shellResponse({ brand, title: `Install ${app.name}`, body }, 200, [origin]);
}
