import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { type Html, html } from '../html.ts';
import { shellResponse } from '../page-shell.ts';
import { appPage, appsPage } from './app-pages.ts';
import { channelPage, channelsPage } from './channel-pages.ts';
import { installPage } from './install-page.ts';
import { changeMessage, deleteMessage, postMessage, react } from './messages.ts';
import { answerInstall, readInstallRequest } from './oauth.ts';
import { setRequestUrl } from './request-url.ts';
import { keyOf } from './show-message.ts';
import { SlackError } from './slack-error.ts';
import {
  type ChannelRow,
  type MessageRow,
  mount,
  type PersonRow,
  type SlackWorld,
} from './world.ts';

const actingCookie = 'sandbox_slack_acting';
const brand = { title: 'Sandbox Slack', home: mount };

/** The client people talk in, the page where an app is installed, and the console of its operator. */
export function createSlackPages(world: SlackWorld): Hono {
  const app = new Hono().basePath(mount);
  app.use('*', async (c, next) => {
    if (c.req.method === 'POST' && !fromHere(c))
      return refusal('The form was sent by another site.', 403);
    return next();
  });
  app.get('/', (c) => page(world, c, 'Channels', channelsPage(world)));
  app.get('/oauth/v2/authorize', (c) => {
    const outcome = readInstallRequest(world, new URL(c.req.url).searchParams);
    return outcome.kind === 'ask' ? installPage(outcome.request) : refusal(outcome.reason, 400);
  });
  app.post('/oauth/v2/authorize', async (c) => {
    const form = await formOf(c);
    const outcome = readInstallRequest(world, form);
    if (outcome.kind === 'refuse') return refusal(outcome.reason, 400);
    return c.redirect(answerInstall(world, outcome.request, form.get('allow') === '1'), 302);
  });
  app.post('/acting', async (c) => {
    const user = (await formOf(c)).get('user') ?? '';
    setCookie(c, actingCookie, user, { path: mount, httpOnly: true, sameSite: 'Lax' });
    return c.redirect(mount, 303);
  });
  app.get('/archives/:channel/:message', (c) => {
    const digits = c.req.param('message').replace(/^p/, '');
    const anchor = /^\d{7,20}$/.test(digits) ? `#m${digits}` : '';
    return c.redirect(
      `${mount}/channels/${encodeURIComponent(c.req.param('channel'))}${anchor}`,
      302,
    );
  });
  channelRoutes(app, world);
  appRoutes(app, world);
  app.notFound(() => refusal('There is no such page in the sandbox.', 404));
  return app;
}

function channelRoutes(app: Hono, world: SlackWorld): void {
  app.get('/channels/:id', (c) => shown(c, null));
  const act = (
    path: string,
    work: (at: {
      channel: ChannelRow;
      user: string;
      form: URLSearchParams;
      row: MessageRow | null;
    }) => void,
  ): void => {
    app.post(path, async (c) => {
      const channel = world.tables.channels.findOneBy('key', c.req.param('id') ?? '');
      if (!channel) return refusal('This channel is not there.', 404);
      const form = await formOf(c);
      const key = keyOf(channel.key, form.get('ts') ?? '');
      const row = world.tables.messages.findOneBy('key', key) ?? null;
      try {
        work({ channel, user: actor(world, c).key, form, row });
        return c.redirect(`${mount}/channels/${channel.key}`, 303);
      } catch (error) {
        if (!(error instanceof SlackError)) throw error;
        return shown(c, error.message);
      }
    });
  };
  act('/channels/:id', ({ channel, user, form }) => {
    const thread = form.get('thread') || null;
    postMessage(world, channel, { user, text: form.get('text') ?? '', thread });
  });
  act('/channels/:id/change', ({ channel, user, form, row }) => {
    changeMessage(world, channel, present(row), { by: user, text: form.get('text') ?? '' });
  });
  act('/channels/:id/delete', ({ channel, user, row }) => {
    deleteMessage(world, channel, present(row), user);
  });
  act('/channels/:id/react', ({ channel, user, form, row }) => {
    react(world, channel, present(row), { name: form.get('name') ?? '', user });
  });

  function shown(c: Context, refused: string | null): Response {
    const channel = world.tables.channels.findOneBy('key', c.req.param('id') ?? '');
    if (!channel) return refusal('This channel is not there.', 404);
    const body = channelPage(world, channel, actor(world, c).key, refused);
    return page(world, c, `#${channel.name}`, body, refused === null ? 200 : 422);
  }
}

const present = (row: MessageRow | null): MessageRow => {
  if (!row) throw new SlackError('message_not_found');
  return row;
};

function appRoutes(app: Hono, world: SlackWorld): void {
  const found = (c: Context) =>
    world.tables.apps.findOneBy('clientId', c.req.param('clientId') ?? '');
  app.get('/apps', (c) => page(world, c, 'Apps', appsPage(world)));
  app.get('/apps/:clientId', (c) => {
    const row = found(c);
    return row ? page(world, c, 'App', appPage(world, row, null)) : refusal('No such app.', 404);
  });
  app.post('/apps/:clientId/request-url', async (c) => {
    const row = found(c);
    if (!row) return refusal('No such app.', 404);
    try {
      await setRequestUrl(world, row, (await formOf(c)).get('url') ?? '');
      return c.redirect(`${mount}/apps/${row.clientId}`, 303);
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      return page(world, c, 'App', appPage(world, row, error.message), 422);
    }
  });
  app.post('/apps/:clientId/invite', async (c) => {
    const row = found(c);
    const channel = world.tables.channels.findOneBy('key', (await formOf(c)).get('channel') ?? '');
    if (!row || !channel) return refusal('No such app or channel.', 404);
    const members = [...new Set([...channel.members, row.botUser])];
    world.tables.channels.update(channel.id, { members });
    return c.redirect(`${mount}/apps/${row.clientId}`, 303);
  });
}

const formOf = async (c: Context): Promise<URLSearchParams> =>
  new URLSearchParams(await c.req.text());

/** Forms of other sites are refused. A browser always sends Origin with a POST. */
function fromHere(c: Context): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = c.req.header('origin');
  const host = c.req.header('x-forwarded-host') ?? c.req.header('host');
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

/** The person the browser chose; the first one until then. */
function actor(world: SlackWorld, c: Context): PersonRow {
  const people = world.tables.people.all().filter((person) => person.clientId === null);
  const chosen = people.find((person) => person.key === getCookie(c, actingCookie)) ?? people[0];
  if (!chosen) throw new Error('The sandbox has nobody in it');
  return chosen;
}

function page(world: SlackWorld, c: Context, title: string, body: Html, status = 200): Response {
  const people = world.tables.people.all().filter((person) => person.clientId === null);
  const self = actor(world, c);
  const aside = html`<nav class="row"><a href="${mount}">Channels</a><a href="${mount}/apps">Apps</a></nav>
<form class="acting" method="post" action="${mount}/acting"><label for="acting">Acting as</label><select id="acting" name="user">${people.map(
    ({ key, name }) =>
      html`<option value="${key}"${key === self.key && html` selected`}>${name}</option>`,
  )}</select><button>Switch</button></form>`;
  return shellResponse({ brand, title, aside, body }, status);
}

const refusal = (reason: string, status: number): Response =>
  shellResponse(
    {
      brand,
      title: 'Not done',
      body: html`<div class="narrow card notice"><h1>Not done</h1><p>${reason}</p><p><a href="${mount}">Sandbox Slack</a></p></div>`,
    },
    status,
  );
