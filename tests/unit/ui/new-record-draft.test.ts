import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chosenOf,
  dataOf,
  emptyDraft,
  faultsOf,
  firstChoice,
  statesFor,
  takersOf,
  togglePlace,
} from '@/components/records/new-record-draft';
import { newRecordStreams, type RecordPlace } from '@/lib/records/schema';

const place = (id: string, more: Partial<RecordPlace> = {}): RecordPlace => ({
  stream_id: id,
  stream_name: `stream ${id}`,
  connection_id: `connection ${id}`,
  account_name: 'Ada',
  connector: 'fake',
  provider: `Provider ${id}`,
  kind: 'task',
  flow_id: null,
  takes: ['title', 'body', 'state', 'labels'],
  required: ['title'],
  values: {},
  closed: null,
  ...more,
});

const [a, b, c] = [
  place('a', { flow_id: 'flow' }),
  place('b', { flow_id: 'flow' }),
  place('c'),
] as const;
const places = [a, b, c];

describe('where a new record goes', () => {
  it('begins with the sides of a flow, with the only place, or with none', () => {
    expect(firstChoice(places)).toEqual(['a', 'b']);
    expect(firstChoice([c])).toEqual(['c']);
    expect(firstChoice([c, place('d')])).toEqual([]);
    const closed = place('a', { flow_id: 'flow', closed: 'It is paused.' });
    expect(firstChoice([closed, b, c])).toEqual(['b']);
  });

  it('takes the sides of a flow together and lets each go alone', () => {
    expect(togglePlace([], b, places)).toEqual(['a', 'b']);
    expect(togglePlace(['a', 'b'], b, places)).toEqual(['a']);
    expect(togglePlace(['a', 'b'], c, places)).toEqual(['a', 'b', 'c']);
  });

  it('lets a place of the same connection give way', () => {
    const other = place('d', { connection_id: c.connection_id });
    expect(togglePlace(['a', 'c'], other, [...places, other])).toEqual(['a', 'd']);
  });

  it('is never more than the hub takes, nor two of one connection', () => {
    const many = fc.array(
      fc.record({ flow: fc.option(fc.constantFrom('f', 'g')), connection: fc.nat(4) }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(many, fc.array(fc.nat(7), { maxLength: 12 }), (made, presses) => {
        const all = made.map(({ flow, connection }, index) =>
          place(String(index), { flow_id: flow, connection_id: `connection ${connection}` }),
        );
        let chosen: string[] = [];
        for (const press of presses) {
          const pressed = all[press % all.length];
          if (pressed) chosen = togglePlace(chosen, pressed, all);
          const connections = chosenOf(chosen, all).map(({ connection_id: id }) => id);
          expect(chosen.length).toBeLessThanOrEqual(newRecordStreams);
          expect(new Set(connections).size).toBe(chosen.length);
        }
      }),
    );
  });
});

describe('what it holds', () => {
  const github = place('g', { values: { state: ['open', 'done', 'cancelled'] } });
  const redmine = place('r', { provider: 'Redmine', takes: ['title', 'body', 'state'] });

  it('offers the states that all take who take one', () => {
    expect(statesFor([github, redmine])).toEqual(['open', 'done', 'cancelled']);
    expect(statesFor([redmine])).toEqual(['open', 'in_progress', 'done', 'cancelled']);
  });

  it('says who takes a field that not all take', () => {
    expect(takersOf('labels', [github, redmine])).toEqual(['Provider g']);
    expect(takersOf('title', [github, redmine])).toBeNull();
    expect(takersOf('labels', [redmine])).toBeNull();
  });

  it('leaves out what is empty, and what nobody chosen takes', () => {
    const draft = {
      ...emptyDraft,
      title: ' New ',
      labels: 'bug, , ui,bug',
      state: 'done' as const,
    };
    expect(dataOf(draft, [github, redmine])).toEqual({
      title: 'New',
      state: 'done',
      labels: ['bug', 'ui'],
    });
    expect(dataOf(draft, [redmine])).toEqual({ title: 'New', state: 'done' });
    const strange = { ...draft, state: 'in_progress' as const };
    expect(dataOf(strange, [github])).not.toHaveProperty('state');
  });

  it('needs a title and a place', () => {
    expect(Object.keys(faultsOf(emptyDraft))).toEqual(['title', 'places']);
    expect(faultsOf({ ...emptyDraft, title: 'x', streamIds: ['a'] })).toEqual({});
  });
});
