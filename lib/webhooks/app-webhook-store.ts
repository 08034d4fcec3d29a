import type { Queryable, Tx } from '#lib/db/index';

/** What is known of an app's address here; the secret is not. */
export interface AppWebhookRow {
  appId: string;
  challengedAt: string | null;
  lastReceivedAt: string | null;
}

/** Under the member's claims: addresses whose secret was pasted. */
export function selectAppWebhooks(tx: Tx, workspaceId: string): Promise<AppWebhookRow[]> {
  return tx<AppWebhookRow[]>`
    select app_id as "appId", challenged_at as "challengedAt", last_received_at as "lastReceivedAt"
    from public.webhook_endpoints where workspace_id = ${workspaceId} and app_id is not null`;
}

/** The former secret is dropped. False where the member is no admin of the app's workspace. */
export async function setAppSecret(
  tx: Tx,
  secret: { appId: string; envelope: Buffer; keyId: string },
): Promise<boolean> {
  const [row] = await tx<{ done: boolean }[]>`
    select private.set_app_webhook(${secret.appId}, ${secret.envelope}, ${secret.keyId}) as done`;
  return row?.done ?? false;
}

/** As the gateway: the connection of this account in the endpoint's own workspace, made with its app. */
export async function findConnectionOf(
  db: Queryable,
  at: { endpointId: string; accountId: string },
): Promise<string | null> {
  const [row] = await db<{ id: string | null }[]>`
    select private.connection_of_account(${at.endpointId}, ${at.accountId}) as id`;
  return row?.id ?? null;
}

export async function markChallenged(db: Queryable, endpointId: string): Promise<void> {
  await db`update public.webhook_endpoints set challenged_at = now() where id = ${endpointId}`;
}

const isProven = (db: Queryable) =>
  db`(e.challenged_at is not null or e.last_received_at is not null)`;

/** Of the app a connection was made with; null while nobody has pasted a secret. */
export async function findAppWebhook(
  db: Queryable,
  at: { workspaceId: string; connectionId: string },
): Promise<{ id: string; isProven: boolean } | null> {
  const [row] = await db<{ id: string; isProven: boolean }[]>`
    select e.id, ${isProven(db)} as "isProven"
    from public.connections c
    join public.webhook_endpoints e on e.workspace_id = c.workspace_id and e.app_id = c.app_id
    where c.workspace_id = ${at.workspaceId} and c.id = ${at.connectionId}`;
  return row ?? null;
}

/** Addresses set up by hand at which something that holds has come are active from now on. */
export async function activateProven(tx: Tx): Promise<void> {
  await tx`
    update public.webhook_endpoints e set status = 'active', detail = null
    where (e.app_id is not null or e.scheme is not null) and e.status = 'pending' and ${isProven(tx)}`;
}

export interface MisdeliveredConnection {
  workspaceId: string;
  connectionId: string;
  hasSecret: boolean;
  isProven: boolean;
}

/**
 * Connections whose streams say otherwise than their app's address: polled though events come in, or
 * waiting for events under a secret that nothing has proven.
 */
export function selectMisdelivered(
  tx: Tx,
  connectors: readonly string[],
  limit: number,
): Promise<MisdeliveredConnection[]> {
  return tx<MisdeliveredConnection[]>`
    select c.workspace_id as "workspaceId", c.id as "connectionId", e.id is not null as "hasSecret",
      ${isProven(tx)} as "isProven"
    from public.connections c
    left join public.webhook_endpoints e on e.workspace_id = c.workspace_id and e.app_id = c.app_id
    where c.connector = any(${connectors}::text[]) and c.status = 'active'
      and exists (select 1 from public.streams s
        where s.workspace_id = c.workspace_id and s.connection_id = c.id
          and s.phase in ('backfill', 'live')
          and s.delivery <> case when ${isProven(tx)} then 'webhook' else 'poll' end)
    order by c.id limit ${limit}`;
}
