import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '#lib/api/index';
import { newId } from '#lib/core/index';
import { type Ask, type Person, request, startWeb, type WebFixture } from './web-fixture.ts';

let web: WebFixture;
let api: Api;
let owner: Person;
let recordId: string;
let workspaceId: string;

beforeAll(async () => {
  web = await startWeb();
  api = web.api();
  owner = await web.person('owner');
  workspaceId = await web.workspace('own', [[owner, 'owner']]);
  recordId = newId();
  await web.admin`
    insert into public.records (id, workspace_id, kind, data)
    values (${recordId}, ${workspaceId}, 'task', '{"title": "A task", "state": "open"}')`;
});
afterAll(() => web.close());

async function ask(path: string, options: Ask = {}) {
  const answer = await api.fetch(request(path, { cookie: owner.cookie, ...options }));
  const text = await answer.text();
  const json = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
  return { status: answer.status, code: json['code'], headers: answer.headers, json };
}

const patch = (options: Ask): Ask => ({
  method: 'PATCH',
  headers: { 'content-type': 'application/json' },
  ...options,
});

describe('a body', () => {
  const edit = `{"mutation_id":"${newId()}","version":1,"data":{"title":"x"}}`;
  it.each<[string, Ask, number, string]>([
    ['of 300 kB', { body: `{"a":"${'x'.repeat(300_000)}"}` }, 413, 'request.too_large'],
    [
      'that is compressed',
      { body: edit, headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } },
      415,
      'request.unsupported_encoding',
    ],
    [
      'of another media type',
      { body: edit, headers: { 'content-type': 'text/plain' } },
      415,
      'request.unsupported_media_type',
    ],
    [
      'of a form',
      { body: new URLSearchParams({ a: '1' }), headers: {} },
      415,
      'request.unsupported_media_type',
    ],
    ['that is not UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }, 400, 'request.invalid_utf8'],
    ['that is no JSON', { body: '{' }, 400, 'request.malformed_json'],
    ['nested 10,000 deep', { body: '['.repeat(10_000) }, 400, 'request.too_deep'],
    [
      'with a name twice',
      { body: edit.replace('{', '{"version":2,') },
      400,
      'request.duplicate_key',
    ],
    ['with U+0000', { body: edit.replace('"x"', '"\\u0000"') }, 400, 'request.unstorable_text'],
    ['that is missing', {}, 400, 'request.invalid'],
    ['with an unknown field', { body: edit.replace('{', '{"more":1,') }, 400, 'request.invalid'],
    [
      'with an unknown data field',
      { body: edit.replace('"title"', '"titel"') },
      400,
      'request.invalid',
    ],
    ['that is an array', { body: '[]' }, 400, 'request.invalid'],
    [
      'with __proto__',
      { body: edit.replace('{', '{"__proto__":{"a":1},') },
      400,
      'request.invalid',
    ],
  ])('%s', async (_, options, status, code) => {
    const answer = await ask(`/records/${recordId}`, patch(options));
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const [row] = await web.admin`select version from public.records where id = ${recordId}`;
    expect(Number(row?.['version'])).toBe(1);
  });

  it('that grows past the limit while it arrives is not read to its end', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    const source = request(`/records/${recordId}`, patch({ cookie: owner.cookie }));
    const answer = await api.fetch(
      new Request(source.url, {
        method: 'PATCH',
        headers: source.headers,
        body: endless,
        duplex: 'half',
      } as RequestInit),
    );
    expect(answer.status).toBe(413);
    expect(sent).toBeLessThan(700_000);
  });

  it('is refused where none is taken', async () => {
    const answer = await ask('/realtime-token', { method: 'POST', json: { a: 1 } });
    expect([answer.status, answer.code]).toEqual([400, 'request.invalid']);
  });

  it('names every faulty field', async () => {
    const answer = await ask(
      `/records/${recordId}`,
      patch({ body: '{"mutation_id":"x","version":0,"data":{}}' }),
    );
    expect(answer.json['errors']).toMatchObject([
      { field: 'mutation_id' },
      { field: 'version' },
      { field: 'data' },
    ]);
    expect(answer.json).toMatchObject({
      title: expect.any(String),
      request_id: expect.any(String),
      status: 400,
    });
  });
});

