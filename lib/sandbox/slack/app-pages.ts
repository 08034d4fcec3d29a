import { type Html, html } from '../html.ts';
import { type AppRow, mount, type SlackWorld } from './world.ts';

const deliveriesShown = 20;

const nameOf = (world: SlackWorld, clientId: string): string =>
  world.registered.find((app) => app.clientId === clientId)?.name ?? clientId;

export function appsPage(world: SlackWorld): Html {
  return html`<h1>Apps</h1><p class="dim">What api.slack.com/apps is to an operator.</p>
<ul class="list card flush">${world.tables.apps
    .all()
    .map(
      ({ clientId, appId, requestUrl }) =>
        html`<li><a class="title" href="${mount}/apps/${clientId}">${nameOf(world, clientId)}</a><div class="meta">${appId} · ${requestUrl === null ? 'no events' : 'events on'}</div></li>`,
    )}</ul>`;
}

/** The operator's console: signing secret, Request URL, the channels the bot is in, what was sent. */
export function appPage(world: SlackWorld, app: AppRow, refusal: string | null): Html {
  const here = `${mount}/apps/${app.clientId}`;
  const outside = world.tables.channels.all().filter((one) => !one.members.includes(app.botUser));
  const deliveries = world.tables.deliveries
    .all()
    .filter((delivery) => delivery.clientId === app.clientId)
    .slice(-deliveriesShown)
    .reverse();
  return html`<p class="crumbs"><a href="${mount}/apps">Apps</a></p><h1>${nameOf(world, app.clientId)}</h1>
${refusal !== null && html`<p class="card notice" role="alert">Not saved: ${refusal}</p>`}
<div class="card"><h2>Basic Information</h2><p>App ID <code>${app.appId}</code></p><p>Signing secret <code>${app.signingSecret}</code></p></div>
<form class="card" method="post" action="${here}/request-url"><h2>Event Subscriptions</h2><div class="field"><label for="url">Request URL</label><input type="text" id="url" name="url" value="${app.requestUrl}"></div><button class="primary">Save</button>
<p class="dim">Slack asks the address for its challenge before it is kept. Bot events: message.channels, message.groups, reaction_added, reaction_removed.</p></form>
<form class="card" method="post" action="${here}/invite"><h2>Channels</h2><div class="field"><label for="channel">Invite to</label><select id="channel" name="channel">${outside.map(({ key, name }) => html`<option value="${key}">#${name}</option>`)}</select></div><button>Invite</button></form>
<h2>Deliveries</h2><ul class="list card flush">${deliveries.map(
    ({ eventId, type, attempt, status_code: code }) =>
      html`<li>${type} <span class="dim">${eventId}</span><div class="meta">attempt ${attempt}: ${code === 0 ? 'no answer in time' : code}</div></li>`,
  )}${deliveries.length === 0 && html`<li class="dim">Nothing was sent yet.</li>`}</ul>`;
}
