import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '#lib/core/index';
import { defaultsOf, fieldRule, fieldsEqual } from '#lib/kinds/index';
import { type JoinInput, type JoinLink, planJoin } from '#lib/sync/index';

const link = (name: string, base: JsonObject, more: Partial<JoinLink> = {}): JoinLink => ({
  id: name,
  connection_id: `connection ${name}`,
  stream_id: `stream ${name}`,
  state: 'synced',
  held: [],
  base,
  stored: base,
  ours: {},
  writable: ['title', 'body', 'state', 'labels', 'priority', 'parent'],
  reads: () => true,
  sends: () => true,
  ...more,
});
const side = (name: string, base: JsonObject, more: Partial<JoinLink> = {}) => ({
  id: name,
  data: { ...defaultsOf('task'), ...base },
  links: [link(name, base, more)],
});
const join = (keep: JsonObject, drop: JsonObject, more: Partial<JoinInput> = {}) =>
  planJoin({
    kind: 'task',
    keep: side('a', keep),
    drop: side('b', drop),
    onDifference: 'ask',
    firstStreamId: null,
    ...more,
  });
const owed = (plan: ReturnType<typeof planJoin>) =>
  plan.differences.map(({ field, link_id, becomes }) => `${becomes} ${field} at ${link_id}`);

describe('what two records become', () => {
  it('needs nothing where both say the same, in whatever form', () => {
    const plan = join(
      { title: ' One', body: 'x\r\ny', labels: ['b', 'a'] },
      { title: 'One', body: 'x\ny ', labels: ['a', 'b'] },
    );
    expect(plan).toMatchObject({ changed: [], conflicts: [], differences: [] });
    expect(plan.links.map(({ isDirty }) => isDirty)).toEqual([false, false]);
  });

  it('lets what nobody said make room, on either side', () => {
    const plan = join(
      { title: 'One', body: null, priority: 'high' },
      { title: 'One', body: 'text' },
    );
    expect(plan.data).toMatchObject({ body: 'text', priority: 'high' });
    expect(owed(plan)).toEqual(['update body at a', 'update priority at b']);
  });

  it('unites sets', () => {
    const plan = join({ labels: ['a', 'b'] }, { labels: ['b', 'c'] });
    expect(plan.data['labels']).toEqual(['a', 'b', 'c']);
    expect(owed(plan)).toEqual(['update labels at a', 'update labels at b']);
  });

  it('asks where both said something else, and holds the field where the other value is', () => {
    const plan = join({ title: 'One' }, { title: 'Two' });
    expect(plan.data['title']).toBe('One');
    expect(plan.conflicts).toEqual([
      { link_id: 'b', field: 'title', base: null, local: 'One', remote: 'Two' },
    ]);
    expect(plan.links).toMatchObject([
      { id: 'a', held: [], isDirty: false },
      { id: 'b', held: ['title'], isDirty: false },
    ]);
  });

  it.each(['a', 'b'])('takes the values of the first side when that is decided: %s', (first) => {
    const plan = join(
      { title: 'One' },
      { title: 'Two' },
      { onDifference: 'first_side', firstStreamId: `stream ${first}` },
    );
    expect(plan.data['title']).toBe(first === 'a' ? 'One' : 'Two');
    expect(owed(plan)).toEqual([`update title at ${first === 'a' ? 'b' : 'a'}`]);
  });

  it('keeps what only a service knows, and asks nobody about it', () => {
    const plan = join({ number: 4, author: null, url: 'x' }, { number: 9, url: 'y', comments: 3 });
    expect(plan.data).toMatchObject({ number: 4, url: 'x', comments: 3 });
    expect(plan.differences).toEqual([]);
  });

  it('sends no service the name another has for a third object', () => {
    const plan = join({ parent: '17' }, { parent: 'ENG-4' });
    expect(plan.data['parent']).toBe('17');
    expect(plan.links).toMatchObject([
      { isDirty: false },
      { isDirty: false, ours: { parent: '17' } },
    ]);
    const filled = join({ title: 'One' }, { title: 'One', parent: 'ENG-4' });
    expect(filled.links).toMatchObject([
      { isDirty: false, ours: { parent: 'ENG-4' } },
      { ours: {} },
    ]);
  });

  it('shows an edit that was never sent, instead of losing it', () => {
    const drop = { ...side('b', { title: 'There' }), data: { title: 'Edited here' } };
    const plan = join({ title: 'One' }, {}, { drop });
    expect(plan.conflicts).toMatchObject([{ local: 'One', remote: 'Edited here' }]);
  });

  it('reads what came in through the rules its stream has by now', () => {
    const stored = { title: 'One', labels: ['Bug Report'] };
    const seen = { title: 'One', labels: ['bug'] };
    const drop = { ...side('b', stored), links: [link('b', seen, { stored })] };
    const plan = join({ title: 'One', labels: ['bug'] }, {}, { drop });
    expect(plan).toMatchObject({ changed: [], differences: [] });
  });

  it('settles a question that the other record answers', () => {
    const keep = {
      ...side('a', { title: 'There' }, { held: ['title'] }),
      data: { ...defaultsOf('task'), title: '' },
    };
    const plan = join({}, { title: 'There' }, { keep });
    expect(plan.settled).toMatchObject([{ link_id: 'a', field: 'title', value: 'There' }]);
  });

  it('leaves an object alone that has ended', () => {
    const drop = side('b', { title: 'Two' }, { state: 'tombstone' });
    const plan = join({ title: 'One' }, {}, { drop });
    expect(plan.links.map(({ id }) => id)).toEqual(['a']);
  });
});

describe('every join', () => {
  const fields = fc.record(
    {
      title: fc.constantFrom('', 'One', 'one ', 'Two'),
      body: fc.constantFrom(null, 'x', 'x\n', 'y'),
      state: fc.constantFrom('open', 'done'),
      labels: fc.subarray(['a', 'b', 'c']),
      priority: fc.constantFrom(null, 'high'),
      number: fc.constantFrom(1, 2),
    },
    { requiredKeys: [] },
  );
  const same = (field: string, a: Json | undefined, b: Json | undefined) =>
    fieldsEqual(fieldRule('task', field).comparator, a, b);

  it('leaves each field of each service equal, owed, held, or only the service’s to say', () => {
    const property = fc.property(
      fields,
      fields,
      fc.constantFrom('stream a', 'stream b', null),
      (keep, drop, firstStreamId) => {
        const onDifference = firstStreamId === null ? 'ask' : 'first_side';
        const plan = join(keep, drop, { onDifference, firstStreamId });
        const sides = { a: keep, b: drop } as Record<string, JsonObject>;
        for (const { id, held } of plan.links) {
          for (const [field, value] of Object.entries(sides[id] ?? {})) {
            const isOwed = plan.differences.some((it) => it.link_id === id && it.field === field);
            const isFact = fieldRule('task', field).merge === 'remote';
            expect(isOwed || isFact || same(field, value, plan.data[field])).toBe(true);
            expect(held.includes(field)).toBe(
              plan.conflicts.some((it) => it.link_id === id && it.field === field),
            );
          }
        }
        // No value anybody gave is lost without a question, unless it was decided whose stands.
        for (const given of [keep, drop] as JsonObject[]) {
          for (const field of ['title', 'body', 'state'] as const) {
            const value = given[field];
            if (value === undefined || value === null || value === '') continue;
            const isAsked = plan.conflicts.some((it) => it.field === field);
            const stands = same(field, value, plan.data[field]);
            expect(onDifference === 'first_side' || isAsked || stands).toBe(true);
          }
        }
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});
