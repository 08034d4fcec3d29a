import { ProviderError } from './provider-error.ts';

/** What each scope says on the page that asks for it. */
export const scopeTexts: Record<string, string> = {
  repo: 'Full control of private repositories',
  public_repo: 'Access public repositories',
  'admin:repo_hook': 'Full control of repository webhooks',
  'write:repo_hook': 'Write repository webhooks',
  'read:repo_hook': 'Read repository webhooks',
  user: 'Update all personal data',
  'read:user': 'Read profile data',
  'user:email': 'Read e-mail addresses',
  'read:org': 'Read organisation membership',
};

const contains: Record<string, string[]> = {
  repo: ['public_repo', 'admin:repo_hook', 'write:repo_hook', 'read:repo_hook'],
  'admin:repo_hook': ['write:repo_hook', 'read:repo_hook'],
  'write:repo_hook': ['read:repo_hook'],
  user: ['read:user', 'user:email'],
};

/**
 * Scopes as GitHub returns them: known ones, once each, without those another one contains. (GitHub
 * keeps `admin:repo_hook` beside `repo`, so containment across the two families is left alone.)
 */
export function normaliseScopes(asked: readonly string[]): string[] {
  const known = [...new Set(asked)].filter((scope) => scope in scopeTexts);
  return known
    .filter(
      (scope) =>
        !known.some(
          (other) =>
            other !== scope && family(other) === family(scope) && contains[other]?.includes(scope),
        ),
    )
    .sort();
}

export const parseScopes = (text: string | null | undefined): string[] =>
  (text ?? '').split(/[\s,]+/).filter((scope) => scope !== '');

function family(scope: string): string {
  return scope.includes('repo_hook') ? 'hook' : scope.includes('repo') ? 'repo' : 'user';
}

function hasScope(granted: readonly string[], needed: string): boolean {
  return granted.some((scope) => scope === needed || contains[scope]?.includes(needed));
}

/** Any of these opens the route; an empty list means that no scope is needed. */
export function acceptedScopes(method: string, path: string, privateRepo: boolean): string[] {
  if (path === '/user/emails') return ['user:email'];
  if (/^\/repos\/[^/]+\/[^/]+\/hooks(\/|$)/.test(path)) {
    return [method === 'GET' ? 'read:repo_hook' : 'write:repo_hook'];
  }
  if (privateRepo) return ['repo'];
  return path.startsWith('/repos/') && method !== 'GET' ? ['public_repo'] : [];
}

/** GitHub hides what a token may not do behind a 404. */
export function requireScope(granted: readonly string[], accepted: readonly string[]): void {
  if (accepted.length === 0 || accepted.some((scope) => hasScope(granted, scope))) return;
  throw new ProviderError(404, 'Not Found');
}
