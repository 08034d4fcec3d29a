import { type Html, html } from '../html.ts';
import { renderMarkdown } from '../markdown.ts';
import { ownTeam, stateOf } from './access.ts';
import { priorityLabels } from './issue-event.ts';
import { checked, chip, moment, type Page, selected } from './layout.ts';
import type { IssueRow, TeamRow } from './rows.ts';
import { issuePath, teamPath } from './team-pages.ts';
import { type LinearWorld, mount } from './world.ts';

/** One issue as a person sees it, with a plain form for what can be changed. */
export function issuePage(
  world: LinearWorld,
  issue: IssueRow,
  acting: Page['acting'],
  notice: Html | null,
): Page {
  const team = ownTeam(world, issue);
  const state = stateOf(world, issue);
  const parent = world.tables.issues.findOneBy('uuid', issue.parentUuid);
  const name = `${team.key}-${issue.number}`;
  const labels = issue.labelUuids.flatMap((id) => world.tables.labels.findOneBy('uuid', id) ?? []);
  const body = html`<p class="crumbs"><a href="${mount}">Teams</a> / <a href="${teamPath(team)}">${team.name}</a> / ${name}</p>
${notice}
<h1>${issue.title} <span class="number">${name}</span></h1>
<p class="dim">${state.name}${issue.archivedTime && (issue.trashed ? ' · in the trash' : ' · archived')} · updated ${moment(issue.updated_at)}
${parent && html` · part of <a href="${issuePath(ownTeam(world, parent), parent)}">${ownTeam(world, parent).key}-${parent.number}</a>`} <span class="labels">${labels.map(chip)}</span></p>
<div class="columns"><div>
<article class="card markdown">${issue.description ? renderMarkdown(issue.description) : html`<p class="dim">No description.</p>`}</article>
${textForm(team, issue)}
</div><aside aria-label="Properties">${propertyForm(world, team, issue)}${labelForm(world, team, issue)}${shelfForm(team, issue)}</aside></div>`;
  return { title: `${name} ${issue.title}`, acting, body };
}

function textForm(team: TeamRow, issue: IssueRow): Html {
  return html`<form class="card" method="post" action="${issuePath(team, issue)}"><h2>Edit</h2>
<div class="field"><label for="title">Title</label><input id="title" type="text" name="title" value="${issue.title}" autocomplete="off"></div>
<div class="field"><label for="description">Description</label><textarea id="description" name="description" rows="10">
${issue.description ?? ''}</textarea></div><button class="primary">Save</button></form>`;
}

function propertyForm(world: LinearWorld, team: TeamRow, issue: IssueRow): Html {
  const states = world.tables.states
    .findBy('teamUuid', team.uuid)
    .sort((a, b) => a.position - b.position);
  const people = world.tables.people.all().filter((person) => person.active);
  return html`<form class="card" method="post" action="${issuePath(team, issue)}"><h2>Properties</h2>
<div class="field"><label for="state">State</label><select id="state" name="stateId">${states.map(
    (state) =>
      html`<option value="${state.uuid}"${state.uuid === issue.stateUuid && selected}>${state.name}</option>`,
  )}</select></div>
<div class="field"><label for="priority">Priority</label><select id="priority" name="priority">${priorityLabels.map(
    (label, value) =>
      html`<option value="${value}"${value === issue.priority && selected}>${label}</option>`,
  )}</select></div>
<div class="field"><label for="assignee">Assignee</label><select id="assignee" name="assigneeId"><option value="">Nobody</option>${people.map(
    (person) =>
      html`<option value="${person.uuid}"${person.uuid === issue.assigneeUuid && selected}>${person.name}</option>`,
  )}</select></div>
<div class="field"><label for="due">Due date</label><input id="due" type="date" name="dueDate" value="${issue.dueDate ?? ''}"></div>
<button>Save properties</button></form>`;
}

function labelForm(world: LinearWorld, team: TeamRow, issue: IssueRow): Html {
  const labels = world.tables.labels
    .all()
    .filter((label) => !label.isGroup)
    .filter((label) => label.teamUuid === null || label.teamUuid === team.uuid);
  return html`<form class="card" method="post" action="${issuePath(team, issue)}"><fieldset class="checks"><legend><h2>Labels</h2></legend>
<input type="hidden" name="labelIds" value="">${labels.map(
    (label) =>
      html`<label><input type="checkbox" name="labelIds" value="${label.uuid}"${issue.labelUuids.includes(label.uuid) && checked}>${chip(label)}</label>`,
  )}</fieldset><button>Save labels</button></form>`;
}

function shelfForm(team: TeamRow, issue: IssueRow): Html {
  const buttons =
    issue.archivedTime === null
      ? html`<button name="to" value="archive">Archive</button><button name="to" value="trash">Delete</button>`
      : html`<button name="to" value="restore">Restore</button>`;
  return html`<form class="card" method="post" action="${issuePath(team, issue)}/shelf"><div class="row">${buttons}</div></form>`;
}
