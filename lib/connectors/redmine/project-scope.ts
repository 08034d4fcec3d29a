import { HubError, type JsonObject } from '#lib/core/index';
import { scopeSchema } from './schema.ts';

/** The project of a scope that may come from anywhere. */
export function projectIdOf(scope: JsonObject): number {
  const read = scopeSchema.safeParse(scope);
  if (!read.success) throw new HubError('request.invalid', 'This is not a project of Redmine.');
  return read.data.project_id;
}

/** Only this one resource exists; a stream of another is a mistake of ours. */
export function assertIssues(resource: string): void {
  if (resource !== 'issues') {
    throw new HubError('request.invalid', 'Redmine is read for issues only.');
  }
}
