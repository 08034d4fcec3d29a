import type { Hono } from 'hono';
import { atLeast, findRepo, permissionOf } from './access.ts';
import { mayBeAssigned } from './account-routes.ts';
import { emulatedOrigin } from './links.ts';
import { invalidRequest, notFound, ProviderError, validationFailed } from './provider-error.ts';
import type { RestCall, RestEnv } from './rest.ts';
import type { RepoRow } from './rows.ts';
import { githubTime } from './store.ts';
import type { World } from './world.ts';

/** GitHub's limits, in characters. */
const titleChars = 256;
const bodyChars = 65_536;
const assigneesPerIssue = 10;

type Body = Record<string, unknown>;

/** Checks and tidies what is written to issues, before emulate sees it; emulate checks almost nothing. */
export function issueGuards(app: Hono<RestEnv>, world: World): void {
  const issues = '/repos/:owner/:repo/issues';
  const numbered = `${issues}/:number{[0-9]+}`;
  app.get('/repos/:owner/:repo/*', async (c, next) => {
    normaliseSince(c.env.call.query);
    await next();
  });
  app.on(['GET', 'PATCH'], [numbered], async (c, next) => {
    const gone = answerForFormer(world, c.env.call, Number(c.req.param('number')));
    if (gone) return c.json(gone, 301);
    return next();
  });
  app.post(issues, async (c, next) => {
    c.set('json', issueBody(world, c.env.call, c.get('json'), 'create'));
    await next();
  });
  app.patch(numbered, async (c, next) => {
    c.set('json', issueBody(world, c.env.call, c.get('json'), 'update'));
    await next();
  });
  app.on(['POST', 'PUT'], [`${numbered}/labels`], async (c, next) => {
    const json = c.get('json');
    const names = Array.isArray(json) ? json : (json as Body | undefined)?.['labels'];
    c.set('json', { labels: labelNames(world, repoOf(world, c.env.call), names) });
    await next();
  });
  app.on(['POST', 'DELETE'], [`${numbered}/assignees`], async (c, next) => {
    const asked = objectOf(c.get('json'))['assignees'];
    c.set('json', { assignees: assignable(world, repoOf(world, c.env.call), asked) });
    await next();
  });
  app.post(`${numbered}/comments`, async (c, next) => {
    refuseLocked(world, c.env.call, Number(c.req.param('number')));
    checkComment(objectOf(c.get('json')));
    await next();
  });
  app.patch(`${issues}/comments/:id{[0-9]+}`, async (c, next) => {
    checkComment(objectOf(c.get('json')));
    await next();
  });
  app.post('/repos/:owner/:repo/labels', async (c, next) => {
    checkNewLabel(world, repoOf(world, c.env.call), objectOf(c.get('json')));
    await next();
  });
}

/**
 * Where a number points to that was an issue once. What was deleted is said to be; what was transferred
 * is pointed to, as far as the reader may see it.
 * https://docs.github.com/en/rest/issues/issues#get-an-issue
 */
function answerForFormer(world: World, call: RestCall, number: number): Body | null {
  const { formerIssues, issues, repos } = world.tables;
  const repo = repoOf(world, call);
  // emulate gives the number of its last issue again once that is gone.
  const former = formerIssues.findBy('repo_id', repo.id).findLast((row) => row.number === number);
  const isTaken = issues.findBy('repo_id', repo.id).some((row) => row.number === number);
  if (!former || isTaken) return null;
  if (former.moved_to === null) throw new ProviderError(410, 'This issue was deleted');
  const issue = issues.get(former.moved_to);
  const place = issue && repos.get(issue.repo_id);
  const mayRead = place && permissionOf(world.tables, call.principal?.user, place) !== null;
  if (!issue || !place || !mayRead) throw notFound();
  const url = `${emulatedOrigin}/repositories/${place.id}/issues/${issue.number}`;
  return { message: 'Moved Permanently', url, documentation_url: 'https://docs.github.com/rest' };
}

const objectOf = (json: unknown): Body =>
  typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Body) : {};

function repoOf(world: World, call: RestCall): RepoRow {
  const repo = findRepo(world.tables, call.path);
  if (!repo) throw notFound();
  return repo;
}

/** emulate compares `since` as text; here it becomes the exact form its times have. */
function normaliseSince(query: URLSearchParams): void {
  const since = query.get('since');
  if (since === null) return;
  const time = Date.parse(since);
  if (Number.isNaN(time)) {
    throw validationFailed([{ resource: 'Issue', code: 'invalid', field: 'since' }]);
  }
  query.set('since', githubTime(time));
}

function issueBody(world: World, call: RestCall, json: unknown, mode: 'create' | 'update'): Body {
  const body = objectOf(json);
  const repo = repoOf(world, call);
  checkTitle(body, mode);
  if (typeof body['body'] === 'string') checkLength('Issue', 'body', body['body'], bodyChars);
  else if ('body' in body && body['body'] !== null) throw notString('body', body['body']);
  checkState(body);
  const permission = permissionOf(world.tables, call.principal?.user, repo);
  const { labels, assignee, assignees, milestone, ...plain } = body;
  // Who may only read may open an issue, but the rest is dropped without a word.
  if (!atLeast(permission, 'triage')) return plain;
  const people =
    assignees ?? (assignee === undefined ? undefined : assignee === null ? [] : [assignee]);
  return {
    ...plain,
    ...(labels === undefined ? {} : { labels: labelNames(world, repo, labels) }),
    ...(people === undefined ? {} : { assignees: assignable(world, repo, people) }),
    ...(milestone === undefined ? {} : { milestone: milestoneNumber(world, repo, milestone) }),
  };
}

