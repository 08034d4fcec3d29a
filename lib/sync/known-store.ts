import type { JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';
import type { Lens } from './lens/index.ts';
import type { Origin } from './observe-store.ts';
import type { KnownLink } from './planned-writes.ts';
import { homeOf, selectReferences } from './reference-store.ts';
import { type LinkView, lensOfRow, type ViewedRow, viewLink } from './view-link.ts';

type KnownRow = Omit<KnownLink, keyof LinkView> & ViewedRow & { home_id: string | null };

/**
 * Locks records and links of the objects known already, in the order of the records' ids. Each is seen
 * through the rules of its own stream, whichever stream told of it. `shown`: what the objects show now,
 * by their ids.
 */
export async function lockKnown(
  tx: Tx,
  origin: Origin,
  externalIds: string[],
  readAt: string | null,
  shown: ReadonlyMap<string, JsonObject> = new Map(),
): Promise<KnownLink[]> {
  const rows = await tx<KnownRow[]>`
    select l.id as link_id, l.record_id, l.external_id, l.external_key, l.url, l.remote_rank, l.base, l.ours, l.held,
      l.state, l.unreadable, r.version, r.data, r.deleted_at, ${homeOf(tx)} as home_id,
      l.stream_id, l.lens_version, sr.rules, sr.version as rules_version, sr.since, ${timesOf(tx)} as times,
      coalesce(l.observed_at < ${readAt}::text::timestamptz, false) as is_read_since,
      exists (select 1 from public.links o where o.workspace_id = l.workspace_id and o.record_id = l.record_id
        and o.id <> l.id and o.state <> 'tombstone') as has_other_living
    from public.links l
    join public.records r on r.workspace_id = l.workspace_id and r.id = l.record_id
    left join public.stream_rules sr on sr.workspace_id = l.workspace_id and sr.stream_id = l.stream_id
    where l.workspace_id = ${origin.workspaceId} and l.connection_id = ${origin.connectionId}
      and l.kind = ${origin.kind} and l.external_id = any(${externalIds})
    order by r.id for update of r, l`;
  const asks = rows.map((row) => ({
    ...row,
    connection_id: origin.connectionId,
    here: [row.data, row.ours],
    there: [row.base, shown.get(row.external_id) ?? null],
  }));
  const references = await selectReferences(tx, origin, asks);
  const lenses = new Map<string, Lens>();
  return rows.map((row, n) => {
    const plain = lenses.get(row.stream_id) ?? lensOfRow(origin.kind, row);
    lenses.set(row.stream_id, plain);
    const view = viewLink(origin.kind, row, { references: references[n] ?? null, plain });
    return { ...row, ...view };
  });
}

/**
 * When fields of record `r` were last changed elsewhere than at link `l`, by each place, and what is known
 * of the clocks involved; where rules `sr` let the later edit win. The log knows when a change was taken in
 * here; one that came from a service was made before.
 */
const timesOf = (tx: Tx) => tx`
  case when sr.rules @> '[{"policy": "latest_wins"}]' then jsonb_build_object(
    'now_ms', extract(epoch from clock_timestamp()) * 1000,
    'clock', ${clockOf(tx, tx`l.connection_id`)},
    'edits', (
      select jsonb_agg(jsonb_build_object('field', e.field, 'at_ms', extract(epoch from e.at) * 1000,
        'is_remote', e.origin = 'connection', 'remote_at_ms', extract(epoch from e.remote_at) * 1000,
        'clock', ${clockOf(tx, tx`e.connection_id`)}))
      from (
        select distinct on (f.field, c.connection_id) f.field, c.connection_id, c.origin, c.at, c.remote_at
        from public.change_log c, unnest(c.fields) f(field)
        where c.workspace_id = l.workspace_id and c.record_id = l.record_id
          and c.connection_id is distinct from l.connection_id
        order by f.field, c.connection_id, c.id desc) e)) end`;

/** How far the clock of a connection's service is from this database's; null when it was never measured. */
const clockOf = (tx: Tx, connectionId: ReturnType<Tx>) => tx`(
  select jsonb_build_object('offset_ms', k.offset_ms, 'error_ms', k.error_ms,
    'measured_ms', extract(epoch from k.measured_at) * 1000)
  from public.connection_clocks k where k.workspace_id = l.workspace_id and k.connection_id = ${connectionId})`;

/** By which version of the rules links were looked at. */
export async function noteLensVersions(
  tx: Tx,
  origin: Pick<Origin, 'workspaceId'>,
  links: { id: string; version: number }[],
): Promise<void> {
  await tx`
    update public.links l set lens_version = x.version
    from jsonb_to_recordset(${json(tx, links)}::jsonb) as x(id uuid, version int)
    where l.workspace_id = ${origin.workspaceId} and l.id = any(${links.map(({ id }) => id)}::uuid[]) and l.id = x.id`;
}
