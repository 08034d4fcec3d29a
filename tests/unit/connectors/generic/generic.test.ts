import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genericApi } from '#lib/connectors/generic/api';
import { type Definition, definitionSchema } from '#lib/connectors/generic/definition';
import { httpApiKey } from '#lib/connectors/generic/index';
import { atPath } from '#lib/connectors/generic/json-path';
import { fromObject } from '#lib/connectors/generic/map';
import type { ConnectorContext, HttpRequest } from '#lib/connectors/protocol/index';
import { isHubError, type Json, type JsonObject } from '#lib/core/index';
import { defaultsOf, taskDataSchema } from '#lib/kinds/index';

const plain = {
  title: 'Tickets',
  path: '/tickets',
  items: '',
  id: 'id',
  fields: { title: 'name' },
};
const define = (more: object): JsonObject =>
  httpApiKey.define('tasks', { ...plain, ...more } as JsonObject).scope;

function faultsOf(more: object, resource = 'tasks'): string[] {
  try {
    httpApiKey.define(resource, { ...plain, ...more } as JsonObject);
    return [];
  } catch (error) {
    if (!isHubError(error) || error.code !== 'request.invalid') throw error;
    return ((error.details?.['errors'] ?? []) as { field: string }[]).map(({ field }) => field);
  }
}

/** Answers one after the other, and what was asked for them. */
function answering(...answers: { json: unknown; link?: string }[]) {
  const asked: HttpRequest[] = [];
  const ctx: ConnectorContext = {
    http: {
      send: (request) => {
        const answer = answers[Math.min(asked.length, answers.length - 1)];
        asked.push(request);
        const headers = new Headers(answer?.link === undefined ? {} : { link: answer.link });
        const json = answer?.json ?? null;
        return Promise.resolve({ status: 200, headers, json, etag: null, clockOffsetMs: 0 });
      },
    },
    signal: new AbortController().signal,
  };
  return { ctx, asked };
}

describe('a definition', () => {
  it.each([
    [{ path: 'tickets' }, 'definition.path'],
    [{ path: '//evil.example/x' }, 'definition.path'],
    [{ path: 'https://evil.example/' }, 'definition.path'],
    [{ path: '/a/../../b' }, 'definition.path'],
    [{ path: '/a?key=1' }, 'definition.path'],
    [{ path: '/%2e%2e/x' }, 'definition.path'],
    [{ item_path: '/tickets' }, 'definition.item_path'],
    [{ id: '' }, 'definition.id'],
    [{ items: 'a..b' }, 'definition.items'],
    [{ items: '$(x)' }, 'definition.items'],
    [{ fields: {} }, 'definition.fields'],
    [{ fields: { nonsense: 'name' } }, 'definition.fields.nonsense'],
    [{ states: { closed: 'shut' } }, 'definition.states.closed'],
    [{ paging: { style: 'pages' } }, 'definition.paging.style'],
    [{ paging: { style: 'page', parameter: 'p', size: 0 } }, 'definition.paging.size'],
    [{ query: { 'a b': '1' } }, 'definition.query.a b'],
    [{ title: ' ' }, 'definition.title'],
  ])('%j is faulty at %s', (more, field) => {
    expect(faultsOf(more)).toEqual([field]);
  });

  it('names every fault at once, and what is not asked for', () => {
    expect(faultsOf({ path: 'x', id: '' })).toEqual(['definition.path', 'definition.id']);
    expect(faultsOf({ authorization: 'x' })).toEqual(['definition']);
    expect(() => httpApiKey.define('invoices', plain)).toThrow(/no invoices/);
  });

  it('is told from another of the same path by its query', () => {
    const { key } = httpApiKey.define('tasks', { ...plain, query: { project: 'a' } });
    expect([key, httpApiKey.define('tasks', plain).key]).toEqual([
      '/tickets?project=a',
      '/tickets',
    ]);
  });
});

