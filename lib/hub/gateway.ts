/**
 * hub/gateway: the one port. It takes webhooks in by itself and streams everything else to the
 * process that answers it: pages and API, the local Supabase, the sandbox.
 *
 * Invariants: it opens webhook secrets and no credential; it calls no provider; what a client says
 * about forwarding is dropped and said anew; a host name that is not ours is not served; it never
 * exits because PostgreSQL or a process behind it does.
 */
import 'server-only';

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Db } from '#lib/db/index';
import { captureError, type Logger } from '#lib/observability/index';
import { answerWebhook } from './gateway/answer-webhook.ts';
import { createHealthCheck } from './gateway/check-health.ts';
import { proxyTrust } from './gateway/client-address.ts';
import { closeForwarding, type ForwardTarget, forward } from './gateway/forward.ts';
import { addressOf } from './gateway/forward-headers.ts';
import { forwardUpgrade, refuseUpgrade } from './gateway/forward-upgrade.ts';
import { mayServe } from './gateway/host-rule.ts';
import { climbs, destinationOf, maySwitch, type Upstream } from './gateway/route-table.ts';
import { send, sendProblem } from './gateway/send-answer.ts';
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

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    if (stopping) response.shouldKeepAlive = false;
    if (path === null) return sendProblem(response, 'request.invalid', { connection: 'close' });
    if (!mayServe(request.headers.host, path, options.publicUrl)) {
      return sendProblem(response, 'request.host_refused', { connection: 'close' });
    }
    const destination = destinationOf(path, has);
    switch (destination.to) {
      case 'webhook':
        return answerWebhook(
          request,
          response,
          { ...destination, address: addressOf(request, isTrustedProxy) },
          options.receiver,
          isStopping,
        );
      case 'live':
        return send(response, 200, json, JSON.stringify({ status: 'ok' }));
      case 'ready': {
        const health = await checkHealth();
        return send(response, health.status === 'down' ? 503 : 200, json, JSON.stringify(health));
      }
      case 'web':
      case 'supabase':
      case 'sandbox':
        return forward(request, response, targetFor(destination.to));
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
        sendProblem(response, 'internal.unexpected', { connection: 'close' });
      });
    },
  );
  server.maxConnections = maxConnections;
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', (error) => options.log.debug('a socket broke', { err: error }));
    const path = pathOf(request);
    if (stopping) return refuseUpgrade(socket, 503);
    if (path === null) return refuseUpgrade(socket, 400);
    if (!mayServe(request.headers.host, path, options.publicUrl)) return refuseUpgrade(socket, 421);
    const { to } = destinationOf(path, has);
    if (!maySwitch(to, path)) return refuseUpgrade(socket, 404);
    forwardUpgrade(request, socket, head, targetFor(to));
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

/** The path without its query; null for `GET http://elsewhere/`, `OPTIONS *` and paths that climb. */
function pathOf(request: IncomingMessage): string | null {
  const url = request.url ?? '';
  const path = url.split('?', 1)[0] ?? '';
  return url.startsWith('/') && !climbs(path) ? path : null;
}

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
