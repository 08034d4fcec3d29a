import type { ConnectorApi, ConnectorContext } from '#lib/connectors/protocol/index';
import type { Clock, JsonObject } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import type { EndpointRow } from './endpoint-store.ts';
import { webhookBase } from './webhook-address.ts';

/** What registering needs of an open connection; hub binds openConnection to it. */
export interface HookAccess {
  connector: string;
  apiBaseUrl: string;
  api: Pick<ConnectorApi, 'registerWebhook' | 'removeWebhook' | 'listWebhooks'>;
  ctx: ConnectorContext;
  /** What one registration is for, and how long it lives; null where a person makes it by hand. */
  registration: { per: 'scope' | 'connection'; lifetimeMs?: number } | null;
  /** False where the service has no webhooks, or our connector takes none. */
  takesWebhooks: boolean;
}

export interface EndpointDeps {
  /** The worker's login. */
  db: Db;
  /** `isEnding`: also a connection that is being disconnected, to take back what is registered. */
  connect(
    at: { workspaceId: string; connectionId: string },
    options: { signal: AbortSignal; isEnding: boolean },
  ): Promise<HookAccess>;
  /** The gateway's public key: the worker makes a secret and cannot read it again. */
  sealKey: string;
  publicUrl: string | undefined;
  port: number;
  clock: Clock;
  log: Logger;
}

export interface EndpointRequest {
  workspaceId: string;
  connectionId: string;
  scopeKey: string;
  scope: JsonObject;
}

/** An endpoint in the caller's hands, with the connection open. */
export interface HeldEndpoint {
  deps: EndpointDeps;
  access: HookAccess;
  row: EndpointRow;
}

/** Below the lease of an endpoint (endpoint-store.ts), so that its holder has always stopped first. */
const heldAtMostMs = 40_000;

export const heldSignal = (signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(heldAtMostMs)]);

/** Where the connection's service is told to post to, or why it cannot be. */
export const baseOf = (deps: EndpointDeps, access: HookAccess) =>
  webhookBase({ publicUrl: deps.publicUrl, port: deps.port, apiBaseUrl: access.apiBaseUrl });
