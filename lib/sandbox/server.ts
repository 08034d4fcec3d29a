import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { holdsControlToken } from './control-token.ts';
import { type FaultEffect, faultResponse } from './faults.ts';
import { type Caller, callerOf } from './links.ts';
import { overviewPage } from './overview-page.ts';
import { stylesheetPath } from './page-shell.ts';
import { mountOf, type ProviderDouble } from './provider-double.ts';
import type { RequestLog } from './request-log.ts';
import { stylesheet } from './stylesheet.ts';

/** Larger bodies are refused before they are read to the end. */
const bodyLimitBytes = 1_048_576;

export interface Surfaces {
  doubles: readonly ProviderDouble[];
  controlToken: string;
  log: RequestLog;
  /** Where people reach the pages, when that is not where a direct caller does. */
  publicOrigin: string | null;
}

/** Loopback only, one port: /sandbox, /sandbox/<provider>, /sandbox/control. */
export async function listen(surfaces: Surfaces, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    answer(surfaces, request, response).catch((error: unknown) => {
      process.stderr.write(`${JSON.stringify({ level: 'error', msg: String(error) })}\n`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'text/plain' }).end('The sandbox failed\n');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Stops taking requests and lets go of idle and busy connections. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(
  surfaces: Surfaces,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const caller = callerOf(incoming);
  const url = new URL(incoming.url ?? '/', caller.origin);
  const method = incoming.method ?? 'GET';
  const body = await readBody(incoming);
  if (body === null) {
    outgoing.writeHead(413, { connection: 'close' }).end();
    return;
  }
  const request = toRequest(incoming, url, method, body);
  const [, name = ''] = /^\/sandbox\/([^/]+)/.exec(url.pathname) ?? [];
  const double = surfaces.doubles.find((one) => one.name === name);
  if (!double) {
    await send(outgoing, await answerItself(surfaces, request, url, caller));
    return;
  }
  const path = url.pathname.slice(mountOf(name).length);
  const effects = double.faults.meet(method, path);
  const publicOrigin = caller.forwarded ? caller.origin : (surfaces.publicOrigin ?? caller.origin);
  const outcome = await withFaults(double, effects, () =>
    double.answer(request, { origin: caller.origin, publicOrigin }),
  );
  const logged = url.pathname + (isToken(path) ? '' : url.search);
  const status = outcome.lost ? 'lost' : outcome.response.status;
  surfaces.log.add({ method, path: logged, status, injected: effects.length > 0 });
  if (outcome.lost) incoming.socket.destroy();
  else await send(outgoing, outcome.response);
}

/** What belongs to no provider: the overview, the one stylesheet, the switches. */
async function answerItself(
  surfaces: Surfaces,
  request: Request,
  { pathname }: URL,
  caller: Caller,
): Promise<Response> {
  if (pathname === '/sandbox' || pathname === '/sandbox/') return overviewPage(surfaces.doubles);
  if (pathname === stylesheetPath) {
    return new Response(stylesheet, { headers: { 'content-type': 'text/css; charset=utf-8' } });
  }
  const [, name] = /^\/sandbox\/control\/([^/]+)/.exec(pathname) ?? [];
  // The gateway may pass on everything below /sandbox; the switches are not for browsers.
  if (name === undefined || caller.forwarded) return new Response(null, { status: 404 });
  if (!holdsControlToken(request, surfaces.controlToken)) {
    return Response.json({ error: 'The control token is missing or wrong' }, { status: 401 });
  }
  const double = surfaces.doubles.find((one) => one.name === name) ?? surfaces.doubles[0];
  return double ? double.control(request) : new Response(null, { status: 404 });
}

/** Addresses whose query may hold a secret. */
const isToken = (path: string): boolean => /token/.test(path);

interface Outcome {
  response: Response;
  lost: boolean;
}

async function withFaults(
  double: ProviderDouble,
  effects: FaultEffect[],
  work: () => Response | Promise<Response>,
): Promise<Outcome> {
  const latency = effects.find((effect) => effect.kind === 'latency');
  if (latency) {
    const ms = latency.ms + Math.floor(Math.random() * latency.jitterMs);
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
  if (effects.some((effect) => effect.kind === 'refused')) {
    return { response: new Response(null), lost: true };
  }
  const status = effects.find((effect) => effect.kind === 'status');
  if (status) {
    return { response: double.faultResponse?.(status) ?? faultResponse(status), lost: false };
  }
  const response = await work();
  return { response, lost: effects.some((effect) => effect.kind === 'lost-response') };
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyLimitBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toRequest(incoming: IncomingMessage, url: URL, method: string, body: Buffer): Request {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const withBody = method !== 'GET' && method !== 'HEAD' && body.length > 0;
  return new Request(url, { method, headers, ...(withBody ? { body: new Uint8Array(body) } : {}) });
}

async function send(outgoing: ServerResponse, response: Response): Promise<void> {
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie') outgoing.setHeader(name, value);
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies);
  const body = Buffer.from(await response.arrayBuffer());
  const bodiless = response.status === 204 || response.status === 304;
  if (!bodiless) outgoing.setHeader('content-length', body.length);
  outgoing.writeHead(response.status);
  outgoing.end(bodiless ? undefined : body);
}
