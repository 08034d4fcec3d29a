import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putApp } from '#lib/connections/index';
import { asUser } from '#lib/db/index';
import { connector, type FormAppWorld, makeFormAppWorld } from './form-app-world.ts';

let place: FormAppWorld;
beforeAll(async () => {
  place = await makeFormAppWorld();
  await place.put('acme', place.filled('acme'));
});
afterAll(() => place.close());

const codeOf = (error: unknown): string => (error as { code: string }).code;
const faultsOf = (error: unknown): { field: string; reason: string }[] =>
  (error as { details?: { errors?: { field: string; reason: string }[] } }).details?.errors ?? [];

describe('addresses of a form', () => {
  const typed = () => {
    const { url } = place.issuers.acme;
    return { authorize_url: `${url}/auth`, token_url: `${url}/token`, api_base_url: url };
  };

  it.each([
    ['this machine', 'https://localhost/token'],
    ['this machine by number', 'https://127.0.0.1/token'],
    ['this machine as one number', 'https://2130706433/token'],
    ['this machine in version 6', 'https://[::1]/token'],
    ['the cloud’s metadata', 'http://169.254.169.254/latest/meta-data'],
    ['the cloud’s metadata by TLS', 'https://169.254.169.254/token'],
    ['a private network', 'https://10.0.0.1/token'],
    ['a name of no public network', 'https://vault.internal/token'],
    ['no TLS', 'http://auth.example.com/token'],
    ['another scheme', 'file:///etc/passwd'],
    ['a name and password', 'https://a:b@auth.example.com/token'],
    ['a fragment', 'https://auth.example.com/token#x'],
    ['no address', 'token'],
    ['the honest server of a connector', 'https://github.com/login/oauth/access_token'],
    ['the API of a connector', 'https://api.github.com/token'],
  ])('refuses a token endpoint at %s', async (_name, token_url) => {
    const check = await place.check({ ...typed(), token_url });
    expect(check.is_usable).toBe(false);
    expect(check.addresses.find(({ name }) => name === 'token_url')?.fault).toMatch(/\w/);
    const refused = await place
      .put('evil', place.filled('acme', { issuer: undefined, ...typed(), token_url }))
      .catch((error: unknown) => error);
    expect(codeOf(refused)).toBe('request.invalid');
    expect(faultsOf(refused).map(({ field }) => field)).toContain('token_url');
  });

  it('refuses the honest token endpoint of another app, and its page with a foreign one', async () => {
    const { acme: honest, zeta: evil } = place.issuers;
    const page = { ...typed(), authorize_url: `${evil.url}/auth` };
    const first = await place.check(page);
    expect(first.addresses.find(({ name }) => name === 'token_url')?.fault).toMatch(/ACME/);
    const second = await place.check({ ...typed(), token_url: `${evil.url}/token` });
    expect(second.is_usable).toBe(false);
    expect(second.addresses.filter(({ fault }) => fault !== null).length).toBeGreaterThan(0);
    // The honest pair as a whole is anybody's.
    expect((await place.check(typed())).is_usable).toBe(true);
    expect(honest.url).not.toBe(evil.url);
  });

  it('are named when they are missing', async () => {
    const { url } = place.issuers.acme;
    const refused = await place
      .put('none', place.filled('acme', { issuer: undefined, authorize_url: `${url}/auth` }))
      .catch((error: unknown) => error);
    expect(faultsOf(refused)).toEqual([
      { field: 'token_url', reason: 'is missing: the service does not say it either' },
    ]);
  });

  it('come with a client on one line, and by this form alone', async () => {
    const broken = place.filled('acme', { client_secret: 'a\nb' });
    const refused = await place.put('acme-3', broken).catch((error: unknown) => error);
    expect(faultsOf(refused)).toEqual([
      { field: 'client_secret', reason: 'is not plain ASCII on one line' },
    ]);
    const { owner, web } = place.world;
    const plain = asUser(web.db, owner, (tx) =>
      putApp(tx, web, owner, { connector, client_id: 'c', client_secret: 's' }),
    );
    expect(await plain.catch(codeOf)).toBe('request.invalid');
  });

  it('belong to admins', async () => {
    const { owner, stranger } = place.world;
    const input = place.filled('acme');
    const outsider = { ...stranger, workspaceId: owner.workspaceId };
    expect(await place.put('theirs', input, outsider).catch(codeOf)).toBe('identity.forbidden');
  });
});

describe('a description that lies', () => {
  let server: Server;
  let url: string;
  let metadata: Record<string, unknown> | string = {};
  beforeAll(async () => {
    server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(typeof metadata === 'string' ? metadata : JSON.stringify(metadata));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const hostPort = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    url = `http://${hostPort}`;
    place.allow(hostPort);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const good = () => ({
    issuer: url,
    authorization_endpoint: `${url}/auth`,
    token_endpoint: `${url}/token`,
    response_types_supported: ['code'],
  });
  const check = () => place.check({ issuer: url, api_base_url: url });

  it('is taken when it is true', async () => {
    metadata = good();
    expect((await check()).is_usable).toBe(true);
  });

  it.each<[string, () => Record<string, unknown> | string]>([
    ['calls itself by another name', () => ({ ...good(), issuer: place.issuers.acme.url })],
    ['calls itself by a longer name', () => ({ ...good(), issuer: `${url}/tenant` })],
    ['has no name', () => ({ ...good(), issuer: undefined })],
    ['is a page', () => '<html>'],
    ['is a list', () => '[]'],
    ['is nothing', () => ''],
    ['is ten megabytes', () => JSON.stringify({ ...good(), x: 'x'.repeat(10_000_000) })],
  ])('is refused when it %s', async (_name, make) => {
    metadata = make();
    const found = await check();
    expect(found.is_usable).toBe(false);
    expect(found.addresses[0]).toMatchObject({ name: 'issuer', fault: expect.any(String) });
  });

  it.each([
    ['token_endpoint', 'token_url', 'http://169.254.169.254/token'],
    ['token_endpoint', 'token_url', 'https://api.github.com/token'],
    ['authorization_endpoint', 'authorize_url', 'javascript:alert(1)'],
    ['authorization_endpoint', 'authorize_url', 'https://github.com/login/oauth/authorize'],
    ['pushed_authorization_request_endpoint', 'par_url', 'https://localhost/par'],
    ['revocation_endpoint', 'revoke_url', 'https://10.1.1.1/revoke'],
  ])('is refused when its %s lies elsewhere', async (name, field, address) => {
    metadata = { ...good(), [name]: address };
    const found = await check();
    expect(found.is_usable).toBe(false);
    expect(found.addresses.find((one) => one.name === field)?.fault).toMatch(/\w/);
  });
});
