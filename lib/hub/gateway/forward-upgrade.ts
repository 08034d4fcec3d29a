import { request as httpRequest, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ForwardTarget } from './forward.ts';
import { requestHeaders } from './forward-headers.ts';

/** An upgrade that is not answered by then is given up. */
const handshakeMs = 15_000;
/** For a refusal to be taken by a client that reads slowly. */
const refusalMs = 2_000;

/** Hands a WebSocket handshake on and joins the two sockets; either end closing closes the other. */
export function forwardUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  target: ForwardTarget,
  /** For any answer but the switch itself. */
  marks: Record<string, string>,
): void {
  const { hostname, port } = new URL(target.url);
  const headers = requestHeaders(request, target);
  headers.push('connection', 'Upgrade', 'upgrade', 'websocket');
  const upstream = httpRequest({
    hostname,
    port,
    method: request.method,
    path: request.url,
    headers,
    agent: false,
    timeout: handshakeMs,
  });
  socket.once('error', () => upstream.destroy());
  socket.once('close', () => upstream.destroy());

  upstream.once('upgrade', (answer, inner, innerHead) => {
    inner.setTimeout(0);
    socket.write(headText(answer));
    if (innerHead.length > 0) socket.write(innerHead);
    if (head.length > 0) inner.write(head);
    join(socket, inner);
    join(inner, socket);
  });
  upstream.once('response', (answer) => {
    // No upgrade: the refusal is passed on without its body, and that is the end of it.
    answer.resume();
    refuseUpgrade(socket, answer.statusCode ?? 502, marks);
  });
  upstream.once('timeout', () => upstream.destroy(new Error('The handshake took too long')));
  upstream.once('error', (error) => {
    target.log.debug('a socket could not be joined', { err: error, part: target.upstream });
    refuseUpgrade(socket, 503, marks);
  });
  upstream.end();
}

/** Answers and hangs up: a socket taken out of HTTP has no timeout, and its other end may never close. */
export function refuseUpgrade(socket: Duplex, status: number, marks: Record<string, string>): void {
  if (socket.destroyed) return;
  const text = STATUS_CODES[status] ?? 'Refused';
  const cutOff = setTimeout(() => socket.destroy(), refusalMs).unref();
  socket.once('close', () => clearTimeout(cutOff));
  socket.once('finish', () => socket.destroy());
  const headers = { ...marks, connection: 'close', 'content-length': '0' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${text}\r\n${lines.join('')}\r\n`);
}

function join(from: Duplex, to: Duplex): void {
  from.pipe(to);
  from.once('error', () => to.destroy());
  from.once('close', () => to.destroy());
}

function headText(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