describe('an address', () => {
  it.each([
    ['/records?colour=red', 400, 'request.invalid'],
    ['/records?kind=task&kind=task', 400, 'request.invalid'],
    ['/records?q=%00', 400, 'request.unstorable_text'],
    ['/records?limit=100000', 400, 'request.invalid'],
    ['/records?cursor=nonsense', 400, 'request.invalid'],
    ['/session?a=1', 400, 'request.invalid'],
    ['/records/not-an-id', 404, 'resource.not_found'],
    ['/records/%00', 404, 'resource.not_found'],
    ['/nothing', 404, 'resource.not_found'],
    ['/records/', 404, 'resource.not_found'],
    ['', 404, 'resource.not_found'],
    ['/sandbox', 404, 'resource.not_found'],
    ['/changes?after=-1', 400, 'request.invalid'],
    ['/changes?after=1e99', 400, 'request.invalid'],
  ])('%s', async (path, status, code) => {
    const answer = await api.fetch(
      new Request(`http://localhost:3000/api/v1${path}`, {
        headers: { host: 'localhost:3000', cookie: owner.cookie },
      }),
    );
    const json = (await answer.json()) as Record<string, unknown>;
    expect([answer.status, json['code']]).toEqual([status, code]);
  });

  it('with another method is 405 and names the ones it takes', async () => {
    const answer = await ask('/session', { method: 'DELETE' });
    expect([answer.status, answer.code]).toEqual([405, 'request.method_not_allowed']);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    const options = await api.fetch(request('/records/x', { method: 'OPTIONS' }));
    expect([options.status, options.headers.get('allow')]).toEqual([
      204,
      'GET, HEAD, OPTIONS, PATCH',
    ]);
  });

  it('answers HEAD as GET without a body', async () => {
    const answer = await api.fetch(request('/session', { method: 'HEAD', cookie: owner.cookie }));
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
});

describe('a request', () => {
  it.each(['evil.test', '127.0.0.1.evil.test'])('for the host %s is refused', async (host) => {
    const answer = await ask('/session', { headers: { host } });
    expect([answer.status, answer.code]).toEqual([421, 'request.host_refused']);
  });

  it('carries the gateway’s request id, and only the gateway’s', async () => {
    const id = 'request-id-of-gateway';
    const forged = await ask('/session', { headers: { 'x-request-id': id } });
    expect(forged.headers.get('x-request-id')).not.toBe(id);
    const real = await ask('/session', {
      headers: {
        'x-request-id': id,
        'x-patchbay-gateway': web.env.GATEWAY_TOKEN ?? '',
        'x-forwarded-host': 'localhost:3000',
      },
    });
    expect(real.headers.get('x-request-id')).toBe(id);
  });

  it('tells how much more may be asked, and 429 says when', async () => {
    const person = await web.person('busy');
    await web.workspace('busy', [[person, 'viewer']]);
    const first = await api.fetch(request('/session', { cookie: person.cookie }));
    expect(first.headers.get('ratelimit-policy')).toBe(
      '"api-session";q=3000;w=60, "api-user";q=6000;w=60',
    );
    expect(first.headers.get('ratelimit')).toMatch(
      /^"api-session";r=2999;t=\d+, "api-user";r=5999;t=\d+$/,
    );
    let last = first;
    for (let count = 0; count < 3_100 && last.status === 200; count += 1) {
      last = await api.fetch(request('/session', { cookie: person.cookie }));
    }
    expect(last.status).toBe(429);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask('/session')).status).toBe(200);
  });
});
