import { z } from 'zod';
import type { Account } from '#lib/connectors/protocol/index';
import { HubError, isHubError } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { type AppRow, readApp } from './app-store.ts';
import { requireOAuth } from './auth-mode.ts';
import { type ConnectorAt, connectorOf, openClient } from './client-of.ts';
import type { Command, CommandKind } from './command-runner.ts';
import { type Completion, completeConnection } from './complete-connection.ts';
import { type Credential, readCredential, writeCredential } from './credential.ts';
import { type ExchangeState, readExchangeState } from './oauth-state-store.ts';
import { nonceOf } from './oidc-nonce.ts';
import { openSealed } from './open-sealed.ts';
import { createProviderHttp } from './provider-http.ts';
import { revokeCredential } from './revoke-token.ts';
import { codeField, exchangedField, verifierField } from './sealed-fields.ts';
import { exchangeCode, type TokenClient } from './token-endpoint.ts';
import type { ConnectionDeps } from './worker-deps.ts';

const payloadSchema = z.object({ state: z.string().regex(/^[0-9a-f]{64}$/) });
const progressSchema = z.discriminatedUnion('stage', [
  z.object({ stage: z.literal('exchanging') }),
  z.object({ stage: z.literal('exchanged'), scopes: z.array(z.string()).nullable() }),
]);

/**
 * connections.exchange: the code becomes a connection. A code is good for one token request, so the
 * row says `exchanging` before it is sent and holds the sealed token (`exchanged`) right after: a
 * worker that dies later is followed by one that goes on without a second request; one that died
 * in between has lost the code, and the command says so.
 */
export function exchangeCommand(deps: ConnectionDeps): CommandKind {
  return {
    isForWaiting: false,
    run: async (command) => {
      const job = await prepare(deps, command);
      const token = await obtain(job);
      try {
        const account = await whoIsIt(job, token.credential);
        const connectionId = await transaction(deps.db, (tx) =>
          completeConnection(tx, deps, toCompletion(job, token, account)),
        );
        return { connection_id: connectionId };
      } catch (error) {
        // Access that belongs to no connection is not left lying at the provider.
        if (isHubError(error) && error.retry === 'never') {
          await revokeCredential(job.client, token.credential, command.signal);
        }
        throw error;
      }
    },
  };
}

interface Exchange {
  deps: ConnectionDeps;
  command: Command;
  state: ExchangeState;
  stateHash: string;
  app: AppRow;
  connector: ConnectorAt;
  client: TokenClient;
}

interface Obtained {
  credential: Credential;
  scopes: string[] | null;
}

const toCompletion = (job: Exchange, token: Obtained, account: Account): Completion => ({
  workspaceId: job.state.workspace_id,
  connector: job.state.connector,
  connectionId: job.state.connection_id,
  userId: job.state.user_id,
  authKind: 'oauth2',
  appId: job.app.id,
  isPreset: job.app.is_preset,
  endpoints: job.app.is_preset ? {} : job.connector.endpoints,
  account,
  credential: token.credential,
  scopes: {
    asked: job.state.scopes,
    granted: token.scopes ?? job.state.scopes,
  },
});

async function prepare(deps: ConnectionDeps, command: Command): Promise<Exchange> {
  const { state: stateHash } = payloadSchema.parse(command.payload);
  const at = { workspaceId: command.workspaceId, stateHash: Buffer.from(stateHash, 'hex') };
  const state = await readExchangeState(deps.db, at);
  const app = state && (await readApp(deps.db, { ...at, appId: state.app_id }));
  if (!state || !app) throw new HubError('connections.app_missing');
  // A code belongs to the token endpoint of the service that gave it, and so does its verifier.
  if (state.is_app_changed) {
    throw new HubError(
      'connections.exchange_failed',
      'The OAuth app was changed during the sign-in. Connect again.',
    );
  }
  const connector = connectorOf(deps, app);
  const client = await openClient(deps, connector, {
    workspaceId: app.workspace_id,
    appId: app.id,
    clientId: app.client_id,
  });
  return { deps, command, state, stateHash, app, connector, client };
}

async function obtain(job: Exchange): Promise<Obtained> {
  const { command } = job;
  const progress = progressSchema.nullable().parse(command.progress);
  if (progress?.stage === 'exchanged') {
    return { credential: readCredential(command.open(exchangedField)), scopes: progress.scopes };
  }
  const { provider } = job.connector.manifest;
  if (progress?.stage === 'exchanging') {
    throw new HubError(
      'connections.exchange_failed',
      `The worker stopped in the middle of the sign-in, and a code of ${provider} is good only once. Connect again.`,
    );
  }
  const code = command.open(codeField).toString('utf8');
  const verifier = await openSealed(job.deps, job.state.verifier, {
    workspaceId: command.workspaceId,
    ownerId: job.stateHash,
    field: verifierField,
  });
  await command.save({ stage: 'exchanging' });
  const { granted } = await exchange(job, code, verifier.toString('utf8'));
  await command.save(
    { stage: 'exchanged', scopes: granted.scopes },
    { field: exchangedField, plaintext: writeCredential(granted.credential) },
  );
  return granted satisfies Obtained;
}

async function exchange(job: Exchange, code: string, verifier: string) {
  const { provider } = job.connector.manifest;
  const nonce = requireOAuth(job.connector.manifest).nonce ? nonceOf(verifier) : null;
  const grant = { code, verifier, nonce, redirectUri: job.state.redirect_uri };
  let outcome: Awaited<ReturnType<typeof exchangeCode>>;
  try {
    outcome = await exchangeCode(job.client, grant, job.command.signal);
  } catch (error) {
    if (!isHubError(error)) throw error;
    throw new HubError('connections.exchange_failed', `${error.message} Connect again.`, {
      cause: error,
      details: { cause: error.code },
    });
  }
  if ('refused' in outcome) {
    throw new HubError(
      'connections.exchange_failed',
      `${provider} refused the sign-in (${outcome.refused.error}). ${adviceFor(outcome.refused.error)}`,
      { details: { error: outcome.refused.error } },
    );
  }
  return outcome;
}

/** Errors that are about the app and not about the person (RFC 6749 §5.2, and GitHub's name for it). */
const adviceFor = (error: string): string =>
  /client/.test(error)
    ? 'The client id or secret of the app is wrong: correct it in Settings.'
    : 'Connect again.';

async function whoIsIt(job: Exchange, credential: Credential): Promise<Account> {
  const { deps, connector, command } = job;
  const refused = (): Promise<never> =>
    Promise.reject(
      new HubError(
        'connections.exchange_failed',
        `${connector.manifest.provider} does not accept the token it has just given. Connect again.`,
      ),
    );
  const http = createProviderHttp({
    connector: job.app.connector,
    baseUrl: connector.endpoints.apiBaseUrl,
    outgoing: deps.outgoing,
    guards: deps.guards.of(command.id),
    lane: 'edit',
    clock: deps.clock,
    signal: command.signal,
    token: (rejected) =>
      rejected === undefined ? Promise.resolve(credential.accessToken) : refused(),
    onRefused: refused,
    toError: (answer) => connector.api.toError(answer),
    findFault: connector.api.findFault?.bind(connector.api),
  });
  return connector.api.account({ http, signal: command.signal, place: connector.endpoints });
}
