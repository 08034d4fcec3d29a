import type { JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';
import type { JudgedObject } from '../judge-object.ts';
import type { References } from '../lens/index.ts';
import { selectReferences, wakeReferrers } from '../reference-store.ts';
import type { HeldCreation } from './creation-store.ts';
import type { FoundLink } from './judge-found.ts';
import type { PlannedLink } from './plan-link.ts';

interface Place {
  workspace_id: string;
  connection_id: string;
  stream_id: string;
  kind: string;
}

export interface MadeLink {
  id: string;
  object: JudgedObject;
  planned: PlannedLink;
}

/**
 * The record lives there too from now on, and its log says so; one that ended meanwhile lives again,
 * where it was just made. The caller holds the record. False when the object has a link already.
 */
export async function insertMade(
  tx: Tx,
  of: Place & { record_id: string; version: number; deleted_at: string | null },
  { id, object, planned }: MadeLink,
): Promise<boolean> {
  const rows = await tx`
    with linked as (
      insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind, external_id, external_key,
        url, remote_rank, base, ours, unreadable, raw, state, dirty_at, next_attempt_at, seen_generation)
      select ${id}, ${of.workspace_id}, ${of.record_id}, ${of.connection_id}, ${of.stream_id}, ${of.kind},
        ${object.externalId}, ${object.externalKey}, ${object.url}, ${object.rank}, ${json(tx, planned.base)},
        ${json(tx, planned.ours)}, ${json(tx, planned.unreadable)}, ${json(tx, object.raw)},
        ${planned.isOwed ? 'dirty' : 'synced'}, ${planned.isOwed ? tx`now()` : tx`null`},
        ${planned.isOwed || planned.hasUnsaid ? tx`now()` : tx`null`}, s.generation
      from public.streams s where s.id = ${of.stream_id}
      on conflict (connection_id, kind, external_id) do nothing
      returning record_id
    ), recorded as (
      update public.records r set version = ${of.version + 1}, deleted_at = null
      from linked where r.workspace_id = ${of.workspace_id} and r.id = linked.record_id
    )
    insert into public.change_log (workspace_id, record_id, kind, version, op, origin, reason, connection_id, fields, diff)
    select ${of.workspace_id}, record_id, ${of.kind}, ${of.version + 1},
      ${of.deleted_at === null ? 'update' : 'restore'}, 'hub', 'made', ${of.connection_id}, '{}', '{}'
    from linked returning 1`;
  if (rows.length > 0) await wakeReferrers(tx, of.workspace_id, of.record_id);
  return rows.length > 0;
}

/** How an object that was made names others, as its record does. */
export async function referencesOfCreation(
  tx: Tx,
  held: HeldCreation,
  { fields }: Pick<JudgedObject, 'fields'>,
): Promise<References | null> {
  const { workspace_id: workspaceId, kind, data, sent } = held;
  const ask = { ...held, link_id: null, here: [data], there: [fields, sent] };
  const [references = null] = await selectReferences(tx, { workspaceId, kind }, [ask]);
  return references;
}

/** Links that objects of a stream have already, as far as a creation is concerned. */
export function selectFoundLinks(
  tx: Tx,
  of: Place & { id: string; sent_at: string | null },
  externalIds: readonly string[],
): Promise<FoundLink[]> {
  return tx<FoundLink[]>`
    select l.external_id, l.record_id,
      l.created_at >= ${of.sent_at}::text::timestamptz
        and not exists (select 1 from public.links o where o.workspace_id = l.workspace_id
          and o.record_id = l.record_id and o.id <> l.id)
        and not exists (select 1 from public.creations c where c.workspace_id = l.workspace_id
          and c.link_id = l.id and c.id <> ${of.id}) as is_stray
    from public.links l
    where l.workspace_id = ${of.workspace_id} and l.connection_id = ${of.connection_id} and l.kind = ${of.kind}
      and l.external_id = any(${[...externalIds]})`;
}

export async function selectRecordOf(
  tx: Tx,
  of: Place,
  externalId: string,
): Promise<string | null> {
  const [row] = await tx<{ record_id: string }[]>`
    select record_id from public.links
    where workspace_id = ${of.workspace_id} and connection_id = ${of.connection_id} and kind = ${of.kind}
      and external_id = ${externalId}`;
  return row?.record_id ?? null;
}

export interface UnderWay {
  id: string;
  record_id: string;
  sent: JsonObject;
}

/** Objects of a stream that were asked for, and are not known to be there yet. */
export function selectUnderWay(
  tx: Tx,
  of: Pick<Place, 'workspace_id' | 'stream_id'>,
  rows: number,
): Promise<UnderWay[]> {
  return tx<UnderWay[]>`
    select id, record_id, sent from public.creations
    where workspace_id = ${of.workspace_id} and stream_id = ${of.stream_id}
      and state in ('sending', 'unknown') and sent is not null
    order by id limit ${rows}`;
}
