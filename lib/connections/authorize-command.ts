import * as oauth from 'oauth4webapi';
import { z } from 'zod';
import { HubError, isHubError } from '#lib/core/index';
import { outgoingFetch } from '#lib/security/index';
import { readApp } from './app-store.ts';
import { requireOAuth } from './auth-mode.ts';
import { mayBePlain, serverOf } from './authorization-server.ts';
import { connectorOf, openClient } from './client-of.ts';
import type { CommandKind } from './command-runner.ts';
import { requestField } from './sealed-fields.ts';
import { clientAuth, type TokenClient } from './token-endpoint.ts';
import { errorName } from './token-faults.ts';
import type { ConnectionDeps } from './worker-deps.ts';

const payloadSchema = z.object({ app_id: z.uuid() });
const requestSchema = z.record(z.string(), z.string());

/** What the web process needs to send somebody off. */
export const authorizeReplySchema = z.object({
  authorize_url: z.url(),
  issuer: z.string(),
  /** The metadata promises `iss` in every answer (RFC 9207). */
  is_issuer_required: z.boolean(),
  /** The request was pushed: this stands for it. */
  request_uri: z.string().nullable(),
});

const pushTimeoutMs = 8_000;
const pushAnswerMaxBytes = 65_536;

/**
 * connections.authorize: the part of beginning a sign-in that needs the provider or the client
 * secret, which the web process has neither of. Reads the metadata, and pushes the request where that
 * is offered (RFC 9126). The request holds the state, so it travels sealed.
 */
export function authorizeCommand(deps: ConnectionDeps): CommandKind {
  return {
    isForWaiting: true,
    run: async (command) => {
      const { app_id: appId } = payloadSchema.parse(command.payload);
      const app = await readApp(deps.db, { workspaceId: command.workspaceId, appId });
      if (!app) throw new HubError('connections.app_missing');
      const connector = connectorOf(deps, app);
      const mode = requireOAuth(connector.manifest);
      const client = await openClient(deps, connector, {
        workspaceId: command.workspaceId,
        appId,
        clientId: app.client_id,
      });
      const { provider } = connector.manifest;
      const server = await serverOf({ ...client, provider, mode, signal: command.signal });
      if (server.authorization_endpoint === undefined) {
        throw new HubError('connections.app_missing', `${provider} has no OAuth address here.`);
      }
      const request = requestSchema.parse(JSON.parse(command.open(requestField).toString('utf8')));
      const isPushed =
        server.pushed_authorization_request_endpoint !== undefined &&
        (mode.par === true || server.require_pushed_authorization_requests === true);
      if (mode.par === true && !isPushed) {
        throw new HubError(
          'connections.app_missing',
          `${provider} does not say where a request is pushed to.`,
        );
      }
      return {
        authorize_url: server.authorization_endpoint,
        issuer: server.issuer,
        is_issuer_required: server.authorization_response_iss_parameter_supported === true,
        request_uri: isPushed ? await push(client, server, request, command.signal) : null,
      };
    },
  };
}

async function push(
  client: TokenClient,
  server: oauth.AuthorizationServer,
  request: Record<string, string>,
  signal: AbortSignal,
): Promise<string> {
  const { provider } = client.manifest;
  const self = { client_id: client.clientId };
  const bounds = { timeoutMs: pushTimeoutMs, maxBytes: pushAnswerMaxBytes };
  try {
    const answer = await oauth.pushedAuthorizationRequest(
      server,
      self,
      clientAuth(requireOAuth(client.manifest), client.clientSecret),
      request,
      {
        signal,
        [oauth.customFetch]: outgoingFetch(client.outgoing, bounds),
        [oauth.allowInsecureRequests]: mayBePlain(
          server.pushed_authorization_request_endpoint ?? '',
        ),
      },
    );
    const { request_uri: uri } = await oauth.processPushedAuthorizationResponse(
      server,
      self,
      answer,
    );
    return uri;
  } catch (error) {
    if (isHubError(error)) throw error;
    const named = error instanceof oauth.ResponseBodyError ? ` (${errorName(error.error)})` : '';
    // The cause is not kept: the library's errors carry the answer.
    throw new HubError(
      'connections.provider_refused',
      `${provider} did not take the request of the sign-in${named}.`,
      { retry: 'later' },
    );
  }
}
