import { HubError, type JsonObject } from '#lib/core/index';
import { scopeSchema } from './schema.ts';

/** The team of a scope that may come from anywhere. */
export function teamIdOf(scope: JsonObject): string {
  const read = scopeSchema.safeParse(scope);
  if (!read.success) throw new HubError('request.invalid', 'This is not a team of Linear.');
  return read.data.team_id;
}

/** Only this one resource exists; a stream of another is a mistake of ours. */
export function assertIssues(resource: string): void {
  if (resource !== 'issues') {
    throw new HubError('request.invalid', 'Linear is read for issues only.');
  }
}
