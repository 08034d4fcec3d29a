import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectorRules } from '#lib/records/index';
import { judgeChangeUndo, netChange, type UndoTarget } from '#lib/records/judge-change-undo';

const rules: ConnectorRules = {
  writableFields: (connector) =>
    connector === 'narrow' ? ['title'] : ['title', 'body', 'state', 'labels', 'due_on'],
  acceptedValues: (_connector, _resource, field) => (field === 'state' ? ['open', 'done'] : null),
};
const link = (connector: string, held: string[] = []) => ({ connector, resource: 'issues', held });
const target = (data: UndoTarget['data'], more: Partial<UndoTarget> = {}): UndoTarget => ({
  kind: 'task',
  data,
  isDeleted: false,
  joinedInto: null,
  links: [link('wide')],
  askable: 0,
  ...more,
});
const update = (diff: Record<string, [unknown, unknown]>) => ({ op: 'update' as const, diff });

describe('taking a change back', () => {
  it('sets the former values of what nobody has touched since', () => {
    const judged = judgeChangeUndo(
      update({ title: ['A', 'B'], labels: [null, ['x']] }),
      target({ title: 'B', labels: ['x'] }),
      rules,
    );
    expect(judged).toEqual({
      can: [
        { field: 'title', from: 'B', to: 'A' },
        { field: 'labels', from: ['x'], to: [] },
      ],
      cannot: [],
      asksService: false,
    });
  });

  it.each([
    ['changed since', { title: ['A', 'B'] }, { title: 'C' }, {}, 'title', 'changed_since'],
    ['of the service alone', { number: [1, 2] }, { number: 2 }, {}, 'number', 'from_service'],
    [
      'that no service takes',
      { body: ['A', 'B'] },
      { body: 'B' },
      { links: [link('narrow')] },
      'body',
      'read_only',
    ],
    [
      'of a value a service would not take',
      { state: ['in_progress', 'open'] },
      { state: 'open' },
      {},
      'state',
      'invalid',
    ],
    [
      'of a value no edit can set',
      { title: [null, 'B'], due_on: ['soon', null] },
      { title: 'A', due_on: null },
      {},
      'due_on',
      'invalid',
    ],
    [
      'waiting for a decision',
      { title: ['A', 'B'] },
      { title: 'B' },
      { links: [link('wide', ['title'])] },
      'title',
      'in_conflict',
    ],
  ] as const)('is refused for a field %s', (_name, diff, data, more, field, code) => {
    const judged = judgeChangeUndo(
      { op: 'update', diff },
      target(data as unknown as UndoTarget['data'], more as unknown as Partial<UndoTarget>),
      rules,
    );
    expect(judged.can).toEqual([]);
    expect(judged.cannot.find((fault) => fault.field === field)).toMatchObject({ code });
  });

  it('says which value stands there now', () => {
    const judged = judgeChangeUndo(update({ title: ['A', 'B'] }), target({ title: 'C' }), rules);
    expect(judged.cannot[0]).toMatchObject({ code: 'changed_since', now: 'C' });
  });

  it('passes over what a service calls a value that travels with ours', () => {
    const judged = judgeChangeUndo(
      update({ state: ['open', 'done'], raw_state: ['Todo', 'Closed'] }),
      target({ state: 'done', raw_state: 'Closed' }),
      rules,
    );
    expect(judged).toMatchObject({ can: [{ field: 'state' }], cannot: [] });
  });

  it.each([
    ['a creation', { op: 'create', diff: {} }, {}, 'created'],
    ['an edit of a deleted record', update({ title: ['A', 'B'] }), { isDeleted: true }, 'deleted'],
    ['an edit of a joined record', update({ title: ['A', 'B'] }), { joinedInto: 'x' }, 'joined'],
    [
      'a deletion nobody can be asked about',
      { op: 'delete', diff: {} },
      { isDeleted: true },
      'deleted',
    ],
    ['a deletion that is over', { op: 'delete', diff: {} }, {}, 'same'],
    ['a return', { op: 'restore', diff: {} }, {}, 'restored'],
    ['what is as before', update({ title: ['A', 'B'] }), { data: { title: 'A' } }, 'same'],
  ] as const)('is not possible for %s', (_name, change, more, code) => {
    const judged = judgeChangeUndo(
      change as Parameters<typeof judgeChangeUndo>[0],
      target({ title: 'B' }, more as Partial<UndoTarget>),
      rules,
    );
    expect(judged).toMatchObject({ can: [], cannot: [{ field: null, code }], asksService: false });
  });

  it('asks the services for a deleted record', () => {
    const judged = judgeChangeUndo(
      { op: 'delete', diff: {} },
      target({}, { isDeleted: true, askable: 1 }),
      rules,
    );
    expect(judged).toEqual({ can: [], cannot: [], asksService: true });
  });
});

describe('the changes of one record within a run', () => {
  it('come to the first before and the last after', () => {
    const title = fc.string({ maxLength: 5 });
    fc.assert(
      fc.property(fc.array(title, { minLength: 2, maxLength: 8 }), (titles) => {
        const changes = titles
          .slice(1)
          .map((after, index) => update({ title: [titles[index], after] }));
        expect(netChange(changes)).toEqual(update({ title: [titles[0], titles.at(-1)] }));
      }),
    );
  });

  it('are a creation or a deletion as a whole', () => {
    const edit = update({ title: ['A', 'B'] });
    expect(netChange([{ op: 'create', diff: {} }, edit]).op).toBe('create');
    expect(netChange([edit, { op: 'delete', diff: {} }]).op).toBe('delete');
    const back = [edit, { op: 'delete' as const, diff: {} }, { op: 'restore' as const, diff: {} }];
    expect(netChange(back)).toEqual({ op: 'restore', diff: { title: ['A', 'B'] } });
  });
});
