import {
  type Actor,
  type ConnectionPlace,
  type ConnectionWebDeps,
  getConnection,
  listScopes,
  previewStream,
} from '#lib/connections/index';
import { HubError, type JsonObject, newId } from '#lib/core/index';
import type { Session } from '#lib/identity/index';
import { createStream } from '#lib/sync/index';
import type { Stream } from '#lib/sync/schema';
import { isBound, previewEvents } from './preview-events.ts';
import { beginStream } from './sagas/start-sagas.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

export type NewStreamInput = ConnectionPlace & { resource: string } & (
    | { scopeKey: string }
    | { definition: JsonObject }
  );

interface Chosen {
  key: string;
  title: string;
  scope: JsonObject;
}

const actorOf = ({ userId, sessionId }: Session): Actor => ({ userId, sessionId });

/** A stream of what the service shows, or of what a person defined and the service answered to. */
export async function addStream(
  deps: ConnectionWebDeps,
  asBearer: UseCaseDeps['asBearer'],
  session: Session,
  input: NewStreamInput,
): Promise<Stream> {
  const { workspaceId, connectionId, resource } = input;
  const connection = await asBearer(session, (tx) => getConnection(tx, { connectionId }));
  const kind = deps.connectors
    .get(connection.connector)
    ?.manifest.resources.find((candidate) => candidate.name === resource)?.kind;
  if (kind === undefined) throw new HubError('request.invalid', `There is no ${resource} here.`);
  const chosen =
    'definition' in input
      ? await tryDefinition(deps, asBearer, session, input)
      : await findScope(deps, actorOf(session), input);
  return asBearer(session, async (tx) => {
    const runId = newId();
    const stream = await createStream(tx, {
      workspaceId,
      connectionId,
      resource,
      kind,
      name: chosen.title,
      scopeKey: chosen.key,
      scope: chosen.scope,
      requestedBy: session.userId,
      heldRunId: runId,
    });
    await beginStream(tx, {
      workspaceId,
      connectionId,
      streamId: stream.id,
      runId,
      name: chosen.title,
      requestedBy: session.userId,
    });
    return stream;
  });
}

/**
 * The service is asked what there is, because a scope that merely claims to exist must not become a
 * stream: its id, title and rights are the service's word and not the browser's.
 */
async function findScope(
  deps: ConnectionWebDeps,
  actor: Actor,
  input: ConnectionPlace & { resource: string; scopeKey: string },
): Promise<Chosen> {
  const find = async (accept: 'fresh' | 'new') => {
    const { data } = await listScopes(deps, actor, { ...input, accept });
    return data.find((option) => option.key === input.scopeKey);
  };
  // One that was made a moment ago is not in a list from before.
  const chosen = (await find('fresh')) ?? (await find('new'));
  if (chosen) return { ...chosen, scope: chosen.scope as JsonObject };
  throw new HubError('request.invalid', 'The service does not show this scope.', {
    details: { errors: [{ field: 'scope_key', reason: 'is not among the scopes' }] },
  });
}

type Defining = ConnectionPlace & { resource: string; definition: JsonObject };

/** What a definition would bring, with nothing kept: tried at the service, or on what it has posted. */
export async function previewDefinition(
  deps: ConnectionWebDeps,
  asBearer: UseCaseDeps['asBearer'],
  session: Session,
  input: Defining,
): ReturnType<typeof previewStream> {
  const { connector: name } = await asBearer(session, (tx) => getConnection(tx, input));
  const connector = deps.connectors.get(name);
  return isBound(connector)
    ? asBearer(session, (tx) => previewEvents(tx, connector, input))
    : previewStream(deps, actorOf(session), input);
}

/** Nothing is defined that cannot be read: the first page is read before there is a stream. */
async function tryDefinition(
  deps: ConnectionWebDeps,
  asBearer: UseCaseDeps['asBearer'],
  session: Session,
  input: Defining,
): Promise<Chosen> {
  const { defined, preview } = await previewDefinition(deps, asBearer, session, input);
  if (preview.found > 0 || preview.faults.length === 0) return defined;
  throw new HubError('request.invalid', 'None of the objects there can be read like this.', {
    details: { errors: [{ field: 'definition.id', reason: preview.faults[0] ?? 'finds nothing' }] },
  });
}
