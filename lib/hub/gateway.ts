/**
 * hub/gateway: the one port. It takes webhooks in by itself and streams everything else to the
 * process that answers it: pages and API, the local Supabase, the sandbox.
 *
 * Invariants: it opens webhook secrets and no credential; it calls no provider; what a client says
 * about forwarding is dropped and said anew; a host name that is not ours is not served; every answer
 * to a request tells a limit, webhooks those of their own, all else the one of its address; it never exits
 * because PostgreSQL or a process behind it does.
 */
import 'server-only';

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorCodes } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { captureError, type Logger } from '#lib/observability/index';
import { answerWebhook } from './gateway/answer-webhook.ts';
import { createHealthCheck } from './gateway/check-health.ts';
import { proxyTrust } from './gateway/client-address.ts';
import { countRequest, markAnswer, refuseCounted } from './gateway/count-request.ts';
import { closeForwarding, type ForwardTarget, forward } from './gateway/forward.ts';
import { addressOf } from './gateway/forward-headers.ts';
import { forwardUpgrade, refuseUpgrade } from './gateway/forward-upgrade.ts';
import { maySwitch, pathOf, type Route, routeOf, type Upstream } from './gateway/route-table.ts';
import { send, sendProblem } from './gateway/send-answer.ts';
import type { InboundLimits } from './inbound-limits.ts';
import type { LimitedReceiver } from './limit-receiver.ts';

export interface GatewayOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  version: string;
  publicUrl: string | undefined;
  token: string;
  webUrl: string;
  supabaseUrl: string | undefined;
  sandboxUrl: string | undefined;
  workerHealthUrl: string | undefined;
  /** For the health check. */
  db: Db;
  /** With its limits; a bare receiver has none. */
  receiver: LimitedReceiver;
  /** For all that is no webhook. */
  limits: Pick<InboundLimits, 'tell'>;
  /** Addresses and networks of the operator's proxies; unset: see client-address.ts. */
  trustedProxies?: string | undefined;
  log: Logger;
}

export interface Gateway {
  port: number;
  /** Takes nothing new, answers what is under way, keeps what was taken. At most `drainMs`. */
  close(): Promise<void>;
}

const drainMs = 10_000;
const maxConnections = 4_096;

/** Listens once the promise resolves; rejects when the port is taken. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const sockets = new Set<Duplex>();
  let stopping = false;
  const isStopping = (): boolean => stopping;
  const checkHealth = createHealthCheck(options);
  const isTrustedProxy = proxyTrust(options.trustedProxies, options.publicUrl);
  const urls: Record<Upstream, string | undefined> = {
    web: options.webUrl,
    supabase: options.supabaseUrl,
    sandbox: options.sandboxUrl,
  };
  const has = { supabase: Boolean(options.supabaseUrl), sandbox: Boolean(options.sandboxUrl) };

  const targetFor = (upstream: Upstream): ForwardTarget => ({
    upstream,
    url: urls[upstream] ?? options.webUrl,
    token: options.token,
    publicUrl: options.publicUrl,
    isTrustedProxy,
    log: options.log,
    isStopping,
  });

  const count = (request: IncomingMessage, to: Route['to']) =>
    countRequest(options.limits, addressOf(request, isTrustedProxy), to);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (stopping) response.shouldKeepAlive = false;
    const route = routeOf(request, has, options.publicUrl);
    if (route.to === 'webhook') {
      const address = addressOf(request, isTrustedProxy);
      const target = { ...route, address };
      return answerWebhook(request, response, target, options.receiver, isStopping);
    }
    const counted = count(request, route.to);
    markAnswer(response, counted);
    if (!counted.isAllowed) return refuseCounted(response);
    switch (route.to) {
      case 'nobody':
        return sendProblem(response, route.code, { connection: 'close' });
      case 'live':
        return send(response, 200, json, JSON.stringify({ status: 'ok' }));
      case 'ready': {
        const health = await checkHealth();
        return send(response, health.status === 'down' ? 503 : 200, json, JSON.stringify(health));
      }
      case 'web':
      case 'supabase':
      case 'sandbox':
        return forward(request, response, targetFor(route.to));
    }
  }

  const server = createServer(
    {
      headersTimeout: 15_000,
      requestTimeout: 60_000,
      // Longer than a load balancer keeps an idle connection (60 s), so that it closes first.
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
      noDelay: true,
      shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
    },
    (request, response) => {
      answer(request, response).catch((error: unknown) => {
        if (response.destroyed || request.errored) return;
        captureError(options.log, error, 'the gateway could not answer');
        if (!response.hasHeader('ratelimit')) markAnswer(response, count(request, 'nobody'));
        sendProblem(response, 'internal.unexpected', { connection: 'close' });
      });
    },
  );
  server.maxConnections = maxConnections;
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', (error) => options.log.debug('a socket broke', { err: error }));
    const route = routeOf(request, has, options.publicUrl);
    const counted = count(request, route.to);
    const refuse = (status: number): void => refuseUpgrade(socket, status, counted.headers);
    if (!counted.isAllowed) return refuse(429);
    if (stopping) return refuse(503);
    if (route.to === 'nobody') return refuse(errorCodes[route.code].status);
    const { to } = route;
    if (!maySwitch(to, pathOf(request) ?? '')) return refuse(404);
    forwardUpgrade(request, socket, head, targetFor(to), counted.headers);
  });
  const port = await listen(server, options);

  return {
    port,
    async close() {
      if (stopping) return;
      stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      for (const socket of sockets) socket.destroy();
      const cutOff = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearTimeout(cutOff);
      closeForwarding();
      await options.receiver.close();
    },
  };
}

const json = { 'content-type': 'application/json', 'cache-control': 'no-store' };

function listen(server: Server, at: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : at.port);
    });
  });
}
