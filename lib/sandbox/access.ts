import { notFound, ProviderError } from './provider-error.ts';
import { type Permission, permissions, type RepoRow, type UserRow } from './rows.ts';
import { acceptedScopes, requireScope } from './scopes.ts';
import type { Tables } from './store.ts';

/** Who asks. `scopes` is null for the sandbox's own pages and its activity, which need none. */
export interface Principal {
  user: UserRow;
  scopes: string[] | null;
}

/** The repository of an API path, found whatever the case of its letters, as at GitHub. */
export function findRepo(tables: Tables, path: string): RepoRow | undefined {
  const [, owner, name] = /^\/repos\/([^/]+)\/([^/]+)(?:\/|$)/.exec(path) ?? [];
  if (!owner || !name) return undefined;
  const wanted = `${decodeSegment(owner)}/${decodeSegment(name)}`.toLowerCase();
  return tables.repos.all().find((repo) => repo.full_name.toLowerCase() === wanted);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw notFound();
  }
}

export function permissionOf(
  tables: Tables,
  user: UserRow | undefined,
  repo: RepoRow,
): Permission | null {
  if (user) {
    if (repo.owner_type === 'User' && repo.owner_id === user.id) return 'admin';
    const member = tables.teamMembers
      .findBy('user_id', user.id)
      .some((row) => tables.teams.get(row.team_id)?.org_id === repo.owner_id);
    if (member && repo.owner_type === 'Organization') return 'admin';
    const own = tables.collaborators
      .findBy('repo_id', repo.id)
      .find((row) => row.user_id === user.id);
    if (own) return own.permission;
  }
  return repo.private ? null : 'pull';
}

export function atLeast(permission: Permission | null, needed: Permission): boolean {
  return permission !== null && permissions.indexOf(permission) >= permissions.indexOf(needed);
}

export const permissionFlags = (permission: Permission | null): Record<Permission, boolean> => ({
  admin: atLeast(permission, 'admin'),
  maintain: atLeast(permission, 'maintain'),
  push: atLeast(permission, 'push'),
  triage: atLeast(permission, 'triage'),
  pull: atLeast(permission, 'pull'),
});

/**
 * Refuses what GitHub refuses before any route runs: a private repository of others does not exist,
 * a token without the scope sees nothing, changing somebody else's issue needs triage rights.
 */
export function requireAccess(
  tables: Tables,
  principal: Principal | null,
  method: string,
  path: string,
): void {
  const repo = findRepo(tables, path);
  if (path.startsWith('/repos/') && !repo) throw notFound();
  if (repo && permissionOf(tables, principal?.user, repo) === null) throw notFound();
  const accepted = acceptedScopes(method, path, repo?.private ?? false);
  if (principal?.scopes) requireScope(principal.scopes, accepted);
  if (repo && method !== 'GET') requireWrite(tables, principal, repo, method, path);
}

function requireWrite(
  tables: Tables,
  principal: Principal | null,
  repo: RepoRow,
  method: string,
  path: string,
): void {
  if (!principal) throw new ProviderError(401, 'Requires authentication');
  const permission = permissionOf(tables, principal.user, repo);
  const rest = path.split('/').slice(4).join('/');
  if (rest.startsWith('hooks')) {
    // Hooks are for administrators; for others they do not exist.
    if (!atLeast(permission, 'admin')) throw notFound();
    return;
  }
  const open = method === 'POST' && (rest === 'issues' || /^issues\/\d+\/comments$/.test(rest));
  if (open || atLeast(permission, 'triage')) return;
  if (isAuthor(tables, principal.user, repo, rest)) return;
  throw new ProviderError(403, 'Must have admin rights to Repository.');
}

/** People may edit and close their own issue, and edit their own comment, without any right. */
function isAuthor(tables: Tables, user: UserRow, repo: RepoRow, rest: string): boolean {
  const issue = /^issues\/(\d+)$/.exec(rest)?.[1];
  if (issue) {
    const row = tables.issues
      .findBy('repo_id', repo.id)
      .find((candidate) => candidate.number === Number(issue));
    return row?.user_id === user.id;
  }
  const comment = /^issues\/comments\/(\d+)$/.exec(rest)?.[1];
  return comment !== undefined && tables.comments.get(Number(comment))?.user_id === user.id;
}
