import { HubError, type JsonObject } from '#lib/core/index';
import { scopeSchema } from './schema.ts';

/** `/repos/{owner}/{repo}`, from a scope that may come from anywhere. */
export function repositoryPath(scope: JsonObject): string {
  const { owner, repo } = readScope(scope);
  return `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}`;
}

export function readScope(scope: JsonObject): { owner: string; repo: string } {
  const read = scopeSchema.safeParse(scope);
  if (!read.success) throw new HubError('request.invalid', 'This is not a repository of GitHub.');
  return read.data;
}

/** Only this one resource exists; a stream of another is a mistake of ours. */
export function assertIssues(resource: string): void {
  if (resource !== 'issues') {
    throw new HubError('request.invalid', 'GitHub is read for issues only.');
  }
}
