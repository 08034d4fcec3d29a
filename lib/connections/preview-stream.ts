import type { DefinedStream } from '#lib/connectors/protocol/index';
import { HubError, type JsonObject } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { type ConnectionPlace, mustBeUsable } from './ask-worker.ts';
import { awaitCommand, requestCommand } from './command-request.ts';
import { type StreamPreview, streamPreviewSchema } from './schema.ts';
import type { Actor, ConnectionWebDeps } from './web-deps.ts';

const waitMs = 30_000;

export interface Definition extends ConnectionPlace {
  resource: string;
  definition: JsonObject;
}

/**
 * Tries a definition at the service before anything is made of it: what the first page holds and how
 * it would read here. Answers the scope that a stream of it has.
 */
export async function previewStream(
  deps: ConnectionWebDeps,
  actor: Actor,
  input: Definition,
): Promise<{ defined: DefinedStream; preview: StreamPreview }> {
  const { connector } = await asUser(deps.db, actor, (tx) => mustBeUsable(tx, input));
  const found = deps.connectors.get(connector);
  if (!found?.define) {
    throw new HubError('request.invalid', 'Streams of this service are chosen, not defined.', {
      details: { errors: [{ field: 'definition', reason: 'is not taken by this connector' }] },
    });
  }
  const defined = found.define(input.resource, input.definition);
  const id = await requestCommand(deps.db, {
    workspaceId: input.workspaceId,
    kind: 'connections.preview',
    payload: {
      connection_id: input.connectionId,
      resource: input.resource,
      scope: defined.scope,
    },
    requestedBy: actor.userId,
    timeoutMs: waitMs,
  });
  const preview = streamPreviewSchema.parse(await awaitCommand(deps.db, id, waitMs));
  return { defined, preview };
}
