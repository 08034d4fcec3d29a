import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json as readJson, text as readText } from 'node:stream/consumers';

/** A POST that has arrived at the listener. */
export interface Heard {
  headers: Record<string, string>;
  body: string;
  answered: number;
}

/** Somebody who is told of changes; another process asks at `/control` what it heard. */
export async function startListener(): Promise<{ url: string; stop: () => Promise<void> }> {
  const heard: Heard[] = [];
  let answers = 204;
  const server = createServer((request, response) => {
    const send = (status: number, body?: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? '' : JSON.stringify(body));
    };
    if (request.url === '/control' && request.method === 'GET') return send(200, heard);
    if (request.url === '/control') {
      readJson(request).then(
        (asked) => {
          answers = (asked as { answers: number }).answers;
          send(204);
        },
        () => send(400),
      );
      return;
    }
    readText(request).then(
      (body) => {
        heard.push({ headers: request.headers as Heard['headers'], body, answered: answers });
        send(answers, answers < 300 ? undefined : { error: 'the warehouse is closed' });
      },
      () => send(400),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const heardAt = async (url: string): Promise<Heard[]> =>
  (await (await fetch(`${url}/control`)).json()) as Heard[];

/** What it answers from now on. */
export async function answerWith(url: string, status: number): Promise<void> {
  await fetch(`${url}/control`, { method: 'POST', body: JSON.stringify({ answers: status }) });
}
