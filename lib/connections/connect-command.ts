import { z } from 'zod';
import { type Account, allScopes } from '#lib/connectors/protocol/index';
import { HubError, isHubError } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { requireAuth } from './auth-mode.ts';
import { formFault, type PastedMode } from './check-fields.ts';
import { type ConnectorAt, connectorOf } from './client-of.ts';
import type { Command, CommandKind } from './command-runner.ts';
import { completeConnection } from './complete-connection.ts';
import { selfHostedEndpoints } from './endpoints.ts';
import { createProviderHttp } from './provider-http.ts';
import { pastedField } from './sealed-fields.ts';
import { sendCredential } from './send-credential.ts';
import type { ConnectionDeps } from './worker-deps.ts';

const payloadSchema = z.object({
  connector: z.string(),
  auth_kind: z.enum(['api_key', 'basic']),
  base_url: z.string().nullable(),
  account_path: z.string().nullable(),
  is_preset: z.boolean(),
  connection_id: z.uuid().nullable(),
});
type Payload = z.infer<typeof payloadSchema>;

/** connections.connect: a pasted key becomes a connection once the service says whose it is. */
export function connectCommand(deps: ConnectionDeps): CommandKind {
  return {
    isForWaiting: false,
    run: async (command) => {
      const asked = payloadSchema.parse(command.payload);
      const connector = placeOf(deps, asked);
      const mode = requireAuth(connector.manifest, asked.auth_kind);
      const secret = command.open(pastedField).toString('utf8');
      const account = await whoseIsIt(deps, command, { connector, mode, secret });
      const permissions = allScopes(mode.permissions);
      const connectionId = await transaction(deps.db, (tx) =>
        completeConnection(tx, deps, {
          workspaceId: command.workspaceId,
          connector: asked.connector,
          connectionId: asked.connection_id,
          userId: command.requestedBy,
          authKind: mode.kind,
          appId: null,
          isPreset: asked.is_preset,
          endpoints: asked.is_preset ? {} : connector.endpoints,
          account,
          credential: {
            accessToken: secret,
            refreshToken: null,
            obtainedAtMs: deps.clock.now(),
            expiresAtMs: null,
          },
          // What a key may do is known at the service alone.
          scopes: { asked: permissions, granted: [] },
        }),
      );
      return { connection_id: connectionId };
    },
  };
}

/** The connector where this credential is for, its address having passed the guard. */
function placeOf(deps: ConnectionDeps, asked: Payload): ConnectorAt {
  const own = connectorOf(deps, { ...asked, endpoints: {} });
  const endpoints = {
    ...(asked.base_url === null
      ? own.endpoints
      : selfHostedEndpoints(own.manifest, asked.base_url)),
    ...(asked.account_path === null ? {} : { accountPath: asked.account_path }),
  };
  try {
    deps.outgoing.check(endpoints.apiBaseUrl);
  } catch (error) {
    if (!isHubError(error) || asked.base_url === null) throw error;
    throw formFault([{ field: 'base_url', reason: error.message }]);
  }
  return { ...own, endpoints };
}

interface Pasted {
  connector: ConnectorAt;
  mode: PastedMode;
  secret: string;
}

async function whoseIsIt(
  deps: ConnectionDeps,
  command: Command,
  { connector, mode, secret }: Pasted,
): Promise<Account> {
  const { manifest, api, endpoints } = connector;
  let refusal: unknown = null;
  const http = createProviderHttp({
    connector: manifest.name,
    baseUrl: endpoints.apiBaseUrl,
    outgoing: deps.outgoing,
    guards: deps.guards.of(command.id),
    lane: 'edit',
    clock: deps.clock,
    signal: command.signal,
    authorize: sendCredential(manifest, mode.kind),
    // A key has no successor: what was refused once is not sent again.
    token: (rejected) =>
      rejected === undefined
        ? Promise.resolve(secret)
        : Promise.reject(new HubError('provider.unauthorized')),
    onRefused: () => Promise.resolve(new HubError('provider.unauthorized')),
    toError: (answer) => {
      const error = api.toError(answer);
      refusal = error;
      return error;
    },
    findFault: (answer) => {
      const error = api.findFault?.(answer) ?? null;
      if (error) refusal = error;
      return error;
    },
  });
  try {
    return await api.account({ http, signal: command.signal, place: endpoints });
  } catch (error) {
    if (!isHubError(error)) throw error;
    // With the service's own reason where there is one.
    const said = error.code === 'provider.unauthorized' && isHubError(refusal) ? refusal : error;
    throw inTheForm(said, mode, secret);
  }
}

/** Faults of an address that no service of this kind answers at. */
const faultsOfPlace = new Set<string>([
  'provider.unreachable',
  'provider.host_refused',
  'provider.not_found',
  'provider.bad_answer',
]);

/** Faults that are about what was pasted name their field; the others stay what they are. */
function inTheForm(error: HubError, mode: PastedMode, secret: string): HubError {
  const said = secretsIn(mode, secret).reduce(
    (text, part) => text.replaceAll(part, '…'),
    error.message,
  );
  const refuse = (field: string, reason: string) =>
    new HubError('connections.key_refused', reason, {
      details: { cause: error.code, errors: [{ field, reason }] },
    });
  const secretField = mode.kind === 'api_key' ? 'fields.key' : 'fields.password';
  if (error.code === 'provider.unauthorized') return refuse(secretField, said);
  if (error.code === 'provider.forbidden') {
    const needs = allScopes(mode.permissions).join(', ');
    return refuse(secretField, needs === '' ? said : `${said} It needs: ${needs}.`);
  }
  const isAboutPlace = mode.baseUrl !== null && faultsOfPlace.has(error.code);
  return isAboutPlace ? refuse('base_url', said) : error;
}

/** What must not be repeated to anybody: the key without its header, the password without its name. */
function secretsIn(mode: PastedMode, secret: string): string[] {
  if (mode.kind === 'api_key') return [secret.split('\n').at(-1) ?? secret];
  const pair = Buffer.from(secret, 'base64').toString('utf8');
  return [secret, pair.slice(pair.indexOf(':') + 1)];
}
