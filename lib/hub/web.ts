/**
 * hub/web: everything the web process is made of, put together once.
 *
 * Invariants: it can seal a credential and cannot open one; it calls no provider but a sign-in
 * provider; what it wants done it writes down for the worker. Every use case on a workspace's rows
 * runs in `asUser`, so that row security decides again after the route has.
 */
import 'server-only';

import { systemClock } from '#lib/core/index';
import { asUser, connect, type Db, type Tx } from '#lib/db/index';
import { letNextAuthTakeOurOrigin, type WebEnv, webEnv } from '#lib/env/index';
import {
  handleAuth,
  type IdentityDeps,
  isFromGateway,
  isSameOrigin,
  readSession,
  readSignInLink,
  requestAddress,
  requestOrigin,
  type Session,
  signInChoices,
} from '#lib/identity/index';
import { histogram, type Logger, logger, metricsText } from '#lib/observability/index';
import { addressKey } from '#lib/resilience/index';
import { type InboundLimits, inboundLimits, type Pace } from './inbound-limits.ts';
import { failureReader } from './web-failure.ts';
import { readWebHealth } from './web-health.ts';
import { mailDesk } from './web-mail.ts';
import { findWorkspaceOf, type PlaceKind } from './web-places.ts';
import { connectionDeps, putPresets } from './web-presets.ts';
import { keepWebhookKeys, webReceiver } from './web-receiver.ts';
import { identitySettings } from './web-settings.ts';
import { webUseCases } from './web-use-cases.ts';

export type { Session } from '#lib/identity/index';
export type { Pace } from './inbound-limits.ts';
export type { PlaceKind } from './web-places.ts';

export type WebHub = ReturnType<typeof createWebHub>;

export interface WebHubOptions {
  env: WebEnv;
  db: Db;
  log: Logger;
}

export function createWebHub({ env, db, log }: WebHubOptions) {
  letNextAuthTakeOurOrigin();
  const settings = identitySettings(env);
  const connections = connectionDeps(env, db, log);
  const identity: IdentityDeps = {
    db,
    settings,
    mail: mailDesk(env),
    clock: systemClock,
    log,
    onWorkspaceCreated: (tx, workspaceId) => putPresets(env, connections, tx, workspaceId),
  };
  const requests = histogram(
    'patchbay_api_request_seconds',
    'Requests to /api/v1 by route and status.',
    ['route', 'status'],
  );
  const limits = inboundLimits({ db, env, log });
  /** Without a gateway nobody vouches for an address, and all share one count. */
  const addressOf = (headers: Headers): string => addressKey(requestAddress(headers, settings));
  const asBearer = <T>(session: Session, work: (tx: Tx) => Promise<T>): Promise<T> =>
    asUser(db, { userId: session.userId, sessionId: session.sessionId }, work);

  return {
    log,
    /** Null beside a gateway, which takes webhooks in itself. */
    webhookReceiver: webReceiver({ db, env, log }, limits),
    features: { sandbox: settings.sandbox !== null, publicUrl: settings.publicUrl },
    signInChoices: signInChoices(settings, identity.mail),
    /** Whom a mailed link signs in; looking does not use it up. */
    readSignInLink: (token: string) => readSignInLink(identity, token),
    readSession: (headers: Headers) => readSession(identity, headers),
    requestOrigin: (headers: Headers) => requestOrigin(headers, settings),
    isFromGateway: (headers: Headers) => isFromGateway(headers, settings),
    isSameOrigin: (headers: Headers) => isSameOrigin(headers, settings),
    /** Sign-in and the provider's answer, at a bounded pace per address; closed when uncountable. */
    async handleAuth(request: Request, path: string[], pace: Pace): Promise<Response> {
      await pace.ask('sign-in', addressOf(request.headers));
      return handleAuth(identity, request, path);
    },
    ...countersOf(limits, addressOf),
    /** For the route that takes webhooks without a gateway; null when nobody trustworthy said. */
    vouchedAddress: (headers: Headers) => requestAddress(headers, settings),
    health: () => readWebHealth(db),
    metrics: metricsText,
    findWorkspaceOf: (session: Session, kind: PlaceKind, id: string) =>
      asBearer(session, (tx) => findWorkspaceOf(tx, kind, id)),
    observeRequest: (route: string, status: number, seconds: number) =>
      requests.observe({ route, status: String(status) }, seconds),

    describeFailure: failureReader(log),
    ...webUseCases({ identity, connections, db, env, log, limits, asBearer }),
  };
}

/** Who counts a request; each throws `request.rate_limited`. */
const countersOf = (limits: InboundLimits, addressOf: (headers: Headers) => string) => ({
  startPace: () => limits.pace(),
  /** A provider's answer comes at the pace of people, too. */
  countCallback: (headers: Headers, pace: Pace) => pace.ask('oauth-callback', addressOf(headers)),
  countGuest: (headers: Headers, pace: Pace) => pace.tell('api-address', addressOf(headers)),
  countSession({ sessionId, userId }: Session, pace: Pace): void {
    pace.tell('api-session', sessionId);
    pace.tell('api-user', userId);
  },
  countWorkspace: (workspaceId: string, pace: Pace) => pace.tell('workspace', workspaceId),
});

const home = globalThis as { __patchbayWeb?: WebHub };

/** The one of this process: a bundler loads this module more than once, the pool must be one. */
export function webHub(): WebHub {
  home.__patchbayWeb ??= makeWebHub();
  return home.__patchbayWeb;
}

function makeWebHub(): WebHub {
  const env = webEnv();
  const db = connect({ url: env.DATABASE_URL_WEB, name: 'patchbay web', max: 10 });
  const log = logger('web', env.LOG_LEVEL);
  keepWebhookKeys({ env, db, log });
  return createWebHub({ env, db, log });
}
