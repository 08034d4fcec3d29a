import { type Html, html } from './html.ts';
import { prefix } from './links.ts';
import { renderMarkdown } from './markdown.ts';
import { avatar, checked, labelChip, type PageFrame, time } from './page-layout.ts';
import type { Acting } from './repository-pages.ts';
import type { CommentRow, IssueRow, RepoRow } from './rows.ts';
import { people } from './seed-people.ts';
import type { World } from './world.ts';

/** One issue as a person sees it, with a plain form for each thing that can be changed. */
export function issuePage(
  world: World,
  repo: RepoRow,
  issue: IssueRow,
  acting: Acting,
  notice: Html | null,
): PageFrame {
  const comments = world.tables.comments
    .findBy('repo_id', repo.id)
    .filter((row) => row.comment_type === 'issue' && row.issue_number === issue.number);
  const address = `${prefix}/${repo.full_name}/issues/${issue.number}`;
  const body = html`<p class="crumbs"><a href="${prefix}">Repositories</a> / <a href="${prefix}/${repo.full_name}/issues">${repo.full_name}</a> / #${issue.number}</p>
${notice}
<h1>${issue.title} <span class="number">#${issue.number}</span></h1>
<p class="dim"><span class="state ${issue.state}">${issue.state}</span> ${issue.state_reason === 'not_planned' && 'as not planned '}· updated ${time(issue.updated_at)}</p>
<div class="columns"><div>
${remark(world, issue.user_id, issue.created_at, 'opened', issue.body)}
${comments.map((comment) => commentCard(world, comment))}
${commentForm(address)}
${editForm(address, issue)}
</div><aside aria-label="Properties">${stateForm(address, issue)}${labelForm(world, repo, address, issue)}${assigneeForm(world, address, issue)}</aside></div>`;
  return { title: `${issue.title} · #${issue.number}`, acting, body };
}

function remark(world: World, userId: number, at: string, verb: string, text: string | null): Html {
  const login = world.tables.users.get(userId)?.login ?? 'ghost';
  return html`<article class="card"><p class="by">${avatar(login, 24)}<span><strong>${login}</strong> ${verb} ${time(at)}</span></p>
<div class="markdown">${text ? renderMarkdown(text) : html`<p class="dim">No description.</p>`}</div></article>`;
}

const commentCard = (world: World, comment: CommentRow): Html =>
  remark(world, comment.user_id, comment.created_at, 'said', comment.body);

function commentForm(address: string): Html {
  return html`<form class="card" method="post" action="${address}/comments"><div class="field"><label for="comment">Comment</label>
<textarea id="comment" name="body"></textarea></div><button class="primary">Add comment</button></form>`;
}

function editForm(address: string, issue: IssueRow): Html {
  return html`<form class="card" method="post" action="${address}"><h2>Edit</h2>
<div class="field"><label for="title">Title</label><input id="title" type="text" name="title" value="${issue.title}" autocomplete="off"></div>
<div class="field"><label for="body">Body</label><textarea id="body" name="body" rows="10">
${issue.body ?? ''}</textarea></div><button class="primary">Save</button></form>`;
}

function stateForm(address: string, issue: IssueRow): Html {
  const buttons =
    issue.state === 'open'
      ? html`<button name="to" value="completed">Close as completed</button><button name="to" value="not_planned">Close as not planned</button>`
      : html`<button name="to" value="reopened">Reopen</button>`;
  return html`<form class="card" method="post" action="${address}/state"><h2>State</h2><div class="row">${buttons}</div></form>`;
}

function labelForm(world: World, repo: RepoRow, address: string, issue: IssueRow): Html {
  const labels = world.tables.labels.findBy('repo_id', repo.id);
  return html`<form class="card" method="post" action="${address}/labels"><fieldset class="checks"><legend><h2>Labels</h2></legend>
${labels.map(
  (label) =>
    html`<label><input type="checkbox" name="label" value="${label.name}"${issue.label_ids.includes(label.id) && checked}>${labelChip(label)}</label>`,
)}</fieldset><button>Save labels</button></form>`;
}

function assigneeForm(world: World, address: string, issue: IssueRow): Html {
  const assignable = people.filter((person) => person.permission !== null);
  const assigned = issue.assignee_ids.map((id) => world.tables.users.get(id)?.login);
  return html`<form class="card" method="post" action="${address}/assignees"><fieldset class="checks"><legend><h2>Assignees</h2></legend>
${assignable.map(
  ({ login }) =>
    html`<label><input type="checkbox" name="assignee" value="${login}"${assigned.includes(login) && checked}>${login}</label>`,
)}</fieldset><button>Save assignees</button></form>`;
}
