import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { githubApi } from '#lib/connectors/github/api';
import type { RemoteObject } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { fakeContext, inOrder } from '#tests/fixtures/github/fake-http';
import { FakeRepository } from '#tests/fixtures/github/fake-repository';
import { issueJson } from '#tests/fixtures/github/issue';

const scope = { owner: 'octocat', repo: 'hello-world' };
const date = 'Fri, 20 Nov 2026 12:00:00 GMT';
const next = (query: string) => `<https://elsewhere.example/steal?${query}>; rel="next"`;
const maxPages = 200;

/** Reads to the end, as the worker does; `between` happens between two pages. */
async function readAll(
  repository: FakeRepository,
  between: () => void,
): Promise<{
  seen: Map<string, RemoteObject>;
  handedOut: number;
  cursor: JsonObject;
}> {
  const ctx = fakeContext((request) => repository.answer(request));
  const seen = new Map<string, RemoteObject>();
  let from: JsonObject | null = null;
  let handedOut = 0;
  for (let page = 0; page < maxPages; page += 1) {
    const read = await githubApi.backfill(ctx, 'issues', scope, from);
    for (const object of read.objects) seen.set(object.externalId, object);
    handedOut += read.objects.length;
    between();
    // What is stored between two pages is JSON.
    from = read.next && (JSON.parse(JSON.stringify(read.next)) as JsonObject);
    if (!from) return { seen, handedOut, cursor: read.cursor };
  }
  throw new Error('the walk does not end');
}

async function pollAll(
  repository: FakeRepository,
  seen: Map<string, RemoteObject>,
  start: JsonObject,
): Promise<JsonObject> {
  const ctx = fakeContext((request) => repository.answer(request));
  let cursor = start;
  for (let page = 0; page < maxPages; page += 1) {
    const read = await githubApi.poll(ctx, 'issues', scope, cursor);
    for (const object of read.objects) seen.set(object.externalId, object);
    cursor = JSON.parse(JSON.stringify(read.cursor)) as JsonObject;
    if (!read.hasMore) return cursor;
  }
  throw new Error('the poll does not end');
}

const change = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('write'), number: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('remove'), number: fc.integer({ min: 1, max: 40 }) }),
  },
);

describe('reading all issues', () => {
  it('misses none, whatever changes between two pages and however slow the clock', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 25 }),
        fc.constantFrom(0, 1, 1, 30),
        fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 8 }),
        fc.array(change, { maxLength: 10 }),
        async (count, secondsPerChange, during, later) => {
          const repository = new FakeRepository({ perPage: 4, secondsPerChange });
          for (let number = 1; number <= count; number += 1) repository.write(number);
          const apply = (changes: { do: string; number: number }[]) => {
            for (const { do: what, number } of changes) {
              if (what === 'remove') repository.remove(number);
              else repository.write(number, { title: `changed at ${repository.second}` });
            }
          };
          // Within one second that holds more than a page only page numbers are left, and they move
          // when something is deleted: what GitHub's own clock cannot order is left out of the claim.
          const steps = secondsPerChange === 0 ? [] : [...during];
          const { seen, cursor } = await readAll(repository, () => apply(steps.shift() ?? []));
          apply(steps.flat());
          apply(later);
          await pollAll(repository, seen, cursor);
          for (const issue of repository.issues.values()) {
            const id = typeof issue['id'] === 'number' ? issue['id'].toString() : '';
            expect(seen.get(id)?.fields['title']).toBe(issue['title']);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('starts with all states by last change, and takes only page marks from the answer', async () => {
    const link = `${next('page=2&after=Y3Vyc29y%3D%3D&state=open')}, <https://x/?page=9>; rel="last"`;
    const tied = { json: [issueJson()], headers: { link, date } };
    const ctx = fakeContext(inOrder(tied, { json: { total_count: 512 } }, tied, { json: [] }));
    const first = await githubApi.backfill(ctx, 'issues', scope, null);
    expect(first.total).toBe(512);
    expect(first.cursor).toEqual({ since: '2026-11-20T11:59:00Z' });
    expect(first.next).toEqual({
      since: '2026-04-23T07:59:59Z',
      startedAt: '2026-11-20T12:00:00Z',
      edge: ['1001347@2026-04-23T08:00:00Z'],
    });

    const second = await githubApi.backfill(ctx, 'issues', scope, first.next);
    expect(second.next).toMatchObject({
      since: '2026-04-23T07:59:59Z',
      page: '2',
      after: 'Y3Vyc29y==',
    });
    const third = await githubApi.backfill(ctx, 'issues', scope, second.next);
    expect(third).toMatchObject({ next: null, total: null, cursor: first.cursor });
    expect(
      ctx.requests.map(({ path, query }) => [path, query?.['since'], query?.['after']]),
    ).toEqual([
      ['/repos/octocat/hello-world/issues', undefined, undefined],
      ['/search/issues', undefined, undefined],
      ['/repos/octocat/hello-world/issues', '2026-04-23T07:59:59Z', undefined],
      ['/repos/octocat/hello-world/issues', '2026-04-23T07:59:59Z', 'Y3Vyc29y=='],
    ]);
    expect(ctx.requests[0]?.query).toMatchObject({
      state: 'all',
      sort: 'updated',
      direction: 'asc',
      per_page: 100,
    });
  });

  it.each([0, 1, 2, 5])(
    'counts each issue once when a change takes %i s',
    async (secondsPerChange) => {
      const repository = new FakeRepository({ perPage: 4, secondsPerChange });
      for (let number = 1; number <= 23; number += 1) repository.write(number);
      const { seen, handedOut } = await readAll(repository, () => {});
      expect([seen.size, handedOut]).toEqual([23, 23]);
    },
  );

  it('does without the search, and without a Date', async () => {
    const link = `${next('page=2')}, <https://x/?page=6>; rel="last"`;
    const ctx = fakeContext(
      inOrder({ json: [issueJson()], headers: { link } }, { status: 403, json: { message: 'No' } }),
    );
    const page = await githubApi.backfill(ctx, 'issues', scope, null);
    expect(page).toMatchObject({ total: 600, cursor: { since: null } });
  });

  it('keeps a page when one of its objects is broken, and leaves pull requests out', async () => {
    const json = [issueJson(), { id: 9 }, null, issueJson({ number: 8, pull_request: {} })];
    const ctx = fakeContext(inOrder({ json }));
    const page = await githubApi.backfill(ctx, 'issues', scope, null);
    expect(page.objects.map(({ externalKey }) => externalKey)).toEqual(['1347']);
    expect(page.faults.map(({ externalId }) => externalId)).toEqual(['9', null]);
    expect(page).toMatchObject({ next: null, total: 1 });
  });

  it('stops a list that turns in circles, and a list that is none', async () => {
    const tied = { json: [issueJson()], headers: { link: next('page=2') } };
    const ctx = fakeContext(inOrder(tied, { json: [] }, { json: { message: 'hm' } }));
    const mark = { since: '2026-04-23T08:00:00Z', page: '2' };
    await expect(githubApi.backfill(ctx, 'issues', scope, mark)).rejects.toMatchObject({
      code: 'provider.bad_answer',
    });
    await githubApi.backfill(ctx, 'issues', scope, null);
    await expect(githubApi.backfill(ctx, 'issues', scope, null)).rejects.toMatchObject({
      code: 'provider.bad_answer',
    });
  });

  it.each([{ owner: '..', repo: 'x' }, { owner: 'a/b', repo: 'x' }, { owner: 'a' }, {}])(
    'makes no address of %j',
    async (bad) => {
      const ctx = fakeContext(inOrder());
      const read = githubApi.backfill(ctx, 'issues', bad as JsonObject, null);
      await expect(read).rejects.toMatchObject({ code: 'request.invalid' });
      expect(ctx.requests).toEqual([]);
    },
  );
});

