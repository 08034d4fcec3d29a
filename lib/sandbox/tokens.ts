import { createHash, randomBytes } from 'node:crypto';
import type { Lifetimes, OauthApp } from './options.ts';
import type { TokenRow } from './rows.ts';
import { githubTime } from './store.ts';
import type { World } from './world.ts';

/** GitHub keeps ten tokens for one person, app and set of scopes; the oldest gives way. */
const tokensPerGrant = 10;

export interface IssuedToken {
  access_token: string;
  token_type: 'bearer';
  scope: string;
  expires_in?: number;
  refresh_token?: string;
  refresh_token_expires_in?: number;
}

export const hashSecret = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex');

/** 36 letters and digits behind a prefix that says what it is, as GitHub's tokens. */
const newSecret = (kind: 'gho' | 'ghu' | 'ghr'): string =>
  `${kind}_${randomBytes(27).toString('base64').replaceAll(/[+/]/g, 'x').slice(0, 36)}`;

export function issueToken(
  world: World,
  app: OauthApp,
  login: string,
  scopes: string[],
): IssuedToken {
  const lifetimes = lifetimesOf(world, app);
  const access = newSecret(lifetimes ? 'ghu' : 'gho');
  const refresh = lifetimes ? newSecret('ghr') : null;
  const now = world.clock.now();
  dropOldest(world, app, login, scopes);
  world.tables.tokens.insert({
    hash: hashSecret(access),
    login,
    client_id: app.clientId,
    scopes,
    expires_at: lifetimes ? githubTime(now + lifetimes.accessSeconds * 1000) : null,
    refresh_hash: refresh ? hashSecret(refresh) : null,
    refresh_expires_at: lifetimes ? githubTime(now + lifetimes.refreshSeconds * 1000) : null,
  });
  return {
    access_token: access,
    token_type: 'bearer',
    scope: scopes.join(','),
    ...(lifetimes && refresh
      ? {
          expires_in: lifetimes.accessSeconds,
          refresh_token: refresh,
          refresh_token_expires_in: lifetimes.refreshSeconds,
        }
      : {}),
  };
}

/** Both halves of the old pair stop working at once; a second use of the refresh token finds nothing. */
export function rotateToken(
  world: World,
  app: OauthApp,
  refreshToken: string,
): IssuedToken | undefined {
  const row = world.tables.tokens.findOneBy('refresh_hash', hashSecret(refreshToken));
  if (!row || row.client_id !== app.clientId || isPast(world, row.refresh_expires_at)) {
    return undefined;
  }
  world.tables.tokens.delete(row.id);
  return issueToken(world, app, row.login, row.scopes);
}

/** The row of a token that still opens something. */
export function findToken(world: World, token: string): TokenRow | undefined {
  const row = world.tables.tokens.findOneBy('hash', hashSecret(token));
  return row && !isPast(world, row.expires_at) ? row : undefined;
}

export interface TokenFilter {
  token?: string | undefined;
  login?: string | undefined;
  clientId?: string | undefined;
}

/** Every named condition must hold; an empty filter means all. */
function selectTokens(world: World, filter: TokenFilter): TokenRow[] {
  const hash = filter.token === undefined ? undefined : hashSecret(filter.token);
  return world.tables.tokens
    .all()
    .filter(
      (row) =>
        (hash === undefined || row.hash === hash) &&
        (filter.login === undefined || row.login === filter.login) &&
        (filter.clientId === undefined || row.client_id === filter.clientId),
    );
}

/** The access token is too old from now on; its refresh token still works. */
export function expireTokens(world: World, filter: TokenFilter): number {
  const rows = selectTokens(world, filter);
  for (const row of rows) {
    world.tables.tokens.update(row.id, { expires_at: githubTime(world.clock.now() - 1000) });
  }
  return rows.length;
}

export function revokeTokens(world: World, filter: TokenFilter): number {
  const rows = selectTokens(world, filter);
  for (const row of rows) world.tables.tokens.delete(row.id);
  return rows.length;
}

function lifetimesOf(world: World, app: OauthApp): Lifetimes | null {
  return (app.expiringTokens ?? world.expiringTokens) ? world.lifetimes : null;
}

function isPast(world: World, time: string | null): boolean {
  return time !== null && Date.parse(time) <= world.clock.now();
}

function dropOldest(world: World, app: OauthApp, login: string, scopes: string[]): void {
  const same = selectTokens(world, { login, clientId: app.clientId })
    .filter((row) => row.scopes.join() === scopes.join())
    .sort((a, b) => a.id - b.id);
  for (const row of same.slice(0, Math.max(0, same.length - tokensPerGrant + 1))) {
    world.tables.tokens.delete(row.id);
  }
}
