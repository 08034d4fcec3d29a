import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '#lib/core/index';
import type { ContractStream, ContractWorld } from './contract-entry.ts';

/** A service of no name: customers behind a JSON API, in the ways such services page. */
export interface PlainService {
  url: string;
  failNext: NonNullable<ContractWorld['failNext']>;
  stream: (definition: JsonObject) => ContractStream;
  dispose: () => Promise<void>;
}

interface Customer {
  id: number;
  profile: { full_name: string; tags: { mail: string }[] };
  changed: string;
}

const perPage = 10;

export async function startPlainService(
  accepts: (headers: IncomingMessage['headers']) => boolean | Promise<boolean>,
) {
  let customers = Array.from({ length: 25 }, (_, n) =>
    customer(n + 1, `Customer ${n + 1}`, hourMs),
  );
  let fault: Parameters<PlainService['failNext']>[0] | null = null;
  const server = createServer((request, response) => void answer(request, response));
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const send = (status: number, body: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    const failing = fault;
    fault = null;
    if (failing === 'rate limit')
      return send(429, { message: 'slow down' }, { 'retry-after': '3' });
    if (failing === 'server fault') return send(503, { message: 'down' });
    if (failing === 'a page') return send(200, '<html>');
    if (!(await accepts(request.headers))) return send(401, { error: 'no such key' });
    const url = new URL(request.url ?? '/', 'http://service.invalid');
    if (url.pathname === '/v1/me') return send(200, { user: { id: 7, name: 'Ada' } });
    const one = /^\/v1\/customers\/(\d+)$/.exec(url.pathname)?.[1];
    if (one !== undefined) {
      const found = customers.find(({ id }) => id === Number(one));
      return found ? send(200, { customer: found }) : send(404, { message: 'no such customer' });
    }
    if (url.pathname !== '/v1/customers') return send(404, { message: 'no such path' });
    return send(200, listOf(customers, url.searchParams));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let next = 100;
  const service: PlainService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    failNext: (how) => {
      fault = how;
      return Promise.resolve();
    },
    stream: (definition) => ({
      resource: 'contacts',
      scopeKey: '/customers',
      definition,
      all: () => Promise.resolve(customers.map(({ id }) => String(id))),
      change: () => {
        next += 1;
        const id = customers[next % 5]?.id ?? 1;
        const changed = customer(id, `Changed ${next}`);
        customers = customers.map((present) => (present.id === id ? changed : present));
        const fields = { name: `Changed ${next}`, emails: [`c${id}@example.test`] };
        return Promise.resolve({ externalId: String(id), fields, told: '' });
      },
      remove: () => {
        const gone = customers.at(-1);
        customers = customers.slice(0, -1);
        const scope = definition;
        return Promise.resolve({
          externalId: String(gone?.id),
          externalKey: null,
          scope,
          told: '',
        });
      },
    }),
    dispose: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return service;
}

/** Long enough ago for no poll to look back to. */
const hourMs = 3_600_000;

const customer = (id: number, name: string, agoMs = 0): Customer => ({
  id,
  profile: { full_name: name, tags: [{ mail: `c${id}@example.test` }] },
  changed: new Date(Date.now() - agoMs).toISOString(),
});

/** By cursor (`after`) or by page number, whichever is asked for. */
function listOf(all: Customer[], query: URLSearchParams) {
  const since = query.get('changed_since') ?? '';
  const found = all.filter(({ changed }) => changed >= since);
  const page = query.get('page');
  const from = page === null ? Number(query.get('after') ?? 0) : (Number(page) - 1) * perPage;
  const data = found.slice(from, from + perPage);
  const isLast = from + perPage >= found.length;
  return { data: { customers: data }, next: isLast ? null : String(from + perPage) };
}

/** What a person fills in for it. */
export const customersDefinition: JsonObject = {
  title: 'Customers',
  path: '/customers',
  items: 'data.customers',
  id: 'id',
  updated_at: 'changed',
  item_path: '/customers/{id}',
  fields: { name: 'profile.full_name', emails: 'profile.tags.*.mail' },
};
