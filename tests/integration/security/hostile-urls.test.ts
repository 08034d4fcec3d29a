import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addressOf } from '#lib/connections/address-of';
import { checkBaseUrl } from '#lib/connections/check-fields';
import { readTarget } from '#lib/connections/proxy-shape';
import { isHubError } from '#lib/core/index';
import { createOutgoing, isPublicAddress, type Outgoing } from '#lib/security/index';
import { hostileUrls } from '../../fixtures/hostile/hostile-urls.ts';

/** Every address a socket of this process begins to connect to, whoever asks for it. */
const attempts: string[] = [];
const record = (message: unknown): void => {
  const { socket } = message as { socket: Socket };
  socket.on('connectionAttempt', (address: string) => attempts.push(address));
};
/** Addresses the names of the run are said to have; the hub's own check must stand behind them. */
const answers = new Map<string, string[]>();
let outgoing: Outgoing;

beforeAll(() => {
  subscribe('net.client.socket', record);
  outgoing = createOutgoing({
    allow: [],
    resolve: (name) => {
      const addresses = answers.get(name) ?? ['127.0.0.1'];
      return Promise.resolve(
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
  });
});
afterAll(() => {
  unsubscribe('net.client.socket', record);
  outgoing.close();
});
beforeEach(() => {
  attempts.length = 0;
});

const bounds = { timeoutMs: 1_000, maxBytes: 1_000 } as const;

/** The code of the refusal, or what happened instead. */
async function refusalOf(act: () => unknown): Promise<string> {
  try {
    await act();
    return 'nothing was refused';
  } catch (error) {
    return isHubError(error) ? error.code : `thrown: ${String(error)}`;
  }
}
const typed = ['provider.host_refused', 'request.invalid'];
const form = {
  kind: 'api_key',
  baseUrl: { label: 'Address', placeholder: null, help: null, isRequired: true },
} as unknown as Parameters<typeof checkBaseUrl>[0];

describe(`${hostileUrls.length} hostile addresses`, () => {
  it('are at least 64', () => expect(hostileUrls.length).toBeGreaterThanOrEqual(64));

  it.each(hostileUrls)(
    '%s: %j → provider.host_refused before a socket, whoever calls it',
    async (_kind, url) => {
      const refused = 'provider.host_refused';
      expect(await refusalOf(() => outgoing.send({ ...bounds, method: 'GET', url }))).toBe(refused);
      expect(
        await refusalOf(() => outgoing.stream({ ...bounds, bodyMs: 1_000, method: 'GET', url })),
      ).toBe(refused);
      expect(attempts).toEqual([]);
    },
  );

  it.each(hostileUrls)(
    '%s: %j as the base of a service somebody describes → provider.host_refused or request.invalid, no socket',
    async (_kind, url) => {
      const act = async (): Promise<unknown> => {
        const base = checkBaseUrl(form, url);
        if (base === null) return null;
        return outgoing.send({ ...bounds, method: 'GET', url: addressOf(base, { path: '/user' }) });
      };
      expect(typed).toContain(await refusalOf(act));
      expect(attempts).toEqual([]);
    },
  );

  it.each(hostileUrls)(
    '%s: %j as the target of a call passed on → an address of the service, or refused',
    async (_kind, url) => {
      const base = 'https://api.example.com/v1';
      const reached = async (target: string): Promise<string> => {
        const { path, query } = readTarget(target);
        const at = addressOf(base, { path });
        at.search = query;
        return Promise.resolve(at.href);
      };
      for (const target of [url, `/${url}`, `//${url}`, `/@${url}`, `/..${url}`]) {
        const told = await reached(target).catch((error: unknown) =>
          isHubError(error) ? error.code : `thrown: ${String(error)}`,
        );
        expect(typed.includes(told) || told.startsWith(`${base}/`)).toBe(true);
      }
    },
  );
});

describe('names and the addresses behind them', () => {
  it.each([
    ['a private one', ['10.0.0.1']],
    ['a public and a private one', ['8.8.8.8', '127.0.0.1']],
    ['a private one in the clothes of IPv6', ['::ffff:169.254.169.254']],
    ['metadata', ['169.254.169.254']],
    ['none', []],
  ])('100: %s → refused, no socket that is not public', async (_, addresses) => {
    const name = `n${Math.abs(addresses.join().length)}.example.com`;
    answers.set(name, addresses);
    const code = await refusalOf(() =>
      outgoing.send({ ...bounds, method: 'GET', url: `https://${name}/` }),
    );
    expect(['provider.host_refused', 'provider.unreachable']).toContain(code);
    expect(attempts.filter((address) => !isPublicAddress(address))).toEqual([]);
  });
});

it('an attempt would be seen: where the operator allows an address there is one', async () => {
  const allowing = createOutgoing({ allow: ['127.0.0.1:1'] });
  await refusalOf(() => allowing.send({ ...bounds, method: 'GET', url: 'http://127.0.0.1:1/' }));
  expect(attempts).toEqual(['127.0.0.1']);
  allowing.close();
});
