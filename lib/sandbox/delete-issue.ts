import { dispatchEvent } from './dispatch.ts';
import { actAs } from './people-actions.ts';
import { ProviderError } from './provider-error.ts';
import type { IssueRow, RepoRow } from './rows.ts';
import type { World } from './world.ts';

/**
 * Deletes an issue as its owner does in GitHub's pages; the REST API has no route for it. It is gone
 * for every reader, and hooks hear of it with the issue as it last was.
 * https://docs.github.com/en/issues/tracking-your-work-with-issues/administering-issues/deleting-an-issue
 */
export async function deleteIssue(
  world: World,
  { repo: name, number, as }: { repo: string; number: number; as: string },
): Promise<void> {
  const { repo, row } = findIssue(world, name, number);
  const read = readAs(world, as);
  const payload = {
    action: 'deleted',
    issue: await read(`/repos/${name}/issues/${number}`),
    repository: await read(`/repos/${name}`),
    sender: await read(`/users/${as}`),
  };
  removeIssue(world, repo, row, null);
  dispatchEvent(world, 'issues', 'deleted', payload, repo);
}

/**
 * Transfers an issue as people do in GitHub's pages: there it is opened anew with another id and
 * number, its old address points to it, and hooks of both repositories hear of it.
 * https://docs.github.com/en/issues/tracking-your-work-with-issues/administering-issues/transferring-an-issue-to-another-repository
 */
export async function transferIssue(
  world: World,
  { repo: name, number, to, as }: { repo: string; number: number; to: string; as: string },
): Promise<{ id: number; number: number }> {
  const { repo, row } = findIssue(world, name, number);
  const target = world.tables.repos.findOneBy('full_name', to);
  if (!target) throw new ProviderError(404, `There is no repository ${to}`);
  const read = readAs(world, as);
  const before = await read(`/repos/${name}/issues/${number}`);
  const numbers = world.tables.issues.findBy('repo_id', target.id).map((one) => one.number);
  const gone = world.tables.formerIssues.findBy('repo_id', target.id).map((one) => one.number);
  const { id: _id, created_at: at, updated_at: _at, ...same } = row;
  const made = world.tables.issues.insert({
    ...same,
    repo_id: target.id,
    number: Math.max(0, ...numbers, ...gone) + 1,
    label_ids: [],
    milestone_id: null,
  });
  world.tables.issues.put({ ...made, created_at: at });
  if (row.state === 'open') {
    world.tables.repos.update(target.id, { open_issues_count: target.open_issues_count + 1 });
  }
  removeIssue(world, repo, row, made.id);
  const after = await read(`/repos/${to}/issues/${made.number}`);
  const [source, destination] = [await read(`/repos/${name}`), await read(`/repos/${to}`)];
  const sender = await read(`/users/${as}`);
  const left = { new_issue: after, new_repository: destination };
  const transferred = { action: 'transferred', issue: before, changes: left, repository: source };
  dispatchEvent(world, 'issues', 'transferred', { ...transferred, sender }, repo);
  const came = { old_issue: before, old_repository: source };
  const opened = { action: 'opened', issue: after, changes: came, repository: destination };
  dispatchEvent(world, 'issues', 'opened', { ...opened, sender }, target);
  return { id: made.id, number: made.number };
}

function findIssue(world: World, name: string, number: number): { repo: RepoRow; row: IssueRow } {
  const repo = world.tables.repos.findOneBy('full_name', name);
  const row =
    repo && world.tables.issues.findBy('repo_id', repo.id).find((one) => one.number === number);
  if (!repo || !row) throw new ProviderError(404, `There is no issue ${number} in ${name}`);
  return { repo, row };
}

const readAs =
  (world: World, as: string) =>
  async (path: string): Promise<unknown> =>
    (await actAs(world, as, 'GET', path)).json;

function removeIssue(world: World, repo: RepoRow, row: IssueRow, movedTo: number | null): void {
  world.tables.issues.delete(row.id);
  const former = { repo_id: repo.id, number: row.number, moved_to: movedTo };
  world.tables.formerIssues.insert(former);
  if (row.state === 'open') {
    const { open_issues_count: open } = repo;
    world.tables.repos.update(repo.id, { open_issues_count: open - 1 });
  }
}
