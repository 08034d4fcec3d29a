import { describe, expect, it } from 'vitest';
import type { RemoteObject } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { defaultsOf } from '#lib/kinds/index';
import { judgeFound } from '#lib/sync/create/judge-found';
import { looksAsSent, matchCreated } from '#lib/sync/create/look-alike';
import { planCall } from '#lib/sync/create/plan-call';
import { planLink } from '#lib/sync/create/plan-link';
import { fullName, lensOf, plainLens, References } from '#lib/sync/lens/index';

const task = (fields: JsonObject): JsonObject => ({ ...defaultsOf('task'), ...fields });
const creates = {
  fields: ['title', 'body', 'state', 'labels', 'parent'],
  required: ['title'],
  isKeyed: false,
  takeBack: 'close' as const,
};

describe('what is sent to make an object', () => {
  const plan = (data: JsonObject, more: Partial<Parameters<typeof planCall>[0]> = {}) =>
    planCall({
      kind: 'task',
      data: task(data),
      lens: plainLens,
      creates,
      takes: {},
      references: {},
      without: [],
      ...more,
    });

  it('is what the service takes then, and nobody says nothing', () => {
    expect(plan({ title: 'One', due_on: '2026-01-01', labels: [] })).toEqual({
      sent: { title: 'One', state: 'open' },
    });
  });

  it('leaves out what it has no value for, and what it has refused', () => {
    const takes = { state: ['open', 'done'] };
    const given = { title: 'One', state: 'in_progress', labels: ['a'] };
    expect(plan(given, { takes, without: ['labels'] })).toEqual({ sent: { title: 'One' } });
  });

  it('names what must not be empty', () => {
    expect(plan({ body: 'x' })).toEqual({ missing: ['title'] });
    expect(plan({ title: 'One' }, { without: ['title'] })).toEqual({ missing: ['title'] });
  });

  it('calls a parent by its name there, or does not speak of it', () => {
    const given = { title: 'One', parent: '17' };
    expect(plan(given)).toEqual({ sent: { title: 'One', state: 'open' } });
    expect(plan(given, { references: { parent: 'ENG-4' } })).toMatchObject({
      sent: { parent: 'ENG-4' },
    });
  });

  it('is in the service’s terms', () => {
    const pairs = [{ here: 'open', there: 'done' }];
    const lens = lensOf('task', [
      {
        field: 'state',
        side_field: 'state',
        direction: 'both',
        policy: null,
        transform: { type: 'values', pairs, otherwise: 'keep' },
      },
      { field: 'body', side_field: 'body', direction: 'in', policy: null, transform: null },
    ]);
    expect(plan({ title: 'One', body: 'x' }, { lens })).toEqual({
      sent: { title: 'One', state: 'done' },
    });
  });
});