describe('polling', () => {
  it('settles into conditional requests, and wakes when something changes', async () => {
    const repository = new FakeRepository({ perPage: 100, secondsPerChange: 100 });
    for (let number = 1; number <= 3; number += 1) repository.write(number);
    const ctx = fakeContext((request) => repository.answer(request));
    const poll = (cursor: JsonObject) => githubApi.poll(ctx, 'issues', scope, cursor);

    const first = await poll({ since: '2026-05-01T00:00:00Z' });
    expect(first.objects).toHaveLength(3);
    expect(first.cursor).toEqual({ since: '2026-05-01T00:04:00Z' });
    repository.second += 600;
    const quiet = await poll((await poll(first.cursor)).cursor);
    expect(quiet.cursor).toEqual({ since: '2026-05-01T00:04:59Z', etag: expect.any(String) });
    const unchanged = await poll(quiet.cursor);
    expect(unchanged).toMatchObject({ notModified: true, objects: [], cursor: quiet.cursor });

    repository.write(2, { title: 'Woken' });
    const woken = await poll(unchanged.cursor);
    expect(woken.notModified).toBe(false);
    expect(woken.objects.map(({ fields }) => fields['title'])).toContain('Woken');
    expect(woken.cursor).toEqual({ since: '2026-05-01T00:15:40Z' });
  });

  it('reaches back a minute from its start, over several pages too', async () => {
    const repository = new FakeRepository({ perPage: 4, secondsPerChange: 5 });
    for (let number = 1; number <= 20; number += 1) repository.write(number);
    const seen = new Map<string, RemoteObject>();
    const cursor = await pollAll(repository, seen, { since: '2026-05-01T00:00:00Z' });
    expect(seen.size).toBe(20);
    expect(cursor).toEqual({ since: '2026-05-01T00:00:40Z' });
  });

  it('never goes back in time, and obeys the interval it is given', async () => {
    const ctx = fakeContext(
      inOrder({ json: [issueJson()], headers: { 'x-poll-interval': '60', etag: '"a"' } }),
    );
    const since = '2026-04-23T07:59:30Z';
    const page = await githubApi.poll(ctx, 'issues', scope, { since });
    expect(page).toMatchObject({
      cursor: { since, etag: '"a"' },
      intervalMs: 60_000,
      hasMore: false,
    });
  });

  it('starts anew from a cursor it cannot read', async () => {
    const ctx = fakeContext(inOrder({ json: [] }));
    await githubApi.poll(ctx, 'issues', scope, { since: 'never', etag: 7 });
    expect(ctx.requests[0]?.query?.['since']).toBeUndefined();
  });
});