function checkTitle(body: Body, mode: 'create' | 'update'): void {
  const { title } = body;
  if (title === undefined && mode === 'update') return;
  if (title === undefined) throw invalidRequest('"title" wasn\'t supplied.');
  if (typeof title !== 'string') throw notString('title', title);
  if (title.trim() === '') {
    throw validationFailed(
      [{ resource: 'Issue', code: 'missing_field', field: 'title' }],
      `/issues/issues#${mode === 'create' ? 'create' : 'update'}-an-issue`,
    );
  }
  checkLength('Issue', 'title', title, titleChars);
}

const notString = (field: string, value: unknown): ProviderError =>
  invalidRequest(`For 'properties/${field}', ${JSON.stringify(value)} is not a string.`);

function checkLength(resource: string, field: string, text: string, limit: number): void {
  // Characters as code points: GitHub counts an emoji once.
  if (Array.from(text).length <= limit) return;
  const message = `${field} is too long (maximum is ${limit} characters)`;
  throw validationFailed([{ resource, code: 'custom', field, message }]);
}

const reasons = new Set<unknown>(['completed', 'not_planned', 'reopened', null, undefined]);

function checkState(body: Body): void {
  const { state, state_reason: reason } = body;
  if (state !== undefined && state !== 'open' && state !== 'closed') {
    throw validationFailed([{ resource: 'Issue', code: 'invalid', field: 'state' }]);
  }
  if (!reasons.has(reason)) {
    throw validationFailed([{ resource: 'Issue', code: 'invalid', field: 'state_reason' }]);
  }
}

/** Names or objects with a name; a known label is found whatever the case of its letters. */
function labelNames(world: World, repo: RepoRow, raw: unknown): string[] {
  if (!Array.isArray(raw)) throw invalidRequest("For 'properties/labels', it is not an array.");
  const known = world.tables.labels.findBy('repo_id', repo.id);
  const names = raw.map((item) => {
    const name: unknown = typeof item === 'string' ? item : objectOf(item)['name'];
    if (typeof name !== 'string' || name.trim() === '') {
      throw validationFailed([{ resource: 'Label', code: 'invalid', field: 'name' }]);
    }
    const found = known.find((label) => label.name.toLowerCase() === name.trim().toLowerCase());
    return found?.name ?? name.trim();
  });
  return [...new Set(names)];
}

/** Logins GitHub does not know, or that have no part in the repository, are left out silently. */
function assignable(world: World, repo: RepoRow, raw: unknown): string[] {
  const logins = (Array.isArray(raw) ? raw : [])
    .filter((login): login is string => typeof login === 'string')
    .map((login) => canonicalLogin(world, login))
    .filter((login) => mayBeAssigned(world, login, repo.id));
  return [...new Set(logins)].slice(0, assigneesPerIssue);
}

function canonicalLogin(world: World, login: string): string {
  const wanted = login.toLowerCase();
  return (
    world.tables.users.all().find((user) => user.login.toLowerCase() === wanted)?.login ?? login
  );
}

function milestoneNumber(world: World, repo: RepoRow, raw: unknown): number | null {
  if (raw === null) return null;
  const number = Number(raw);
  const known = world.tables.milestones.findBy('repo_id', repo.id);
  if (known.some((row) => row.number === number)) return number;
  throw validationFailed([
    { resource: 'Issue', code: 'invalid', field: 'milestone', value: JSON.stringify(raw) },
  ]);
}

function refuseLocked(world: World, call: RestCall, number: number): void {
  const repo = repoOf(world, call);
  const issue = world.tables.issues.findBy('repo_id', repo.id).find((row) => row.number === number);
  const permission = permissionOf(world.tables, call.principal?.user, repo);
  if (issue?.locked && !atLeast(permission, 'push')) {
    throw new ProviderError(403, 'Unable to create comment because issue is locked.');
  }
}

function checkComment(body: Body): void {
  const text = body['body'];
  if (text === undefined) throw invalidRequest('"body" wasn\'t supplied.');
  if (typeof text !== 'string') throw notString('body', text);
  if (text.trim() === '') {
    const message = 'Body cannot be blank';
    throw validationFailed([
      { resource: 'IssueComment', code: 'unprocessable', field: 'data', message },
    ]);
  }
  checkLength('IssueComment', 'body', text, bodyChars);
}

function checkNewLabel(world: World, repo: RepoRow, body: Body): void {
  const { name, color } = body;
  if (typeof name !== 'string' || name.trim() === '') {
    throw validationFailed([{ resource: 'Label', code: 'missing_field', field: 'name' }]);
  }
  const taken = world.tables.labels
    .findBy('repo_id', repo.id)
    .some((label) => label.name.toLowerCase() === name.trim().toLowerCase());
  if (taken) throw validationFailed([{ resource: 'Label', code: 'already_exists', field: 'name' }]);
  body['color'] = typeof color === 'string' && color !== '' ? color : 'ededed';
  if (!/^[0-9a-f]{6}$/i.test(String(body['color']))) {
    throw validationFailed([{ resource: 'Label', code: 'invalid', field: 'color' }]);
  }
}
