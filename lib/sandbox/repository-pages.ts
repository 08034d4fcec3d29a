import { type Html, html } from './html.ts';
import { prefix } from './links.ts';
import { labelChip, type PageFrame, time } from './page-layout.ts';
import type { IssueRow, RepoRow } from './rows.ts';
import type { World } from './world.ts';

const issuesPerPage = 30;

export type Acting = PageFrame['acting'];

export function homePage(world: World, repos: RepoRow[], acting: Acting): PageFrame {
  const body = html`<h1>Repositories</h1>
<p class="dim">What the hub sees as GitHub. Whatever you change here arrives there as a webhook.</p>
<ul class="list card flush">${repos.map(
    (
      repo,
    ) => html`<li><a class="title" href="${prefix}/${repo.full_name}/issues">${repo.full_name}</a> ${repo.private && html`<span class="tag">private</span>`}
<div class="meta">${repo.description} · ${repo.open_issues_count} open of ${world.tables.issues.findBy('repo_id', repo.id).length} issues</div></li>`,
  )}</ul>`;
  return { title: 'Repositories', acting, body };
}

export interface IssueFilter {
  state: 'open' | 'closed';
  text: string;
  page: number;
}

export function issuesPage(
  world: World,
  repo: RepoRow,
  filter: IssueFilter,
  acting: Acting,
  notice: Html | null,
): PageFrame {
  const all = world.tables.issues.findBy('repo_id', repo.id);
  const wanted = filter.text.toLowerCase();
  const found = all
    .filter((issue) => issue.state === filter.state)
    .filter((issue) => issue.title.toLowerCase().includes(wanted) || `#${issue.number}` === wanted)
    .sort((a, b) => b.number - a.number);
  const pages = Math.max(1, Math.ceil(found.length / issuesPerPage));
  const page = Math.min(Math.max(1, filter.page), pages);
  const shown = found.slice((page - 1) * issuesPerPage, page * issuesPerPage);
  const open = all.filter((issue) => issue.state === 'open').length;
  const address = (state: string, at: number): string =>
    `${prefix}/${repo.full_name}/issues?${new URLSearchParams({ state, ...(filter.text ? { q: filter.text } : {}), page: String(at) })}`;
  const tab = (state: 'open' | 'closed', count: number): Html =>
    html`<a href="${address(state, 1)}"${filter.state === state && html` aria-current="page"`}>${count} ${state}</a>`;
  const body = html`<p class="crumbs"><a href="${prefix}">Repositories</a> / ${repo.full_name}</p>
${notice}
<div class="row spread field"><h1>Issues</h1><a class="button" href="#new">New issue</a></div>
<form class="row field search" method="get" role="search"><label for="q" class="hidden">Search titles</label>
<input type="hidden" name="state" value="${filter.state}"><input id="q" type="search" name="q" value="${filter.text}" placeholder="Search titles or #number"><button>Search</button></form>
<nav class="tabs field" aria-label="State">${tab('open', open)}${tab('closed', all.length - open)}</nav>
${
  shown.length === 0
    ? html`<p class="card dim">No ${filter.state} issue ${filter.text && `has “${filter.text}” in its title`}.</p>`
    : html`<ul class="list card flush">${shown.map((issue) => issueRow(world, repo, issue))}</ul>`
}
<nav class="pages" aria-label="Pages"><span>${page > 1 && html`<a href="${address(filter.state, page - 1)}">Newer</a>`}</span>
<span class="dim">Page ${page} of ${pages}</span><span>${page < pages && html`<a href="${address(filter.state, page + 1)}">Older</a>`}</span></nav>
${newIssueForm(repo)}`;
  return { title: `Issues · ${repo.full_name}`, acting, body };
}

function issueRow(world: World, repo: RepoRow, issue: IssueRow): Html {
  const author = world.tables.users.get(issue.user_id);
  const labels = issue.label_ids.flatMap((id) => world.tables.labels.get(id) ?? []);
  return html`<li><a class="title" href="${prefix}/${repo.full_name}/issues/${issue.number}">${issue.title}</a>
<span class="labels">${labels.map(labelChip)}</span>
<div class="meta">#${issue.number} · <span class="state ${issue.state}">${issue.state}</span> · by ${author?.login ?? 'ghost'} · updated ${time(issue.updated_at)}${issue.comments > 0 && ` · ${issue.comments} ${issue.comments === 1 ? 'comment' : 'comments'}`}</div></li>`;
}

function newIssueForm(repo: RepoRow): Html {
  return html`<section class="card" id="new"><h2>New issue</h2>
<form method="post" action="${prefix}/${repo.full_name}/issues">
<div class="field"><label for="new-title">Title</label><input id="new-title" type="text" name="title" autocomplete="off"></div>
<div class="field"><label for="new-body">Body</label><textarea id="new-body" name="body"></textarea></div>
<button class="primary">Create issue</button></form></section>`;
}