describe('a path', () => {
  const json: Json = { data: { items: [{ tag: 'a' }, { tag: 'b' }, {}] }, '': 1 };

  it.each([
    ['', json],
    ['data.items.*.tag', ['a', 'b']],
    ['data.nothing', undefined],
    ['data.items.0', undefined],
    ['data.*', undefined],
    ['__proto__.x', undefined],
    ['constructor', undefined],
  ])('%j', (path, found) => {
    expect(atPath(json, path)).toEqual(found);
  });
});

describe('pages', () => {
  const next = async (definition: JsonObject, ...answers: { json: unknown; link?: string }[]) => {
    const { ctx, asked } = answering(...answers);
    const first = await genericApi.backfill(ctx, 'tasks', definition, null);
    if (first.next === null) return { mark: null, asked };
    const mark = JSON.parse(JSON.stringify(first.next)) as JsonObject;
    await genericApi.backfill(ctx, 'tasks', definition, mark);
    return { mark, asked };
  };
  const two = [{ id: 1 }, { id: 2 }];

  it.each([
    [
      { style: 'page', parameter: 'p', size: 2, size_parameter: 'n' },
      { p: '1', n: '2' },
      { p: '2', n: '2' },
    ],
    [{ style: 'page', parameter: 'p', size: 2, first: 0 }, { p: '0' }, { p: '1' }],
    [{ style: 'offset', parameter: 'skip', size: 2 }, { skip: '0' }, { skip: '2' }],
  ])('%j', async (paging, first, second) => {
    const { asked } = await next(define({ paging }), { json: two });
    expect(asked.map(({ query }) => query)).toEqual([first, second]);
  });

  it.each([
    [{ style: 'page', parameter: 'p', size: 2 }],
    [{ style: 'offset', parameter: 'skip', size: 2 }],
    [{ style: 'cursor', parameter: 'c', next: 'next' }],
    [{ style: 'link' }],
  ])('%j: a service that always gives the same page is not read for ever', async (paging) => {
    const link = '</tickets?page=2>; rel="next"';
    const { ctx, asked } = answering({ json: { rows: two, next: 'abc' }, link });
    const walk = async (): Promise<void> => {
      let from: JsonObject | null = null;
      do
        from = (await genericApi.backfill(ctx, 'tasks', define({ items: 'rows', paging }), from))
          .next;
      while (from !== null && asked.length < 20);
    };
    await expect(walk()).rejects.toMatchObject({
      code: 'provider.bad_answer',
      message: /turn in circles/,
    });
  });

  it('a short page is the last', async () => {
    const paging = { style: 'page', parameter: 'p', size: 3 };
    expect((await next(define({ paging }), { json: two })).mark).toBeNull();
  });

  it('a cursor is followed until there is none', async () => {
    const scope = define({
      items: 'rows',
      paging: { style: 'cursor', parameter: 'c', next: 'meta.next' },
    });
    const { asked } = await next(scope, { json: { rows: two, meta: { next: 'abc' } } });
    expect(asked[1]?.query).toEqual({ c: 'abc' });
    const ended = await next(scope, { json: { rows: two, meta: { next: '' } } });
    expect(ended.mark).toBeNull();
  });

  it('of a link only the query is taken: what a service says is no address of ours', async () => {
    const link = '<https://evil.example/elsewhere?page=2&x=%2F>; rel="next", <?page=9>; rel="last"';
    const { mark, asked } = await next(define({ paging: { style: 'link' } }), { json: two, link });
    expect(asked[1]).toMatchObject({ path: '/tickets', query: { page: '2', x: '/' } });
    expect(JSON.stringify(mark)).not.toContain('evil');
  });

  it('an answer without the list says where it was looked for', async () => {
    const { ctx } = answering({ json: { rows: 7 } });
    await expect(
      genericApi.backfill(ctx, 'tasks', define({ items: 'rows' }), null),
    ).rejects.toMatchObject({ code: 'provider.bad_answer', message: /at rows/ });
  });

  it('a poll asks for what changed since a while before the last one', async () => {
    const scope = define({ since: { parameter: 'since', format: 'epoch_s' } });
    const { ctx, asked } = answering({ json: [] });
    const { cursor } = await genericApi.backfill(ctx, 'tasks', scope, null);
    const poll = await genericApi.poll(ctx, 'tasks', scope, cursor);
    expect(asked[0]?.query).toEqual({});
    expect(asked[1]?.query?.['since']).toMatch(/^\d{10}$/);
    expect(poll.intervalMs).toBeNull();
  });

  it('a list that must be read whole is not read every half minute', async () => {
    const { ctx } = answering({ json: [] });
    const { cursor } = await genericApi.backfill(ctx, 'tasks', define({}), null);
    const poll = await genericApi.poll(ctx, 'tasks', define({}), cursor);
    expect(poll.intervalMs).toBeGreaterThanOrEqual(60_000);
  });
});

