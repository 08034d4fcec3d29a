import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createConnectionGuards, listConnectionLog, openConnection } from '#lib/connections/index';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { newId } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { patience } from '../../setup/patience.ts';
import type { FakeProvider } from './fake-provider.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let connectionId: string;
let usual: Pick<FakeProvider, 'onToken' | 'onApi'>;
const { signal } = new AbortController();

beforeAll(async () => {
  world = await makeWorld();
  usual = { onToken: world.provider.onToken, onApi: world.provider.onApi };
  connectionId = await world.connect();
});
afterAll(() => world.close());
afterEach(async () => {
  Object.assign(world.provider, usual);
  await freshGuards();
  for (const table of ['budgets', 'budget_shares', 'breakers']) {
    await world.admin`delete from ${world.admin(`public.connection_${table}`)}`;
  }
  await world.admin`delete from public.connection_log`;
  await world.admin`delete from private.kept_answers`;
  world.provider.apiCalls.length = 0;
});

/** As if another worker took over. */
async function freshGuards(): Promise<void> {
  await world.worker.guards.close();
  world.worker.guards = createConnectionGuards(world.worker);
}

const place = () => ({ workspaceId: world.owner.workspaceId, connectionId });
const open = (runId?: string) =>
  openConnection(world.worker, place(), { lane: 'backfill', signal, runId });
const log = async () => {
  const page = await asUser(world.web.db, world.owner, (tx) => listConnectionLog(tx, place()));
  return page.data;
};
const labels = { method: 'GET', path: '/labels', query: { page: 1 }, isKeepable: true } as const;

describe('an answer that may be kept', () => {
  it('is asked for by its mark, comes back the same, and the run says what was saved', async () => {
    const runId = newId();
    const marks: (string | undefined)[] = [];
    world.provider.onApi = (_path, _token, answer, mark) => {
      marks.push(mark);
      if (mark === '"v1"') return answer(304, '');
      return answer(200, [{ name: 'bug' }], { etag: '"v1"', link: '<x?page=2>; rel="next"' });
    };
    const first = await (await open(runId)).ctx.http.send(labels);
    await freshGuards();
    const { ctx } = await open(runId);
    const second = await ctx.http.send(labels);
    const third = await ctx.http.send(labels);
    expect(marks).toEqual([undefined, '"v1"', '"v1"']);
    for (const again of [second, third]) {
      expect(again).toMatchObject({ status: 200, json: [{ name: 'bug' }], etag: '"v1"' });
    }
    expect(first.json).toEqual(second.json);
    expect(second.headers.get('link')).toBe('<x?page=2>; rel="next"');
    await expect
      .poll(async () => (await log()).map((row) => [row.message, row.run_id]), patience)
      .toContainEqual(['2 calls saved.', runId]);
  });

  it('is replaced by a new one, and not kept when it is large or has no mark', async () => {
    let body: unknown = ['old'];
    let etag: string | null = '"a"';
    world.provider.onApi = (_path, _token, answer) =>
      answer(200, body, etag === null ? {} : { etag });
    const { ctx } = await open();
    const kept = async () =>
      (await world.admin`select etag, body from private.kept_answers`).map((row) => [
        row['etag'] as string,
        row['body'] as string,
      ]);
    await ctx.http.send(labels);
    body = ['new'];
    etag = '"b"';
    await ctx.http.send(labels);
    expect(await kept()).toEqual([['"b"', '["new"]']]);
    await world.admin`delete from private.kept_answers`;
    etag = null;
    await ctx.http.send(labels);
    etag = '"c"';
    body = ['x'.repeat(300_000)];
    await ctx.http.send(labels);
    await ctx.http.send({ method: 'GET', path: '/labels' });
    expect(await kept()).toEqual([]);
  });

  it('asked for twice at once is one call; another page is another', async () => {
    world.provider.onApi = (_path, _token, answer) => answer(200, ['x'], { etag: '"1"' });
    const [one, two] = await Promise.all([open(), open()]);
    await Promise.all([
      one.ctx.http.send(labels),
      two.ctx.http.send(labels),
      two.ctx.http.send({ ...labels, query: { page: 2 } }),
    ]);
    expect(world.provider.apiCalls).toHaveLength(2);
    await world.worker.guards.close();
    const [row] =
      await world.admin`select calls::int, calls_saved::int from public.connection_budgets`;
    expect(row).toEqual({ calls: 2, calls_saved: 1 });
  });

  it('goes with the connection that ends', async () => {
    world.provider.onApi = (_path, _token, answer) => answer(200, ['x'], { etag: '"1"' });
    await (await open()).ctx.http.send(labels);
    await world.worker.guards.close();
    await world.admin.begin(async (tx) => {
      await tx`update public.connections set status = 'disconnected' where id = ${connectionId}`;
      const [left] = await tx`select (select count(*) from private.kept_answers)
        + (select count(*) from public.connection_budgets) + (select count(*) from public.connection_breakers) as rows`;
      expect(Number(left?.['rows'])).toBe(0);
      await tx`update public.connections set status = 'active' where id = ${connectionId}`;
    });
  });
});

