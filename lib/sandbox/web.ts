import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { permissionOf } from './access.ts';
import { exchangeToken } from './access-token.ts';
import { answerAuthorize, readAuthorizeRequest } from './authorize.ts';
import { authorizePage, refusalPage } from './authorize-page.ts';
import { html } from './html.ts';
import { issuePage } from './issue-page.ts';
import { prefix } from './links.ts';
import { avatarImage, pageResponse } from './page-layout.ts';
import { actAs, personOf, refusalOf } from './people-actions.ts';
import { type Acting, homePage, issuesPage } from './repository-pages.ts';
import type { IssueRow, RepoRow, UserRow } from './rows.ts';
import { stylesheet } from './stylesheet.ts';
import type { World } from './world.ts';

const actingCookie = 'sandbox_acting';

/** The pages for people and the two addresses of OAuth: what github.com is to api.github.com. */
export function createWeb(world: World): Hono {
  const app = new Hono().basePath(prefix);
  app.use('*', async (c, next) => {
    if (c.req.method === 'POST' && !tokenPath(c.req.path) && !fromHere(c)) {
      return refusalPage('Not from here', 'The form was sent by another site.', 403);
    }
    return next();
  });
  oauthRoutes(app, world);
  app.get('/assets/style.css', (c) =>
    c.body(stylesheet, 200, { 'content-type': 'text/css; charset=utf-8' }),
  );
  app.get('/avatars/:kind/:name', (c) => avatarImage(c.req.param('name')));
  app.post('/acting', async (c) => {
    const form = await formOf(c);
    const { login } = personOf(world, form.get('login') ?? '');
    setCookie(c, actingCookie, login, { path: '/sandbox', httpOnly: true, sameSite: 'Lax' });
    const back = form.get('return_to') ?? prefix;
    return c.redirect(back.startsWith(`${prefix}/`) && !back.includes('\\') ? back : prefix, 303);
  });
  app.get('/', (c) => {
    const reader = actor(world, c);
    const repos = world.tables.repos.all().filter((repo) => mayRead(world, reader, repo));
    return pageResponse(homePage(world, repos, acting(world, c)));
  });
  app.get('/:owner/:repo', (c) => c.redirect(`${c.req.path.replace(/\/$/, '')}/issues`, 302));
  app.get('/:owner', (c) => c.redirect(prefix, 302));
  issueRoutes(app, world);
  app.notFound(() => refusalPage('Not found', 'There is no such page in the sandbox.', 404));
  return app;
}

const tokenPath = (path: string): boolean => path === `${prefix}/login/oauth/access_token`;

/** Forms of other sites are refused. A browser always sends Origin with a POST. */
function fromHere(c: Context): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = c.req.header('origin');
  const host = c.req.header('x-forwarded-host') ?? c.req.header('host');
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

function oauthRoutes(app: Hono, world: World): void {
  app.get('/login/oauth/authorize', (c) => {
    const outcome = readAuthorizeRequest(world, new URL(c.req.url).searchParams);
    if (outcome.kind === 'redirect') return c.redirect(outcome.location, 302);
    if (outcome.kind === 'refuse') return refusalPage('Be careful', outcome.reason, 400);
    return authorizePage(world, outcome.request);
  });
  app.post('/login/oauth/authorize', async (c) => {
    const form = await formOf(c);
    const outcome = readAuthorizeRequest(world, form);
    if (outcome.kind === 'redirect') return c.redirect(outcome.location, 302);
    if (outcome.kind === 'refuse') return refusalPage('Be careful', outcome.reason, 400);
    return c.redirect(answerAuthorize(world, outcome.request, form), 302);
  });
  app.post('/login/oauth/access_token', async (c) => {
    const parameters = new URL(c.req.url).searchParams;
    for (const [name, value] of await bodyParameters(c)) parameters.set(name, value);
    return exchangeToken(world, parameters, c.req.raw.headers);
  });
}

async function bodyParameters(c: Context): Promise<URLSearchParams> {
  if (!/json/.test(c.req.header('content-type') ?? '')) return formOf(c);
  const json: unknown = await c.req.json();
  const entries = typeof json === 'object' && json !== null ? Object.entries(json) : [];
  return new URLSearchParams(entries.map(([name, value]) => [name, String(value)]));
}

const formOf = async (c: Context): Promise<URLSearchParams> =>
  new URLSearchParams(await c.req.text());

