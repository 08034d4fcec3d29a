import { json, type Tx } from '#lib/db/index';
import { leftScope } from './left-scope.ts';
import type { Origin } from './observe-store.ts';

/** An object and the scope it says that it is in. */
export interface PlacedObject {
  external_id: string;
  scope_key: string;
}

/**
 * Of the given objects, those that are not in the scope of the stream they belong to: that of their
 * link, or, without one, the stream that came across them.
 */
export function selectStrays(
  tx: Tx,
  origin: Origin,
  placed: readonly PlacedObject[],
): Promise<{ external_id: string; is_known: boolean }[]> {
  return tx<{ external_id: string; is_known: boolean }[]>`
    select x.external_id, l.id is not null as is_known
    from jsonb_to_recordset(${json(
      tx,
      placed.map(({ external_id, scope_key }) => ({ external_id, scope_key })),
    )}::jsonb)
      as x(external_id text, scope_key text)
    left join public.links l on l.workspace_id = ${origin.workspaceId} and l.connection_id = ${origin.connectionId}
      and l.kind = ${origin.kind} and l.external_id = x.external_id
    join public.streams s on s.workspace_id = ${origin.workspaceId} and s.id = coalesce(l.stream_id, ${origin.streamId})
    where lower(s.scope_key) <> lower(x.scope_key)`;
}

/** The streams of the connection that read the same resource in these scopes, by scope in lower case. */
export async function selectStreamsAt(
  tx: Tx,
  origin: Origin,
  scopeKeys: readonly string[],
): Promise<Map<string, string>> {
  const keys = scopeKeys.map((key) => key.toLowerCase());
  const rows = await tx<{ id: string; key: string }[]>`
    select t.id, lower(t.scope_key) as key from public.streams t
    join public.streams s on s.workspace_id = t.workspace_id and s.connection_id = t.connection_id
      and s.resource = t.resource and s.id = ${origin.streamId}
    where t.workspace_id = ${origin.workspaceId} and lower(t.scope_key) = any(${keys})`;
  return new Map(rows.map(({ id, key }) => [key, id]));
}

export interface MoveWrite {
  link_id: string;
  stream_id: string;
  external_key: string | null;
  url: string | null;
}

/** The links are of other streams now: seen by them, looked at by their rules, addressed as there. */
export async function writeMoves(
  tx: Tx,
  workspaceId: string,
  moves: readonly MoveWrite[],
): Promise<void> {
  const rows = moves.map(({ link_id, stream_id, external_key, url }) => ({
    link_id,
    stream_id,
    external_key,
    url,
  }));
  await tx`
    update public.links l set stream_id = s.id, external_key = coalesce(x.external_key, l.external_key),
      url = coalesce(x.url, l.url), seen_generation = s.generation, lens_version = coalesce(sr.version, 0),
      error = case when l.error ->> 'code' = ${leftScope.code} then null else l.error end
    from jsonb_to_recordset(${json(tx, rows)}::jsonb)
        as x(link_id uuid, stream_id uuid, external_key text, url text)
      join public.streams s on s.workspace_id = ${workspaceId} and s.id = x.stream_id
      left join public.stream_rules sr on sr.workspace_id = s.workspace_id and sr.stream_id = s.id
    where l.workspace_id = ${workspaceId} and l.id = x.link_id`;
}

/** Their objects are where no stream of the connection looks. */
export async function markLeft(
  tx: Tx,
  workspaceId: string,
  linkIds: readonly string[],
): Promise<void> {
  await tx`
    update public.links set state = 'inaccessible', error = ${json(tx, leftScope)}
    where workspace_id = ${workspaceId} and id = any(${[...linkIds]}::uuid[]) and state <> 'tombstone'`;
}

/** Only the service can say which of two states is the newer. */
export async function wantReread(
  tx: Tx,
  workspaceId: string,
  linkIds: readonly string[],
): Promise<void> {
  await tx`
    update public.links set reread_at = now(), next_attempt_at = least(next_attempt_at, now())
    where workspace_id = ${workspaceId} and id = any(${[...linkIds]}::uuid[])`;
}
