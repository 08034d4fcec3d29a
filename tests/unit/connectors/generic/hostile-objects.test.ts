import { describe, expect, it } from 'vitest';
import { genericApi } from '#lib/connectors/generic/api';
import { type Definition, definitionSchema } from '#lib/connectors/generic/definition';
import { fromObject } from '#lib/connectors/generic/map';
import type { ConnectorContext } from '#lib/connectors/protocol/index';
import type { Json } from '#lib/core/index';

const definition: Definition = definitionSchema.parse({
  title: 'Tickets',
  path: '/tickets',
  items: '',
  id: 'id',
  updated_at: 'ts',
  fields: { title: 'name' },
});
const read = (json: Json) => {
  const mapped = fromObject('task', definition, json, 5);
  return mapped.is === 'object' ? mapped.object : null;
};
const backfill = (json: unknown) => {
  const answer = { status: 200, headers: new Headers(), json, etag: null, clockOffsetMs: 0 };
  const ctx: ConnectorContext = {
    http: { send: () => Promise.resolve(answer) },
    signal: new AbortController().signal,
  };
  return genericApi.backfill(ctx, 'tasks', JSON.parse(JSON.stringify(definition)), null);
};

describe('an object that means harm', () => {
  it.each([
    ['javascript:alert(1)', null],
    ['data:text/html,x', null],
    ['/relative', null],
    [`https://x.example/${'a'.repeat(2_000)}`, null],
    ['https://x.example/1', 'https://x.example/1'],
  ])('is linked to an address of the web and nothing else: %s', (said, url) => {
    const linked = { ...definition, fields: { title: 'name', url: 'link' } };
    const mapped = fromObject('task', linked, { id: 1, link: said }, 5);
    expect(mapped).toMatchObject({ is: 'object', object: { url } });
    expect(mapped.is === 'object' && mapped.object.fields['url']).toBe(url ?? undefined);
  });

  it.each([
    [1_700_000_000.1234, 1_700_000_000_123],
    [8e15, 5],
    ['+275760-09-13T00:00:00.000Z', 5],
    ['-000001-01-01T00:00:00.000Z', 5],
  ])('changed at %s has a rank the database holds', (ts, rank) => {
    expect(read({ id: 1, ts })?.rank).toBe(rank);
  });

  it('nested deeper than the database reads is a fault of its own', async () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`);
    const page = await backfill([
      { id: 1, deep },
      { id: 2, name: 'Two' },
    ]);
    expect([page.objects.length, page.faults.length]).toEqual([1, 1]);
  });

  it('is not read among more than a worker can hold', async () => {
    await expect(backfill(Array.from({ length: 20_001 }, () => 0))).rejects.toMatchObject({
      code: 'provider.answer_too_large',
    });
  });
});
