import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemClock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { cacheStore } from '#lib/resilience/cache-backing';
import type { EntryAt } from '#lib/resilience/cache-store';

const url = 'https://redis.example.test';
const kept = new Map<string, string>();

/** Redis as far as the cache uses it, spoken as Upstash does; the two scripts by what they promise. */
function run([name = '', ...rest]: string[]): unknown {
  if (name.toLowerCase() === 'mget') return rest.map((key) => kept.get(key) ?? null);
  if (name.toLowerCase() === 'set') {
    const [key = '', value = '', ...options] = rest;
    if (!options.join(' ').match(/^nx px \d+$/i)) throw new Error('a claim has an end');
    if (kept.has(key)) return null;
    kept.set(key, value);
    return 'OK';
  }
  const [script = '', count, lease = '', entry = ''] = rest;
  const [holder, text] = rest.slice(2 + Number(count));
  if (kept.get(lease) !== holder) return 0;
  if (script.includes("'set'")) kept.set(entry, text ?? '');
  kept.delete(lease);
  return 1;
}

const encode = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(encode);
  return typeof value === 'string' && value !== 'OK'
    ? Buffer.from(value).toString('base64')
    : value;
};

const server = setupServer(
  http.post(`${url}/*`, async ({ request }) => {
    if (request.headers.get('authorization') !== 'Bearer a-token-of-redis') {
      return HttpResponse.json({ error: 'WRONGPASS' }, { status: 401 });
    }
    const result = run(((await request.json()) as unknown[]).map(String));
    return HttpResponse.json({ result: encode(result) });
  }),
);
beforeAll(() => server.listen());
afterAll(() => server.close());
beforeEach(() => kept.clear());

/** PostgreSQL with one mark. */
const db = (async () => [{ tag: 'tag', mark: 'one' }]) as unknown as Db;
const made = () => cacheStore({ kind: 'upstash', db, url, token: 'a-token-of-redis' });
const at: EntryAt = { workspaceId: 'w', topic: 'names', key: Buffer.alloc(32, 1) };
const entry = { text: '["a"]', marks: { tag: 'one' }, loadedAtMs: systemClock.now() };

it('gives a key to one holder, and what another one writes is not taken', async () => {
  const store = made();
  expect(await store.claim(at, 'first', 1_000)).toBe(true);
  expect(await store.claim(at, 'second', 1_000)).toBe(false);
  expect(await store.write(at, 'second', entry, 1_000)).toBeNull();
  expect(await store.look(at, ['tag'])).toEqual({
    entry: null,
    present: { tag: 'one' },
    isLoading: true,
  });
  expect(await store.write(at, 'first', entry, 1_000)).toBe('first');
  expect(await store.look(at, ['tag', 'other'])).toEqual({
    entry: { ...entry, stamp: 'first' },
    present: { tag: 'one', other: null },
    isLoading: false,
  });
});

it('keeps workspaces apart, and releases only what is its own', async () => {
  const store = made();
  await store.claim(at, 'first', 1_000);
  await store.release(at, 'second');
  expect(kept.size).toBe(1);
  expect(await store.claim({ ...at, workspaceId: 'v' }, 'second', 1_000)).toBe(true);
  await store.release(at, 'first');
  expect([...kept.values()]).toEqual(['second']);
});

it('believes nothing that is not an entry', async () => {
  const store = made();
  await store.claim(at, 'first', 1_000);
  await store.write(at, 'first', entry, 1_000);
  for (const poison of ['', '{', '[]', '{"text":1}']) {
    for (const key of kept.keys()) kept.set(key, poison);
    expect((await store.look(at, ['tag'])).entry).toBeNull();
  }
});