function issueRoutes(app: Hono, world: World): void {
  const list = '/:owner/:repo/issues';
  const one = `${list}/:number{[0-9]+}`;
  app.get(list, (c) => listResponse(world, c, null));
  app.get(one, (c) => issueResponse(world, c, null));
  app.post(list, async (c) => {
    const form = await formOf(c);
    const path = apiPath(c).replace(/\/issues.*$/, '/issues');
    const content = { title: form.get('title') ?? '', body: form.get('body') || null };
    const answer = await actAs(world, actor(world, c).login, 'POST', path, content);
    const refusal = refusalOf(answer);
    if (refusal) return listResponse(world, c, refusal);
    const { number } = answer.json as { number: number };
    return c.redirect(`${c.req.path}/${number}`, 303);
  });
  const change = (
    path: string,
    method: string,
    read: (form: URLSearchParams) => unknown,
    tail = '',
  ): void => {
    app.post(path, async (c) => {
      const form = await formOf(c);
      const issue = apiPath(c).replace(/(\/issues\/\d+).*$/, '$1');
      const login = actor(world, c).login;
      const refusal = refusalOf(await actAs(world, login, method, issue + tail, read(form)));
      if (refusal) return issueResponse(world, c, refusal);
      return c.redirect(prefix + issue.replace('/repos', ''), 303);
    });
  };
  change(one, 'PATCH', (form) => ({
    title: form.get('title') ?? '',
    body: (form.get('body') ?? '').replaceAll('\r\n', '\n') || null,
  }));
  change(`${one}/comments`, 'POST', (form) => ({ body: form.get('body') ?? '' }), '/comments');
  change(`${one}/labels`, 'PATCH', (form) => ({ labels: form.getAll('label') }));
  change(`${one}/assignees`, 'PATCH', (form) => ({ assignees: form.getAll('assignee') }));
  change(`${one}/state`, 'PATCH', (form) => {
    const reason = form.get('to');
    return { state: reason === 'reopened' ? 'open' : 'closed', state_reason: reason };
  });
}

const apiPath = (c: Context): string => `/repos${c.req.path.slice(prefix.length)}`;

function listResponse(world: World, c: Context, refusal: string | null): Response {
  const repo = readableRepo(world, c);
  if (!repo) return refusalPage('Not found', 'This repository is not there for you.', 404);
  const filter = {
    state: c.req.query('state') === 'closed' ? ('closed' as const) : ('open' as const),
    text: (c.req.query('q') ?? '').slice(0, 200),
    page: Number(c.req.query('page') ?? 1) || 1,
  };
  const frame = issuesPage(world, repo, filter, acting(world, c), noticeOf(refusal));
  return pageResponse(frame, refusal ? 422 : 200);
}

function issueResponse(world: World, c: Context, refusal: string | null): Response {
  const repo = readableRepo(world, c);
  const number = Number(c.req.param('number'));
  const issue: IssueRow | undefined =
    repo && world.tables.issues.findBy('repo_id', repo.id).find((row) => row.number === number);
  if (!repo || !issue) return refusalPage('Not found', 'This issue is not there for you.', 404);
  const frame = issuePage(world, repo, issue, acting(world, c), noticeOf(refusal));
  return pageResponse(frame, refusal ? 422 : 200);
}

const noticeOf = (refusal: string | null): ReturnType<typeof html> | null =>
  refusal === null ? null : html`<p class="card notice" role="alert">Not done: ${refusal}</p>`;

function readableRepo(world: World, c: Context): RepoRow | undefined {
  const fullName = `${c.req.param('owner')}/${c.req.param('repo')}`;
  const repo = world.tables.repos.findOneBy('full_name', fullName);
  return repo && mayRead(world, actor(world, c), repo) ? repo : undefined;
}

const mayRead = (world: World, reader: UserRow, repo: RepoRow): boolean =>
  permissionOf(world.tables, reader, repo) !== null;

/** The person the browser chose; the first one until then. */
function actor(world: World, c: Context): UserRow {
  const login = getCookie(c, actingCookie) ?? '';
  const chosen = world.tables.users.findOneBy('login', login) ?? world.tables.users.all()[0];
  if (!chosen) throw new Error('The sandbox has nobody in it');
  return chosen;
}

function acting(world: World, c: Context): Acting {
  const everybody = world.tables.users.all().map((user) => user.login);
  const url = new URL(c.req.url);
  const returnTo = c.req.method === 'GET' ? url.pathname + url.search : prefix;
  return { login: actor(world, c).login, everybody, returnTo };
}
