import type { JsonObject } from '#lib/core/index';
import type { Queryable } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';
import type { Stream } from './schema.ts';

export interface FoundStream {
  id: string;
  kind: Kind;
  resource: string;
  scope: JsonObject;
  scope_key: string;
  phase: Stream['phase'];
}

/** The stream of a connection that an event belongs to; the case of the scope does not count. */
export async function findStream(
  db: Queryable,
  input: { workspaceId: string; connectionId: string; resource: string; scopeKey: string },
): Promise<FoundStream | null> {
  const [row] = await db<FoundStream[]>`
    select id, kind, resource, scope, scope_key, phase from public.streams
    where workspace_id = ${input.workspaceId} and connection_id = ${input.connectionId}
      and resource = ${input.resource} and lower(scope_key) = lower(${input.scopeKey})`;
  return row ?? null;
}

/**
 * Of a connection, a stream that holds one of these objects: what is told of them for a scope nobody
 * follows is still of use to it, as they have left it.
 */
export async function findHolder(
  db: Queryable,
  input: {
    workspaceId: string;
    connectionId: string;
    resource: string;
    externalIds: readonly string[];
  },
): Promise<FoundStream | null> {
  const [row] = await db<FoundStream[]>`
    select s.id, s.kind, s.resource, s.scope, s.scope_key, s.phase from public.links l
    join public.streams s on s.workspace_id = l.workspace_id and s.id = l.stream_id
    where l.workspace_id = ${input.workspaceId} and l.connection_id = ${input.connectionId}
      and l.kind = s.kind and l.external_id = any(${[...input.externalIds]})
      and l.state <> 'tombstone' and s.resource = ${input.resource}
    order by l.id limit 1`;
  return row ?? null;
}
