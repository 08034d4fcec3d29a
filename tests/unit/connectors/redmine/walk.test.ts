import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '#lib/connectors/protocol/index';
import { redmineApi } from '#lib/connectors/redmine/api';
import type { JsonObject } from '#lib/core/index';
import { issueOf, redmineSaying, scope } from './provider.ts';

interface Row {
  id: number;
  second: number;
}
const start = Date.parse('2026-11-01T00:00:00Z');
const timeOf = (second: number) =>
  new Date(start + second * 1_000).toISOString().replace('.000', '');

/** Lists as Redmine does; before each call something may happen. */
function listing(rows: Row[], before: () => void = () => undefined) {
  return redmineSaying(({ path, query }: HttpRequest) => {
    if (path !== '/issues.json') return undefined;
    before();
    const since = String(query?.['updated_on'] ?? '>=').slice(2);
    const isDown = query?.['sort'] === 'updated_on:desc';
    const found = rows
      .filter(({ second }) => timeOf(second) >= since)
      .sort((a, b) => (a.second - b.second || a.id - b.id) * (isDown ? -1 : 1));
    const offset = Number(query?.['offset'] ?? 0);
    const issues = found
      .slice(offset, offset + Number(query?.['limit']))
      .map(({ id, second }) => issueOf(id, { updated_on: timeOf(second) }));
    return { issues, total_count: found.length, offset, limit: 100 };
  });
}

async function walk(ctx: ReturnType<typeof listing>['ctx']) {
  const ids: string[] = [];
  let from: JsonObject | null = null;
  let pages = 0;
  for (;;) {
    const page = await redmineApi.backfill(ctx, 'issues', scope, from);
    ids.push(...page.objects.map(({ externalId }) => externalId));
    pages += 1;
    if (page.next === null || pages > 60) return { ids, pages, cursor: page.cursor };
    from = JSON.parse(JSON.stringify(page.next)) as JsonObject;
  }
}

async function poll(ctx: ReturnType<typeof listing>['ctx'], cursor: JsonObject) {
  const ids: string[] = [];
  let at = cursor;
  for (;;) {
    const page = await redmineApi.poll(ctx, 'issues', scope, at);
    ids.push(...page.objects.map(({ externalId }) => externalId));
    at = JSON.parse(JSON.stringify(page.cursor)) as JsonObject;
    if (!page.hasMore) return { ids, cursor: at };
  }
}

describe('walking through a project', () => {
  it('finds every issue once, however many share a second', async () => {
    const many = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 450 });
    await fc.assert(
      fc.asyncProperty(many, async (seconds) => {
        const rows = seconds.map((second, n) => ({ id: n + 1, second }));
        const { ids } = await walk(listing(rows).ctx);
        expect([...ids].sort()).toEqual(rows.map(({ id }) => String(id)).sort());
      }),
      { numRuns: 30 },
    );
  });

  it('misses none when issues change or vanish between its pages, with the poll behind it', async () => {
    const moves = fc.array(fc.tuple(fc.nat(400), fc.boolean()), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(moves, async (todo) => {
        const rows = Array.from({ length: 400 }, (_, n) => ({ id: n + 1, second: n }));
        let now = 10_000;
        const { ctx } = listing(rows, () => {
          const [at, isGone] = todo.pop() ?? [rows.length, false];
          const row = rows[at];
          now += 1;
          if (row && isGone) rows.splice(at, 1);
          else if (row) row.second = now;
        });
        const read = await walk(ctx);
        const seen = new Set([...read.ids, ...(await poll(ctx, read.cursor)).ids]);
        expect(rows.filter(({ id }) => !seen.has(String(id)))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('asks for closed issues too and for none of a subproject', async () => {
    const { ctx, calls } = listing([{ id: 1, second: 0 }]);
    const page = await redmineApi.backfill(ctx, 'issues', scope, null);
    expect(page).toMatchObject({
      total: 1,
      next: null,
      cursor: { since: '2026-10-31T23:59:00Z', seen: timeOf(0) },
    });
    expect(calls.at(-2)?.query).toMatchObject({
      project_id: 3,
      status_id: '*',
      subproject_id: '!*',
    });
  });
});

describe('polling', () => {
  it('starts a minute before the last change, and keeps the ETag of a quiet project', async () => {
    const { ctx, calls } = listing([
      { id: 1, second: 0 },
      { id: 2, second: 300 },
    ]);
    const first = await poll(ctx, { since: null });
    expect(first).toEqual({ ids: ['1', '2'], cursor: { since: timeOf(240), seen: timeOf(300) } });
    const again = await poll(ctx, first.cursor);
    expect(again).toEqual({ ids: ['2'], cursor: { since: timeOf(299), seen: timeOf(300) } });
    const second = await poll(ctx, again.cursor);
    expect(second.cursor).toEqual({ ...again.cursor, etag: 'W/"1"' });
    await poll(ctx, second.cursor);
    expect(calls.findLast(({ path }) => path === '/issues.json')).toMatchObject({
      etag: 'W/"1"',
      query: { updated_on: `>=${timeOf(299)}` },
    });
  });

  it('changes nothing on 304', async () => {
    const { ctx } = redmineSaying(({ path }) =>
      path === '/issues.json' ? { status: 304, text: '' } : undefined,
    );
    const cursor = { since: timeOf(0), etag: 'W/"1"' };
    expect(await redmineApi.poll(ctx, 'issues', scope, cursor)).toMatchObject({
      notModified: true,
      cursor,
    });
  });

  it('says that the key is not known any more, though what is public could still be read', async () => {
    const { ctx } = redmineSaying(({ path }) =>
      path === '/users/current.json' ? { status: 401, text: '' } : { issues: [], total_count: 0 },
    );
    await expect(redmineApi.poll(ctx, 'issues', scope, { since: null })).rejects.toMatchObject({
      code: 'provider.unauthorized',
    });
  });
});
