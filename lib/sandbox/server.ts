import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerApi } from './api.ts';
import { type FaultEffect, faultResponse } from './faults.ts';
import { callerOf, linksAt, prefix } from './links.ts';
import type { RequestLog } from './request-log.ts';
import type { World } from './world.ts';

/** Larger bodies are refused before they are read to the end. */
const bodyLimitBytes = 1_048_576;

type Fetch = (request: Request) => Response | Promise<Response>;

export interface Surfaces {
  world: World;
  web: Fetch;
  control: Fetch;
  log: RequestLog;
  /** Where people reach the pages, when that is not where a direct caller does. */
  publicOrigin: string | null;
}

/** Loopback only, one port: /sandbox/github (pages, OAuth), /sandbox/github/api, /sandbox/control. */
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
  if (url.pathname.startsWith('/sandbox/control/')) {
    // The gateway may pass on everything below /sandbox; the switches are not for browsers.
    const direct = !caller.forwarded;
    await send(
      outgoing,
      direct ? await surfaces.control(request) : new Response(null, { status: 404 }),
    );
    return;
  }
  if (!url.pathname.startsWith(prefix)) {
    const location = `${prefix}`;
    const home = url.pathname === '/sandbox' || url.pathname === '/sandbox/';
    await send(
      outgoing,
      new Response(null, home ? { status: 302, headers: { location } } : { status: 404 }),
    );
    return;
  }
  const effects = surfaces.world.faults.meet(method, url.pathname.slice(prefix.length));
  const outcome = await withFaults(effects, () => {
    if (!isApi(url.pathname)) return surfaces.web(request);
    const webOrigin = caller.forwarded ? caller.origin : (surfaces.publicOrigin ?? caller.origin);
    const links = linksAt(caller.origin, webOrigin);
    const text = body.toString('utf8');
    return answerApi(surfaces.world, { method, url, headers: request.headers, body: text, links });
  });
  const path = url.pathname + (isToken(url.pathname) ? '' : url.search);
  const status = outcome.lost ? 'lost' : outcome.response.status;
  surfaces.log.add({ method, path, status, injected: effects.length > 0 });
  if (outcome.lost) incoming.socket.destroy();
  else await send(outgoing, outcome.response);
}

const isApi = (path: string): boolean =>
  path === `${prefix}/api` || path.startsWith(`${prefix}/api/`);
const isToken = (path: string): boolean => path.endsWith('/login/oauth/access_token');

interface Outcome {
  response: Response;
  lost: boolean;
}

async function withFaults(
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
  if (status) return { response: faultResponse(status), lost: false };
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
  // Pages answer to one spelling of their address.
  if (url.pathname === `${prefix}/`) url.pathname = prefix;
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
