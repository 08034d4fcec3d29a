import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, errorCodes } from '#lib/core/index';

/** A whole answer of the gateway's own. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: string,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** RFC 9457; `members` are those of this code alone. */
export function sendProblem(
  response: ServerResponse,
  code: ErrorCode,
  headers: Record<string, string> = {},
  members: Record<string, unknown> = {},
): void {
  const { status, title } = errorCodes[code];
  send(
    response,
    status,
    { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
    JSON.stringify({ type: `/api/v1/openapi.json#${code}`, title, status, code, ...members }),
  );
}

/** A page that asks again by itself; programs get a problem. */
export function sendRestarting(request: IncomingMessage, response: ServerResponse): void {
  const isPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
  if (!isPage) {
    sendProblem(response, 'internal.unavailable', { 'retry-after': '2' });
    return;
  }
  send(
    response,
    503,
    { 'content-type': 'text/html; charset=utf-8', 'retry-after': '2', 'cache-control': 'no-store' },
    restartingPage,
  );
}

const restartingPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2">
<title>Patchbay is starting</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { display: grid; place-content: center; min-height: 90vh; margin: 0; padding: 1rem; text-align: center; }
</style>
<main>
  <h1>Patchbay is starting</h1>
  <p>The pages are not up yet. Webhooks are taken meanwhile; this page asks again every two seconds.</p>
</main>
</html>
`;
