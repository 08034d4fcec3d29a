import { z } from 'zod';
import { HubError, isHubError, isUuid, newId } from '#lib/core/index';
import { asUser, type Tx, transaction } from '#lib/db/index';
import { sealTo } from '#lib/security/index';
import { selectApps } from './app-store.ts';
import { type CallbackParameters, readCallback, stateUnknown } from './callback-parameters.ts';
import { awaitCommand, requestCommand } from './command-request.ts';
import { type FormAppPath, redirectUriOf } from './endpoints.ts';
import { readState, type SeenState, type TakenState, takeState } from './oauth-state-store.ts';
import { codeField } from './sealed-fields.ts';
import { hashState } from './start-authorization.ts';
import type { Actor, ConnectionWebDeps } from './web-deps.ts';

export interface CallbackRequest {
  /** From the path the provider called. */
  connector: string;
  /** The same, where a connector has an address for each app. */
  app?: FormAppPath;
  /** The raw query, with or without its question mark. */
  query: string;
  origin: string;
  /** How long the callback waits for the worker. */
  waitMs?: number;
}

export interface Finished {
  connectionId: string;
  workspaceId: string;
  returnTo: string;
}

/** How long the callback waits for the worker; a later reply still completes the connection. */
export const exchangeWaitMs = 20_000;

/**
 * Ends an authorization. Whatever is wrong with the answer has its own code, and in none of those
 * cases is the provider's token endpoint called: the code reaches the worker only once the state was
 * taken and everything else matched. Errors carry details.return_to when it is known.
 */
export async function finishAuthorization(
  deps: ConnectionWebDeps,
  actor: Actor,
  request: CallbackRequest,
): Promise<Finished> {
  const read = readCallback(request.query.replace(/^\?/, ''));
  if (!read.ok) throw read.error;
  const provider = await nameOf(deps, actor, request);
  const taken = await transaction(deps.db, (tx) =>
    take(tx, deps, { actor, request, answer: read.value, provider }),
  );
  if ('refusal' in taken) throw taken.refusal;
  const reply = await awaitCommand(
    deps.db,
    taken.commandId,
    request.waitMs ?? exchangeWaitMs,
  ).catch((error: unknown) => {
    throw withReturn(error, taken.state.return_to);
  });
  return {
    connectionId: z.uuid().parse(reply['connection_id']),
    workspaceId: taken.state.workspace_id,
    returnTo: taken.state.return_to,
  };
}

type Taken = { commandId: string; state: TakenState } | { refusal: HubError };

/**
 * One transaction: the state is consumed and the command written, or the state is consumed and the
 * refusal known. It never throws for a refusal, because that would give the state back.
 */
async function take(
  tx: Tx,
  deps: ConnectionWebDeps,
  came: Omit<Circumstances, 'state'>,
): Promise<Taken> {
  const { actor, request, answer } = came;
  const stateHash = hashState(answer.state);
  const binding = {
    stateHash,
    sessionId: actor.sessionId,
    userId: actor.userId,
    connector: request.connector,
    redirectUri: redirectUriOf(request.origin, request.connector, request.app),
  };
  const state = await takeState(tx, binding);
  if (!state) return { refusal: whyNotTaken(await readState(tx, stateHash), binding) };
  const refusal = await refuse(tx, { ...came, state });
  if (refusal || answer.code === null) return { refusal: refusal ?? stateUnknown() };
  const commandId = newId(deps.clock.now());
  const { envelope } = sealTo(deps.sealKey, answer.code, {
    workspaceId: state.workspace_id,
    ownerId: commandId,
    field: codeField,
  });
  await requestCommand(tx, {
    id: commandId,
    workspaceId: state.workspace_id,
    kind: 'connections.exchange',
    payload: { state: stateHash.toString('hex') },
    sealed: envelope,
    requestedBy: actor.userId,
    timeoutMs: exchangeWaitMs,
  });
  return { commandId, state };
}

/** What can still be wrong once the state was ours. */
async function refuse(
  tx: Tx,
  { actor, answer, state, provider }: Circumstances,
): Promise<HubError | null> {
  const details = { return_to: state.return_to };
  // Compared letter for letter (RFC 9207 §2.4); one that promised to say who it is must say it.
  const isOther =
    answer.issuer === null ? state.is_issuer_required : !state.issuers.includes(answer.issuer);
  if (isOther) {
    return new HubError(
      'connections.issuer_mismatch',
      `The answer came from another issuer than ${provider}, so it was not used.`,
      { details },
    );
  }
  if (answer.error) return refusalOfProvider(answer.error, provider, details);
  const [member] = await tx`
    select 1 from public.members where workspace_id = ${state.workspace_id}
      and user_id = ${actor.userId} and role in ('owner', 'admin')`;
  return member ? null : new HubError('identity.forbidden', undefined, { details });
}

/** The service as its members know it: an app that a form describes has a title of its own. */
async function nameOf(
  deps: ConnectionWebDeps,
  actor: Actor,
  { connector, app }: CallbackRequest,
): Promise<string> {
  const apps =
    app && isUuid(app.workspaceId)
      ? await asUser(deps.db, actor, (tx) => selectApps(tx, app.workspaceId))
      : [];
  const own = apps.find((one) => one.connector === connector && one.slug === app?.slug);
  return own?.title ?? deps.connectors.get(connector)?.manifest.provider ?? connector;
}

interface Circumstances {
  actor: Actor;
  request: CallbackRequest;
  answer: CallbackParameters;
  state: TakenState;
  provider: string;
}

function refusalOfProvider(
  error: { code: string; description: string | null },
  provider: string,
  details: { return_to: string },
): HubError {
  if (error.code === 'access_denied') {
    return new HubError(
      'connections.access_denied',
      `Access was not granted at ${provider}. Nothing was connected.`,
      { details },
    );
  }
  return new HubError(
    'connections.provider_refused',
    `${provider} refused the sign-in (${error.code}).`,
    { details: { ...details, error: error.code } },
  );
}

/** In this order: what an attacker may learn is least for a state that is not theirs. */
function whyNotTaken(
  seen: SeenState | null,
  binding: { sessionId: string; userId: string; connector: string; redirectUri: string },
): HubError {
  if (!seen) return stateUnknown();
  if (seen.session_id !== binding.sessionId || seen.user_id !== binding.userId) {
    return new HubError(
      'connections.state_foreign',
      'This sign-in was started in another session. Begin again from Connections in this one.',
    );
  }
  const details = { return_to: seen.return_to };
  if (seen.connector !== binding.connector || seen.redirect_uri !== binding.redirectUri) {
    return new HubError(
      'connections.path_mismatch',
      'The answer came to another address than the one this sign-in was started for.',
      { details },
    );
  }
  if (seen.is_consumed) {
    return new HubError('connections.state_reused', 'This sign-in was already finished.', {
      details,
    });
  }
  return new HubError(
    'connections.state_expired',
    'This sign-in took longer than ten minutes. Begin again.',
    { details },
  );
}

function withReturn(error: unknown, returnTo: string): unknown {
  if (!isHubError(error)) return error;
  return new HubError(error.code, error.message, {
    retry: error.retry,
    cause: error,
    details: { ...error.details, return_to: returnTo },
  });
}
