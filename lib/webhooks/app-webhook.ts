import type { ConnectorManifest } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { sealTo } from '#lib/security/index';
import { type AppWebhookRow, selectAppWebhooks, setAppSecret } from './app-webhook-store.ts';
import type { AppWebhook } from './schema.ts';
import { endpointUrl, type Reachability, webhookBase } from './webhook-address.ts';

/** As register-endpoint.ts seals its own: the gateway opens both alike. */
const secretField = 'webhook_secret';
const secretChars = { least: 8, most: 400 };

/** Connectors whose service is told our address by a person. */
export type HandRegistration = Extract<
  NonNullable<ConnectorManifest['webhook']>['registration'],
  { mode: 'manual' }
>;

export interface HandConnector {
  connector: string;
  registration: HandRegistration;
  /** The workspace's app of it, if there is one, and where its console and its API are. */
  app: { id: string; apiBaseUrl: string; consoleUrl: string | null } | null;
}

/** For each connector that is set up by hand: what to copy, what to paste, and what has come of it. */
export async function listAppWebhooks(
  tx: Tx,
  where: Omit<Reachability, 'apiBaseUrl'>,
  at: { workspaceId: string },
  connectors: readonly HandConnector[],
): Promise<AppWebhook[]> {
  const rows = await selectAppWebhooks(tx, at.workspaceId);
  return connectors.map(({ connector, registration, app }) => {
    const row = rows.find(({ appId }) => appId === app?.id) ?? null;
    return {
      connector,
      app_id: app?.id ?? null,
      ...addressOf(where, connector, app),
      secret_label: registration.secretLabel,
      console_url: app ? app.consoleUrl : registration.consoleUrl,
      steps: [...registration.steps],
      status: statusOf(row),
      challenged_at: row?.challengedAt ?? null,
      last_received_at: row?.lastReceivedAt ?? null,
    };
  });
}

function addressOf(
  where: Omit<Reachability, 'apiBaseUrl'>,
  connector: string,
  app: HandConnector['app'],
): Pick<AppWebhook, 'url' | 'unavailable'> {
  if (!app) return { url: null, unavailable: null };
  const base = webhookBase({ ...where, apiBaseUrl: app.apiBaseUrl });
  return 'unavailable' in base
    ? { url: null, unavailable: base.unavailable }
    : { url: endpointUrl(base.baseUrl, connector, app.id), unavailable: null };
}

const statusOf = (row: AppWebhookRow | null): AppWebhook['status'] => {
  if (!row) return 'missing';
  return row.challengedAt !== null || row.lastReceivedAt !== null ? 'active' : 'waiting';
};

/**
 * The signing secret a person pasted, sealed to the gateway; nobody else can read it again. It counts
 * as right once something signed with it has come.
 */
export async function putAppWebhook(
  tx: Tx,
  sealKey: string,
  at: { workspaceId: string; appId: string },
  pasted: string,
): Promise<void> {
  // What is pasted often brings a line end along.
  const secret = pasted.trim();
  const reason =
    secret.length < secretChars.least || secret.length > secretChars.most
      ? `has not between ${secretChars.least} and ${secretChars.most} characters`
      : !/^[\x21-\x7e]+$/.test(secret) && 'holds more than visible ASCII characters';
  if (reason) {
    throw new HubError('request.invalid', `The secret ${reason}.`, {
      details: { errors: [{ field: 'secret', reason }] },
    });
  }
  const context = { workspaceId: at.workspaceId, ownerId: at.appId, field: secretField };
  const isDone = await setAppSecret(tx, { appId: at.appId, ...sealTo(sealKey, secret, context) });
  if (!isDone) throw new HubError('identity.forbidden');
}
