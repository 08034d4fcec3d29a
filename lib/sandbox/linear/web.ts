import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { type Html, html } from '../html.ts';
import type { MountedAt } from '../provider-double.ts';
import { issueOf, maySee, ownTeam, teamOf } from './access.ts';
import { consentPage } from './consent-page.ts';
import type { Caller } from './grants.ts';
import { answerGraphql } from './graphql-endpoint.ts';
import type { IssueInput } from './issue-input.ts';
import { issuePage } from './issue-page.ts';
import { linearPage, type Page, refusalPage } from './layout.ts';
import { LinearError } from './linear-error.ts';
import { answerConsent, answerRevoke, answerToken, readConsentRequest } from './oauth.ts';
import { homePage, issuePath, teamPage } from './team-pages.ts';
import { type LinearWorld, mount, organization } from './world.ts';
import { archiveIssue, createIssue, updateIssue } from './write-issue.ts';

const actingCookie = 'sandbox_linear_acting';

interface Env {
  Bindings: { at: MountedAt };
}
type At = Context<Env>;

/** Everything below /sandbox/linear: the API, the three addresses of OAuth, pages for people. */
export function createLinearWeb(world: LinearWorld): Hono<Env> {
  const app = new Hono<Env>().basePath(mount);
  app.all('/graphql', (c) => answerGraphql(world, c.req.raw, c.env.at.publicOrigin));
  app.post('/oauth/token', (c) => answerToken(world, c.req.raw));
  app.post('/oauth/revoke', (c) => answerRevoke(world, c.req.raw));
  app.use('*', async (c, next) => {
    if (c.req.method === 'POST' && !fromHere(c)) {
      return refusalPage('Not from here', 'The form was sent by another site.', 403);
    }
    return next();
  });
  consentRoutes(app, world);
  app.post('/acting', async (c) => {
    const form = await formOf(c);
    setCookie(c, actingCookie, form.get('person') ?? '', {
      path: mount,
      httpOnly: true,
      sameSite: 'Lax',
    });
    const back = form.get('return_to') ?? mount;
    return c.redirect(back.startsWith(`${mount}/`) && !back.includes('\\') ? back : mount, 303);
  });
  app.get('/', (c) => {
    const { caller, acting } = actorOf(world, c);
    const teams = world.tables.teams.all().filter((team) => maySee(caller, team));
    return linearPage(homePage(world, teams, acting));
  });
  issueRoutes(app, world);
  app.notFound(() => refusalPage('Not found', 'There is no such page in the sandbox.', 404));
  app.onError((error) => {
    if (error instanceof LinearError) return refusalPage('Not done', error.shown, 404);
    throw error;
  });
  return app;
}

function consentRoutes(app: Hono<Env>, world: LinearWorld): void {
  const answer = async (c: At): Promise<Response> => {
    const isForm = c.req.method === 'POST';
    const query = isForm ? await formOf(c) : new URL(c.req.url).searchParams;
    const outcome = readConsentRequest(world, query);
    if (outcome.kind === 'refuse') return refusalPage('Be careful', outcome.reason, 400);
    if (outcome.kind === 'redirect') return c.redirect(outcome.location, 302);
    if (!isForm) return consentPage(world, outcome.request);
    return c.redirect(answerConsent(world, outcome.request, query), 302);
  };
  app.get('/oauth/authorize', answer);
  app.post('/oauth/authorize', answer);
}

function issueRoutes(app: Hono<Env>, world: LinearWorld): void {
  const team = `/${organization.urlKey}/team/:key`;
  const issue = `/${organization.urlKey}/issue/:name`;
  const showTeam = (c: At, notice: Html | null = null): Response => {
    const { caller, acting } = actorOf(world, c);
    const row = teamOf(world, caller, c.req.param('key') ?? '');
    const filter = {
      text: (c.req.query('q') ?? '').slice(0, 200),
      page: Number(c.req.query('page') ?? 1) || 1,
    };
    return linearPage(teamPage(world, row, filter, acting, notice), notice ? 422 : 200);
  };
  const showIssue = (c: At, notice: Html | null = null): Response => {
    const { caller, acting } = actorOf(world, c);
    const row = issueOf(world, caller, c.req.param('name') ?? '');
    return linearPage(issuePage(world, row, acting, notice), notice ? 422 : 200);
  };
  app.get(team, (c) => showTeam(c));
  app.post(team, async (c) => {
    const form = await formOf(c);
    const { caller } = actorOf(world, c);
    return orRefusal(
      () => {
        const row = createIssue(world, caller, c.req.param('key') ?? '', readInput(form));
        return c.redirect(issuePath(ownTeam(world, row), row), 303);
      },
      (notice) => showTeam(c, notice),
    );
  });
  app.get(issue, (c) => showIssue(c));
  const change = (
    path: string,
    write: (caller: Caller, name: string, form: URLSearchParams) => void,
  ): void => {
    app.post(path, async (c) => {
      const form = await formOf(c);
      const { caller } = actorOf(world, c);
      const name = c.req.param('name') ?? '';
      return orRefusal(
        () => {
          write(caller, name, form);
          return c.redirect(`${mount}/${organization.urlKey}/issue/${name}`, 303);
        },
        (notice) => showIssue(c, notice),
      );
    });
  };
  change(issue, (caller, name, form) => updateIssue(world, caller, name, readInput(form)));
  change(`${issue}/shelf`, (caller, name, form) => {
    const to = form.get('to');
    const how = to === 'archive' || to === 'restore' ? to : 'trash';
    archiveIssue(world, caller, name, how);
  });
}

/** Only the fields a form has are changed. */
function readInput(form: URLSearchParams): IssueInput {
  const text = (name: string): string | undefined =>
    form.get(name)?.replaceAll('\r\n', '\n') ?? undefined;
  const input: IssueInput = {};
  const [title, description, stateId] = [text('title'), text('description'), text('stateId')];
  if (title !== undefined) input.title = title;
  if (description !== undefined) input.description = description || null;
  if (stateId !== undefined) input.stateId = stateId;
  if (form.has('priority')) input.priority = Number(form.get('priority'));
  if (form.has('assigneeId')) input.assigneeId = text('assigneeId') || null;
  if (form.has('dueDate')) input.dueDate = text('dueDate') || null;
  if (form.has('labelIds')) input.labelIds = form.getAll('labelIds').filter(Boolean);
  return input;
}

function orRefusal(work: () => Response, refused: (notice: Html) => Response): Response {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof LinearError)) throw error;
    return refused(html`<p class="card notice" role="alert">Not done: ${error.shown}</p>`);
  }
}

const formOf = async (c: At): Promise<URLSearchParams> => new URLSearchParams(await c.req.text());

/** Forms of other sites are refused. A browser always sends Origin with a POST. */
function fromHere(c: At): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = c.req.header('origin');
  const host = c.req.header('x-forwarded-host') ?? c.req.header('host');
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

/** The person the browser chose; the first one until then. */
function actorOf(world: LinearWorld, c: At): { caller: Caller; acting: Page['acting'] } {
  const everybody = world.tables.people.all().filter((person) => person.active);
  const wanted = getCookie(c, actingCookie);
  const person = everybody.find((one) => one.displayName === wanted) ?? everybody[0];
  if (!person) throw new Error('The sandbox has nobody in it');
  const url = new URL(c.req.url);
  const returnTo = c.req.method === 'GET' ? url.pathname + url.search : mount;
  return {
    caller: { person, scopes: null, meter: `pages:${person.uuid}` },
    acting: { person, everybody, returnTo },
  };
}
