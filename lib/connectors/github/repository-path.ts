import { z } from 'zod';
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

const placeSchema = z.looseObject({ repository_url: z.string().max(400) });

/** The full name of the repository an issue says that it is in; null when it does not say. */
export function repositoryOf(issue: unknown): string | null {
  const read = placeSchema.safeParse(issue);
  const [, owner, repo] = /\/repos\/([^/]+)\/([^/]+)$/.exec(read.data?.repository_url ?? '') ?? [];
  const named = scopeSchema.safeParse({ owner, repo });
  return named.success ? `${named.data.owner}/${named.data.repo}` : null;
}

/** Only this one resource exists; a stream of another is a mistake of ours. */
export function assertIssues(resource: string): void {
  if (resource !== 'issues') {
    throw new HubError('request.invalid', 'GitHub is read for issues only.');
  }
}
