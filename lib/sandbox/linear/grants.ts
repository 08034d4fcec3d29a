import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { LinearError } from './linear-error.ts';
import type { GrantRow, PersonRow } from './rows.ts';
import type { LinearWorld } from './world.ts';

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const newSecret = (kind: 'lin_oauth' | 'lin_refresh'): string =>
  `${kind}_${randomBytes(32).toString('hex')}`;

export interface IssuedGrant {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  scope: string;
  refresh_token: string;
}

export interface Consent {
  clientId: string;
  personUuid: string;
  scopes: string[];
  family: string;
}

export const newFamily = (): string => randomUUID();

export function issueGrant(world: LinearWorld, consent: Consent): IssuedGrant {
  const access = newSecret('lin_oauth');
  const refresh = newSecret('lin_refresh');
  const now = world.clock.now();
  const { accessSeconds, refreshSeconds } = world.settings;
  world.tables.grants.insert({
    ...consent,
    accessHash: hashOf(access),
    accessEndsMs: now + accessSeconds * 1000,
    refreshHash: hashOf(refresh),
    refreshEndsMs: now + refreshSeconds * 1000,
    spent: false,
  });
  return {
    access_token: access,
    token_type: 'Bearer',
    expires_in: accessSeconds,
    scope: consent.scopes.join(' '),
    refresh_token: refresh,
  };
}

/**
 * The old pair stops working with the answer. A refresh token that is used a second time was stolen,
 * by the first or by the second who used it, so all tokens of its consent end (RFC 9700 §4.14.2).
 */
export function rotateGrant(
  world: LinearWorld,
  clientId: string,
  refresh: string,
): IssuedGrant | null {
  const { grants } = world.tables;
  const row = grants.findOneBy('refreshHash', hashOf(refresh));
  if (!row || row.clientId !== clientId) return null;
  if (row.spent) {
    endFamily(world, row.family);
    return null;
  }
  if (row.refreshEndsMs <= world.clock.now()) return null;
  grants.update(row.id, { spent: true, accessEndsMs: 0 });
  const { personUuid, scopes, family } = row;
  return issueGrant(world, { clientId, personUuid, scopes, family });
}

export function endFamily(world: LinearWorld, family: string): number {
  const rows = world.tables.grants.findBy('family', family);
  for (const row of rows) world.tables.grants.delete(row.id);
  return rows.length;
}

export interface Caller {
  person: PersonRow;
  /** Null for the sandbox's own pages, which need none. */
  scopes: string[] | null;
  /** What the meters count by. */
  meter: string;
}

export function authenticate(world: LinearWorld, header: string | null): Caller {
  const token = /^Bearer (lin_oauth_[0-9a-f]{64})$/.exec(header ?? '')?.[1];
  const row = token ? world.tables.grants.findOneBy('accessHash', hashOf(token)) : undefined;
  const person = row && world.tables.people.findOneBy('uuid', row.personUuid);
  if (!row || !person?.active || row.accessEndsMs <= world.clock.now()) {
    throw new LinearError(
      'AUTHENTICATION_ERROR',
      'Authentication required, not authenticated',
      'You need to authenticate to access this operation.',
    );
  }
  return { person, scopes: row.scopes, meter: `${row.clientId}:${person.uuid}` };
}

export function requireScope(caller: Caller, scope: 'read' | 'write' | 'admin'): void {
  if (caller.scopes === null || caller.scopes.includes(scope)) return;
  throw new LinearError('FORBIDDEN', `Invalid scope: \`${scope}\` required`);
}

/** Ends what fits; without a filter everything. Of one person, or one token. */
export function matchingGrants(
  world: LinearWorld,
  filter: {
    login?: string | undefined;
    token?: string | undefined;
    clientId?: string | undefined;
  },
): GrantRow[] {
  const person = world.tables.people.findOneBy('displayName', filter.login ?? '');
  return world.tables.grants
    .all()
    .filter((row) => filter.login === undefined || row.personUuid === person?.uuid)
    .filter((row) => filter.clientId === undefined || row.clientId === filter.clientId)
    .filter(
      (row) =>
        filter.token === undefined ||
        [row.accessHash, row.refreshHash].includes(hashOf(filter.token)),
    );
}
