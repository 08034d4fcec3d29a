import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service nobody wrote a connector for: tickets behind a JSON API that asks for a password. */
export interface TicketService {
  url: string;
  stop: () => Promise<void>;
}

export const ticketLogin = { username: 'ops@northwind.example', password: 'harbour-lantern-42' };

const words = ['open', 'waiting', 'closed'];
const subjects = ['Crane 4 stands still', 'Berth plan for Monday', 'Customs seal broken'];

const tickets = Array.from({ length: 24 }, (_, n) => ({
  ref: `T-${100 + n}`,
  subject: `${subjects[n % subjects.length]} (${n + 1})`,
  status: words[n % words.length],
  tags: n % 2 === 0 ? ['quay'] : ['office'],
  changed_at: new Date(Date.UTC(2026, 9, 1, 8, n)).toISOString(),
}));

export async function startTicketService(): Promise<TicketService> {
  const { username, password } = ticketLogin;
  const wanted = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const server = createServer((request, response) => {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.headers.authorization !== wanted) return send(401, { error: 'who are you?' });
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://tickets.invalid');
    if (pathname === '/api/me') return send(200, { id: 12, name: 'Harbour office' });
    if (pathname !== '/api/tickets') return send(404, { error: 'no such path' });
    const since = searchParams.get('changed_since') ?? '';
    return send(200, { tickets: tickets.filter((ticket) => ticket.changed_at >= since) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
