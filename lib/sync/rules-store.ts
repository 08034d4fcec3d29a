import type { JsonObject } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';
import { readRules } from './lens/index.ts';
import type { FieldRule } from './schema.ts';

export interface StreamRules {
  streamId: string;
  kind: Kind;
  /** 0 as long as nobody has made any. */
  version: number;
  rules: FieldRule[];
}

/** The rules of streams that exist, in one statement. */
export async function selectRules(
  db: Queryable,
  workspaceId: string,
  streamIds: readonly string[],
): Promise<StreamRules[]> {
  const rows = await db<(Omit<StreamRules, 'rules'> & { rules: unknown })[]>`
    select s.id as "streamId", s.kind, coalesce(sr.version, 0) as version, sr.rules
    from public.streams s
    left join public.stream_rules sr on sr.workspace_id = s.workspace_id and sr.stream_id = s.id
    where s.workspace_id = ${workspaceId} and s.id = any(${[...streamIds]}::uuid[]) order by s.id`;
  return rows.map((row) => ({ ...row, rules: readRules(row.rules) }));
}

/** What a stream is of; null when it is gone. */
export async function selectResource(
  db: Queryable,
  workspaceId: string,
  streamId: string,
): Promise<{ connector: string; resource: string } | null> {
  const [row] = await db<{ connector: string; resource: string }[]>`
    select c.connector, s.resource from public.streams s
    join public.connections c on c.workspace_id = s.workspace_id and c.id = s.connection_id
    where s.workspace_id = ${workspaceId} and s.id = ${streamId}`;
  return row ?? null;
}

/** One after the other for a stream: a version is made of the one before it. */
export async function lockRules(
  tx: Tx,
  workspaceId: string,
  streamId: string,
): Promise<StreamRules | null> {
  await tx`
    insert into public.stream_rules (stream_id, workspace_id, version)
    select s.id, s.workspace_id, 0 from public.streams s
    where s.workspace_id = ${workspaceId} and s.id = ${streamId}
    on conflict (stream_id) do nothing`;
  await tx`
    select 1 from public.stream_rules
    where workspace_id = ${workspaceId} and stream_id = ${streamId} for update`;
  const [stored] = await selectRules(tx, workspaceId, [streamId]);
  return stored ?? null;
}

export async function writeRules(
  tx: Tx,
  workspaceId: string,
  written: StreamRules & {
    /** Fields that are read another way from this version on. */
    moved: readonly string[];
    /** The rules until now, where anything has moved. */
    superseded: readonly FieldRule[];
    keep: number;
    userId: string | null;
  },
): Promise<void> {
  const since: JsonObject = Object.fromEntries(
    written.moved.map((field) => [field, written.version]),
  );
  const past =
    written.moved.length > 0 ? [{ version: written.version - 1, rules: written.superseded }] : [];
  await tx`
    update public.stream_rules set version = ${written.version}, rules = ${json(tx, written.rules)},
      past = (
        select coalesce(jsonb_agg(e.value order by e.n), '[]')
        from jsonb_array_elements(past || ${json(tx, past)}::jsonb) with ordinality e(value, n)
        where e.n > jsonb_array_length(past) + ${past.length}::int - ${written.keep}::int),
      since = since || ${json(tx, since)}::jsonb, updated_by = ${written.userId}, updated_at = now()
    where workspace_id = ${workspaceId} and stream_id = ${written.streamId}`;
}

/** Earlier rules of streams, oldest first: each was in force up to its version. */
export async function selectPast(
  db: Queryable,
  workspaceId: string,
  streamIds: readonly string[],
): Promise<Map<string, { version: number; rules: FieldRule[] }[]>> {
  const rows = await db<{ stream_id: string; past: { version: number; rules: unknown }[] }[]>`
    select stream_id, past from public.stream_rules
    where workspace_id = ${workspaceId} and stream_id = any(${[...streamIds]}::uuid[])`;
  return new Map(
    rows.map(({ stream_id: id, past }) => [
      id,
      past.map(({ version, rules }) => ({ version, rules: readRules(rules) })),
    ]),
  );
}

/** Has everything of a live stream looked at by its next sweep, which is due now. */
export async function wantSweep(tx: Tx, workspaceId: string, streamId: string): Promise<void> {
  await tx`
    update public.streams set next_sweep_at = now()
    where workspace_id = ${workspaceId} and id = ${streamId} and phase = 'live'
      and exists (select 1 from public.links l where l.stream_id = streams.id)`;
}
