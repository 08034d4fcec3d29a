import { dispatchEvent } from './dispatch.ts';
import { actAs } from './people-actions.ts';
import { ProviderError } from './provider-error.ts';
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
  const repo = world.tables.repos.findOneBy('full_name', name);
  const row =
    repo && world.tables.issues.findBy('repo_id', repo.id).find((one) => one.number === number);
  if (!repo || !row) throw new ProviderError(404, `There is no issue ${number} in ${name}`);
  const read = async (path: string): Promise<unknown> => (await actAs(world, as, 'GET', path)).json;
  const payload = {
    action: 'deleted',
    issue: await read(`/repos/${name}/issues/${number}`),
    repository: await read(`/repos/${name}`),
    sender: await read(`/users/${as}`),
  };
  world.tables.issues.delete(row.id);
  if (row.state === 'open') {
    world.tables.repos.update(repo.id, { open_issues_count: repo.open_issues_count - 1 });
  }
  dispatchEvent(world, 'issues', 'deleted', payload, repo);
}
