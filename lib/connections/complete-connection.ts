import type { Account, AuthKind, AuthorizeEndpoints } from '#lib/connectors/protocol/index';
import { HubError, newId } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';
import { logConnection } from './connection-log.ts';
import type { Credential } from './credential.ts';
import { putCredential } from './credential-store.ts';
import { sealCredential } from './refresh-credential.ts';
import type { ConnectionDeps } from './worker-deps.ts';

/** A credential the service has just said yes to, and whose it is. */
export interface Completion {
  workspaceId: string;
  connector: string;
  /** The connection it renews; null makes one, unless the account has one already. */
  connectionId: string | null;
  userId: string | null;
  authKind: AuthKind;
  appId: string | null;
  /** Made with the sandbox: its address comes from the running configuration. */
  isPreset: boolean;
  /** Addresses as of now: a credential never follows an app that is pointed elsewhere later on. */
  endpoints: Partial<AuthorizeEndpoints>;
  account: Account;
  credential: Credential;
  scopes: { asked: string[]; granted: string[] };
}

interface Present {
  id: string;
  account_id: string;
  account_name: string;
  status: string;
}

/**
 * Writes connection and credential in one transaction. The same account is the same connection, also
 * one that was disconnected: its links and records are still there. Reconnecting with another account
 * changes nothing and throws `connections.account_mismatch`.
 */
export async function completeConnection(
  tx: Tx,
  deps: ConnectionDeps,
  done: Completion,
): Promise<string> {
  const present = await findPresent(tx, done);
  if (present && present.account_id !== done.account.id) {
    throw new HubError(
      'connections.account_mismatch',
      `You signed in as ${done.account.name}, and this connection belongs to ${present.account_name}. Nothing was changed.`,
    );
  }
  const connectionId = present?.id ?? newId(deps.clock.now());
  const at = { workspaceId: done.workspaceId, connectionId };
  await writeConnection(tx, done, connectionId);
  await putCredential(tx, at, sealCredential(deps, at, done.credential));
  await logConnection(tx, {
    ...at,
    level: 'info',
    code: present ? 'connections.reconnected' : 'connections.connected',
    message: `${present ? 'Connected again' : 'Connected'} as ${done.account.name}.`,
  });
  await deps.onConnected?.(tx, {
    ...at,
    isNew: !present,
    accountName: done.account.name,
    requestedBy: done.userId,
  });
  return connectionId;
}

async function findPresent(tx: Tx, done: Completion): Promise<Present | null> {
  if (done.connectionId !== null) {
    const [named] = await tx<Present[]>`
      select id, account_id, account_name, status from public.connections
      where workspace_id = ${done.workspaceId} and id = ${done.connectionId}
        and connector = ${done.connector} for update`;
    if (!named) throw new HubError('resource.not_found', 'The connection does not exist any more.');
    return named;
  }
  // Two sign-ins of one account at the same time make one connection.
  await tx`
    select pg_advisory_xact_lock(hashtextextended(
      ${`connect ${done.workspaceId} ${done.connector} ${done.account.id}`}, 0))`;
  const [same] = await tx<(Present & { other_app: string | null })[]>`
    select c.id, c.account_id, c.account_name, c.status,
      case when c.app_id <> a.id and c.status <> 'disconnected' then p.title end as other_app
    from public.connections c
    left join public.apps a on a.workspace_id = c.workspace_id and a.id = ${done.appId}
    left join public.apps p on p.workspace_id = c.workspace_id and p.id = c.app_id
    where c.workspace_id = ${done.workspaceId} and c.connector = ${done.connector}
      and c.account_id = ${done.account.id}
      and (c.status <> 'disconnected' or a.slug is null or a.slug = '' or c.app_id = a.id)
    order by c.status = 'disconnected', c.created_at desc limit 1 for update of c`;
  // Two apps may speak to one API; what one has connected is not silently taken over by the other.
  if (same && same.other_app !== null) {
    throw new HubError(
      'connections.account_mismatch',
      `${done.account.name} is connected already, by the app ${same.other_app}. Nothing was changed.`,
    );
  }
  return same ?? null;
}

async function writeConnection(tx: Tx, done: Completion, id: string): Promise<void> {
  const { account, credential, scopes } = done;
  const expires =
    credential.expiresAtMs === null ? null : new Date(credential.expiresAtMs).toISOString();
  await tx`
    insert into public.connections as c (id, workspace_id, connector, auth_kind, is_preset, app_id, account_id, account_name,
      account_url, endpoints, status, scopes_asked, scopes_granted, expires_at, refreshed_at, checked_at, created_by)
    values (${id}, ${done.workspaceId}, ${done.connector}, ${done.authKind}, ${done.isPreset}, ${done.appId}, ${account.id},
      ${account.name.slice(0, 200)}, ${account.url?.slice(0, 2000) ?? null}, ${json(tx, done.endpoints)},
      'active', ${scopes.asked}, ${scopes.granted}, ${expires}, now(), now(), ${done.userId})
    on conflict (id) do update set auth_kind = excluded.auth_kind, is_preset = excluded.is_preset,
      app_id = excluded.app_id, account_name = excluded.account_name, account_url = excluded.account_url,
      endpoints = excluded.endpoints, status = 'active',
      status_code = null, status_detail = null, status_at = now(), scopes_asked = excluded.scopes_asked,
      scopes_granted = excluded.scopes_granted, expires_at = excluded.expires_at, refreshed_at = now(),
      checked_at = now(), receipt = null`;
}