describe('the hosts of a connector', () => {
  it('are the only ones its credential goes to, whatever a row says', async () => {
    const { registry } = world.worker;
    const found = registry.get('fake');
    if (!found) throw new Error('There is no fake connector');
    // A service nobody can run themselves has no other address than its own.
    const manifest = {
      ...found.manifest,
      selfHostedApiPath: null,
      hosts: ['api.fake.example.com'],
    };
    world.worker.registry = { get: () => ({ ...found, manifest }) };
    try {
      await expect(open()).rejects.toMatchObject({ code: 'provider.host_refused' });
    } finally {
      world.worker.registry = registry;
    }
    expect(world.provider.apiCalls).toHaveLength(0);
  });
});

describe('reads wanted at one moment', () => {
  it('are one call where the connector can read many, and the run says what was saved', async () => {
    const { registry } = world.worker;
    const calls: string[][] = [];
    const readMany: ConnectorApi['readMany'] = (_ctx, _resource, refs) => {
      calls.push(refs.map((ref) => ref.externalId));
      return Promise.resolve(refs.map(() => null));
    };
    const found = registry.get('fake');
    if (!found) throw new Error('There is no fake connector');
    world.worker.registry = { get: () => ({ ...found, api: { ...found.api, readMany } }) };
    try {
      const runId = newId();
      const jobs = await Promise.all([open(runId), open(runId), open(runId)]);
      const read = ({ api, ctx }: (typeof jobs)[number], externalId: string) =>
        api.read(ctx, 'issues', { externalId, externalKey: null, scope: {} });
      const reads = jobs.map((job, n) => read(job, String(n)));
      expect(await Promise.all(reads)).toEqual([null, null, null]);
      expect(calls).toEqual([['0', '1', '2']]);
      await expect
        .poll(async () => (await log()).map((row) => [row.message, row.run_id]), patience)
        .toContainEqual(['2 calls saved.', runId]);
    } finally {
      world.worker.registry = registry;
    }
  });
});

describe('each recovery is told where it is used', () => {
  const told = async () =>
    (await log())
      .filter((row) => row.code !== 'connections.refreshed')
      .map((row) => [row.code, row.details['recovery'], row.level]);

  it('401: the credential is renewed once and the call made again', async () => {
    const refused = new Set<string>();
    world.provider.onApi = (path, token, answer) => {
      if (refused.size === 0) refused.add(token);
      if (refused.has(token)) return answer(401, { message: 'Bad credentials' });
      return usual.onApi(path, token, answer);
    };
    const opened = await open();
    expect(await opened.api.account(opened.ctx)).toMatchObject({ id: '7' });
    await expect.poll(told, patience).toEqual([['provider.unauthorized', 'refresh', 'info']]);
  });

  it('429: waited for; 5xx: called again', async () => {
    const answers = [429, 503, 200];
    world.provider.onApi = (_path, _token, answer) => {
      const status = answers.shift() ?? 200;
      return answer(status, { id: 7, name: 'ada' }, status === 429 ? { 'retry-after': '1' } : {});
    };
    const opened = await open();
    await opened.api.account(opened.ctx);
    await expect
      .poll(async () => new Set((await told()).map((row) => row.join(' '))), patience)
      .toEqual(new Set(['provider.rate_limited wait info', 'provider.unavailable repeat info']));
  });

  it.each<[number, string, string, string, number]>([
    [403, 'provider.forbidden', 'give_back', 'warning', 1],
    [404, 'provider.not_found', 'probe', 'info', 1],
    [410, 'provider.gone', 'resync', 'info', 1],
    [422, 'provider.refused', 'give_back', 'warning', 1],
    [429, 'provider.rate_limited', 'wait', 'warning', 1],
    [502, 'provider.unavailable', 'repeat', 'warning', 3],
  ])('%i that stays: %s, answered by %s', async (status, code, recovery, level, calls) => {
    world.provider.onApi = (_path, _token, answer) =>
      answer(status, { message: 'no' }, status === 429 ? { 'retry-after': '60' } : {});
    const opened = await open();
    await expect(opened.api.account(opened.ctx)).rejects.toMatchObject({ code });
    expect(await told()).toContainEqual([code, recovery, level]);
    expect(world.provider.apiCalls).toHaveLength(calls);
  });

  it('an open breaker: later, and not even asked', async () => {
    const opened = await open();
    world.provider.onApi = (_path, _token, answer) => answer(500, {});
    await expect(opened.api.account(opened.ctx)).rejects.toMatchObject({
      code: 'provider.unavailable',
    });
    await expect(opened.api.account(opened.ctx)).rejects.toMatchObject({
      code: 'provider.unavailable',
    });
    world.provider.apiCalls.length = 0;
    await freshGuards();
    const later = await open();
    await expect(later.api.account(later.ctx)).rejects.toMatchObject({
      code: 'provider.unavailable',
      retry: 'after',
      details: { breaker: 'open' },
    });
    expect(world.provider.apiCalls).toHaveLength(0);
    const codes = (await told()).map((row) => row.join(' '));
    expect(codes).toContain('breaker.open later info');
    expect(codes).toContain('breaker.opened later warning');
  });
});