describe('what a record and its new object agree on', () => {
  const plan = (
    data: JsonObject,
    sent: JsonObject,
    shown: JsonObject,
    ignored: string[] = [],
    references: References | null = null,
  ) =>
    planLink({
      kind: 'task',
      data: task(data),
      lens: plainLens,
      references,
      sent,
      shown,
      unreadable: {},
      ignored,
      writable: ['title', 'body', 'state', 'labels', 'priority', 'parent'],
    });

  it('takes another form of what was sent for the same', () => {
    const planned = plan({ title: 'One Two' }, { title: 'One Two' }, { title: 'one two' });
    expect(planned).toMatchObject({ ours: { title: 'One Two' }, isOwed: false });
  });

  it('owes what was edited since, and keeps what its form stands for', () => {
    const planned = plan({ title: 'Edited' }, { title: 'One Two' }, { title: 'one two' });
    expect(planned).toMatchObject({ ours: { title: 'One Two' }, isOwed: true });
  });

  it('owes what could not be said, and what was not taken', () => {
    expect(plan({ state: 'done' }, {}, { state: 'open' }).isOwed).toBe(true);
    const said = { labels: ['a'] };
    expect(plan(said, said, { labels: [] }).isOwed).toBe(false);
    expect(plan(said, said, { labels: [] }, ['labels']).isOwed).toBe(true);
  });

  it('leaves what the service chose where nobody had said anything', () => {
    const planned = plan({}, {}, { priority: 'medium', labels: ['triage'], state: 'in_progress' });
    expect(planned).toMatchObject({
      ours: { priority: null, labels: [], state: 'open' },
      isOwed: false,
    });
  });

  it('owes no service the name that another has for a parent', () => {
    expect(plan({ parent: '17' }, {}, { parent: null }).isOwed).toBe(false);
  });

  it('owes the parent that has come to live there meanwhile, and waits for one that has not', () => {
    const [home, at] = [
      '00000000-0000-4000-8000-00000000000a',
      '00000000-0000-4000-8000-00000000000b',
    ];
    const named = (name: string | null) => {
      const own = name === null ? {} : { [at]: { name, isLiving: true } };
      const target = { id: 'parent', names: { [home]: { name: '17', isLiving: true }, ...own } };
      const targets = new Map([[fullName(home, '17'), target]]);
      if (name !== null) targets.set(fullName(at, name), target);
      return new References({ home, at, recordId: 'child', targets });
    };
    const made = (sent: JsonObject, shown: JsonObject, name: string | null) =>
      plan({ parent: '17' }, sent, shown, [], named(name));
    expect(made({}, { parent: null }, 'ENG-4')).toMatchObject({ isOwed: true, hasUnsaid: false });
    expect(made({}, { parent: null }, null)).toMatchObject({ isOwed: false, hasUnsaid: true });
    const said = { parent: 'ENG-4' };
    expect(made(said, said, 'ENG-4')).toMatchObject({ isOwed: false, hasUnsaid: false });
  });
});

describe('an object that is what was sent', () => {
  it('has its words, whatever robots made of its lists', () => {
    const sent = { title: 'One', body: 'x\ny', labels: ['a'] };
    expect(looksAsSent('task', sent, { title: 'One ', body: 'x\r\ny', labels: [] })).toBe(true);
    expect(looksAsSent('task', sent, { title: 'One', body: 'z' })).toBe(false);
    expect(looksAsSent('task', { labels: ['a'] }, { labels: ['a'] })).toBe(false);
  });

  it('is told by itself only where one fits one', () => {
    const object = (externalId: string, title: string) => ({ externalId, fields: { title } });
    const one = { id: 'c1', sent: { title: 'One' } };
    const twin = { id: 'c2', sent: { title: 'One' } };
    const match = (creations: (typeof one)[], objects: ReturnType<typeof object>[]) => [
      ...matchCreated('task', creations, objects),
    ];
    expect(match([one], [object('x', 'One'), object('y', 'Two')])).toEqual([['x', 'c1']]);
    expect(match([one, twin], [object('x', 'One')])).toEqual([]);
    expect(match([one], [object('x', 'One'), object('y', 'One')])).toEqual([]);
  });
});

describe('what a service finds of a lost call', () => {
  const object = (externalId: string, deleted = false): RemoteObject => ({
    externalId,
    externalKey: null,
    url: null,
    rank: 1,
    rankIsExact: true,
    updatedAt: new Date(0).toISOString(),
    fields: {},
    deleted,
    raw: {},
  });
  const link = (external_id: string, record_id: string, is_stray: boolean) => ({
    external_id,
    record_id,
    is_stray,
  });

  it('is its own word where it keeps keys, even of what is gone', () => {
    expect(judgeFound(true, 'r', [object('x', true)], [])).toMatchObject({ is: 'there' });
    expect(judgeFound(true, 'r', [], [])).toEqual({ is: 'nothing' });
  });

  it('is nobody else’s object, and no ended one', () => {
    const found = [object('x'), object('y', true)];
    expect(judgeFound(false, 'r', found, [link('x', 'other', false)])).toEqual({ is: 'nothing' });
    expect(judgeFound(false, 'r', found, [link('x', 'other', true)])).toMatchObject({
      is: 'there',
    });
  });

  it('is asked about when it could be several, unless one is ours', () => {
    const found = [object('x'), object('y')];
    expect(judgeFound(false, 'r', found, [])).toEqual({ is: 'several', count: 2 });
    const ours = judgeFound(false, 'r', found, [link('y', 'r', false)]);
    expect(ours).toMatchObject({ is: 'there', object: { externalId: 'y' } });
  });
});
