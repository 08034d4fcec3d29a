import type { Tx } from '#lib/db/index';
import type { Origin } from './observe-store.ts';

interface LinkOf {
  id: string;
  workspace_id: string;
  connection_id: string;
  kind: string;
}

export async function selectLinkId(tx: Tx, of: LinkOf, externalId: string): Promise<string | null> {
  const [row] = await tx<{ id: string }[]>`
    select id from public.links
    where workspace_id = ${of.workspace_id} and connection_id = ${of.connection_id} and kind = ${of.kind}
      and external_id = ${externalId}`;
  return row?.id ?? null;
}

/** The link's object has another id from now on. */
export async function renameLink(tx: Tx, link: LinkOf, externalId: string): Promise<void> {
  await tx`
    update public.links set external_id = ${externalId}
    where workspace_id = ${link.workspace_id} and id = ${link.id}`;
}

export async function insertAlias(
  tx: Tx,
  of: LinkOf,
  oldExternalId: string,
  linkId: string,
): Promise<void> {
  await tx`
    insert into public.link_aliases (workspace_id, connection_id, kind, old_external_id, link_id)
    values (${of.workspace_id}, ${of.connection_id}, ${of.kind}, ${oldExternalId}, ${linkId})
    on conflict (connection_id, kind, old_external_id) do update set link_id = excluded.link_id`;
}

/** What is told of an old id is a hint: the objects they are now are read again. */
export async function rereadAliased(tx: Tx, origin: Origin, oldIds: string[]): Promise<void> {
  await tx`
    update public.links set reread_at = now(), next_attempt_at = least(next_attempt_at, now())
    where workspace_id = ${origin.workspaceId} and state <> 'tombstone' and id in (
      select a.link_id from public.link_aliases a
      where a.workspace_id = ${origin.workspaceId} and a.connection_id = ${origin.connectionId}
        and a.kind = ${origin.kind} and a.old_external_id = any(${oldIds}))`;
}
