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