describe('an object', () => {
  const definition: Definition = definitionSchema.parse({
    ...plain,
    updated_at: 'ts',
    fields: {
      title: 'name',
      body: 'text',
      state: 'status',
      labels: 'tags.*.label',
      due_on: 'due',
      number: 'no',
      created_at: 'made',
    },
    states: { closed: 'done' },
  });
  const read = (json: Json) => {
    const mapped = fromObject('task', definition, json, 5);
    return mapped.is === 'object' ? mapped.object : null;
  };

  it('becomes a record of its kind', () => {
    const object = read({
      id: 7,
      ts: 1_700_000_000,
      name: 'One',
      text: null,
      status: 'closed',
      tags: [{ label: 'a' }, { label: 'a' }, { label: 'b' }],
      due: '2026-05-01T23:00:00Z',
      no: 12,
      made: 1_700_000_000_000,
    });
    expect(object).toMatchObject({ externalId: '7', rank: 1_700_000_000_000, deleted: false });
    expect(object?.fields).toEqual({
      title: 'One',
      body: null,
      state: 'done',
      labels: ['a', 'b'],
      due_on: '2026-05-01',
      number: 12,
      created_at: '2023-11-14T22:13:20.000Z',
    });
  });

  it('leaves out what does not fit, and does not take it for empty', () => {
    const object = read({ id: 'x', status: 'nobody knows', no: 'many', due: 'soon', name: 5 });
    expect(object?.fields).toEqual({ title: '5' });
    expect(object?.rank).toBe(5);
  });

  it('without an id costs no other', async () => {
    const { ctx } = answering({ json: [{ name: 'no id' }, 7, { id: 1, name: 'One' }] });
    const page = await genericApi.backfill(ctx, 'tasks', define({}), null);
    expect([page.objects.length, page.faults.length]).toEqual([1, 2]);
  });

  it('is valid or a fault, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.dictionary(
          fc.constantFrom('id', 'name', 'ts', 'status', 'tags', 'due', 'no', 'made', 'text'),
          fc.jsonValue(),
        ),
        (any, object) => {
          for (const json of [any, object] as Json[]) {
            const mapped = fromObject('task', definition, json, 5);
            if (mapped.is === 'fault') continue;
            const data = { ...defaultsOf('task'), ...mapped.object.fields };
            expect(taskDataSchema.safeParse(data).error?.issues ?? []).toEqual([]);
            expect(Number.isNaN(Date.parse(mapped.object.updatedAt))).toBe(false);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('what the service says is wrong', () => {
  it.each([
    [401, 'Unauthorized', 'provider.unauthorized'],
    [403, '{"message":"no"}', 'provider.forbidden'],
    [404, '{"message":"no"}', 'provider.not_found'],
    [404, '<html>', 'provider.bad_answer'],
    [302, '', 'provider.bad_answer'],
    [400, '{"error":{"message":"bad"}}', 'provider.refused'],
    [429, '', 'provider.rate_limited'],
    [500, '', 'provider.unavailable'],
  ])('%i %s → %s', (status, text, code) => {
    const error = genericApi.toError({ status, headers: new Headers(), text });
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('<html>');
  });

  it('a wait is between a second and two hours', () => {
    const wait = (value: string) =>
      genericApi.toError({ status: 429, headers: new Headers({ 'retry-after': value }), text: '' })
        .afterMs;
    expect([wait('7'), wait('0'), wait('999999999'), wait('soon')]).toEqual([
      7_000, 1_000, 7_200_000, 60_000,
    ]);
  });
});
