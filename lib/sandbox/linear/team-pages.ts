import { type Html, html } from '../html.ts';
import { stateOf } from './access.ts';
import { priorityLabels } from './issue-event.ts';
import { chip, moment, type Page } from './layout.ts';
import type { IssueRow, TeamRow } from './rows.ts';
import { type LinearWorld, mount, organization } from './world.ts';

const issuesPerPage = 40;

export const teamPath = (team: TeamRow): string =>
  `${mount}/${organization.urlKey}/team/${team.key}`;

export const issuePath = (team: TeamRow, issue: IssueRow): string =>
  `${mount}/${organization.urlKey}/issue/${team.key}-${issue.number}`;

export function homePage(world: LinearWorld, teams: TeamRow[], acting: Page['acting']): Page {
  const body = html`<h1>Teams of ${organization.name}</h1>
<p class="dim">What the hub sees as Linear. Whatever you change here arrives there as a webhook.</p>
<ul class="list card flush">${teams.map(
    (
      team,
    ) => html`<li><a class="title" href="${teamPath(team)}">${team.name}</a> <span class="tag">${team.key}</span>
<div class="meta">${team.description} · ${world.tables.issues.findBy('teamUuid', team.uuid).length} issues</div></li>`,
  )}</ul>`;
  return { title: 'Teams', acting, body };
}

export interface TeamFilter {
  text: string;
  page: number;
}

export function teamPage(
  world: LinearWorld,
  team: TeamRow,
  filter: TeamFilter,
  acting: Page['acting'],
  notice: Html | null,
): Page {
  const wanted = filter.text.toLowerCase();
  const found = world.tables.issues
    .findBy('teamUuid', team.uuid)
    .filter((issue) => !issue.trashed)
    .filter(
      (issue) =>
        issue.title.toLowerCase().includes(wanted) ||
        `${team.key}-${issue.number}`.toLowerCase() === wanted,
    )
    .sort((a, b) => b.number - a.number);
  const pages = Math.max(1, Math.ceil(found.length / issuesPerPage));
  const page = Math.min(Math.max(1, filter.page), pages);
  const shown = found.slice((page - 1) * issuesPerPage, page * issuesPerPage);
  const address = (at: number): string =>
    `${teamPath(team)}?${new URLSearchParams({ ...(filter.text ? { q: filter.text } : {}), page: String(at) })}`;
  const body = html`<p class="crumbs"><a href="${mount}">Teams</a> / ${team.name}</p>
${notice}
<div class="row spread field"><h1>${team.name}</h1><a class="button" href="#new">New issue</a></div>
<form class="row field search" method="get" role="search"><label for="q" class="hidden">Search titles</label>
<input id="q" type="search" name="q" value="${filter.text}" placeholder="Search titles or ${team.key}-number"><button>Search</button></form>
${
  shown.length === 0
    ? html`<p class="card dim">No issue ${filter.text && `has “${filter.text}” in its title`}.</p>`
    : html`<ul class="list card flush">${shown.map((issue) => issueLine(world, team, issue))}</ul>`
}
<nav class="pages" aria-label="Pages"><span>${page > 1 && html`<a href="${address(page - 1)}">Newer</a>`}</span>
<span class="dim">Page ${page} of ${pages}</span><span>${page < pages && html`<a href="${address(page + 1)}">Older</a>`}</span></nav>
<section class="card" id="new"><h2>New issue</h2>
<form method="post" action="${teamPath(team)}">
<div class="field"><label for="new-title">Title</label><input id="new-title" type="text" name="title" autocomplete="off"></div>
<div class="field"><label for="new-body">Description</label><textarea id="new-body" name="description"></textarea></div>
<button class="primary">Create issue</button></form></section>`;
  return { title: team.name, acting, body };
}

function issueLine(world: LinearWorld, team: TeamRow, issue: IssueRow): Html {
  const { tables } = world;
  const assignee = tables.people.findOneBy('uuid', issue.assigneeUuid);
  const labels = issue.labelUuids.flatMap((id) => tables.labels.findOneBy('uuid', id) ?? []);
  return html`<li><a class="title" href="${issuePath(team, issue)}">${issue.title}</a>
<span class="labels">${labels.map(chip)}</span>
<div class="meta">${team.key}-${issue.number} · ${stateOf(world, issue).name} · ${priorityLabels[issue.priority]} · ${assignee?.displayName ?? 'nobody'}${issue.archivedTime && ' · archived'} · updated ${moment(issue.updated_at)}</div></li>`;
}
