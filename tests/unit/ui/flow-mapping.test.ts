import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultsOf, hasFaults, ruleKey } from '@/components/flows/editor-faults';
import {
  changeSide,
  draftOf,
  emptyDraft,
  inputOf,
  isChanged,
  moveForward,
  patchOf,
  toggleSide,
} from '@/components/flows/flow-draft';
import {
  cellOf,
  freshTransform,
  mappingFields,
  policiesOf,
  resetRule,
  rulesOf,
  transformsOf,
  withRule,
} from '@/components/flows/mapping';
import { isSame } from '@/components/flows/same';
import { groupChoices } from '@/components/flows/stream-choices';
import { flowInputSchema, flowPatchSchema } from '@/lib/flows/schema';
import { ApiProblem } from '@/lib/live/api-client';
import { connection, flow, idOf, rule, side, stream, suggestion } from './flow-sample.ts';

const suggestions = [suggestion(1), suggestion(2)];
const untouched = { streamId: idOf(2), rules: null };

describe('what can be chosen', () => {
  const stock = {
    streams: [
      stream(1),
      stream(2),
      stream(3, { kind: 'payment' }),
      stream(4, { connection_id: idOf(101) }),
      stream(5),
    ],
    connections: [1, 2, 3, 5].map((n) => connection(n)),
    flows: [flow({ id: idOf(51), name: 'Other', sides: [side(5)] })],
  };
  const reasons = (chosen: string[], own: string | null = null) =>
    Object.fromEntries(
      groupChoices(stock, chosen, own).flatMap(({ choices }) =>
        choices.map((choice) => [choice.stream.id, choice.reason]),
      ),
    );

  it('is everything at first, but for a stream that has a flow', () => {
    const found = reasons([]);
    expect(found[idOf(1)]).toBeNull();
    expect(found[idOf(5)]).toContain('“Other”');
  });

  it('is only of one kind and of other connections afterwards, with the reason', () => {
    const found = reasons([idOf(1)]);
    expect(found[idOf(1)]).toBeNull();
    expect(found[idOf(2)]).toBeNull();
    expect(found[idOf(3)]).toContain('Payments');
    expect(found[idOf(4)]).toContain('stream 1');
  });

  it('of its own flow stays choosable', () => {
    expect(reasons([], idOf(51))[idOf(5)]).toBeNull();
  });

  it('leads from a channel to being told of what is chosen, without a flow', () => {
    const channel = stream(6, { kind: 'message', name: '#ops' });
    const slack = {
      ...stock,
      streams: [...stock.streams, channel],
      connections: [...stock.connections, connection(6, { connector: 'slack' })],
    };
    const tellOf = (chosen: string[]) =>
      groupChoices(slack, chosen, null)
        .flatMap(({ choices }) => choices)
        .find((choice) => choice.stream.id === channel.id)?.tell;
    expect(tellOf([])).toBeNull();
    expect(tellOf([idOf(1), idOf(2)])).toEqual({
      name: 'stream 1, stream 2',
      kind: 'task',
      streamIds: [idOf(1), idOf(2)],
    });
    const told = groupChoices(slack, [idOf(1)], null).flatMap(({ choices }) =>
      choices.filter(({ tell }) => tell !== null),
    );
    expect(told.map(({ stream: { id } }) => id)).toEqual([channel.id]);
  });

  it('ends with three, and leaves out connections without streams', () => {
    const four = {
      ...stock,
      streams: [1, 2, 3, 4].map((n) => stream(n)),
      connections: [1, 2, 3, 4, 9].map((n) => connection(n)),
    };
    const groups = groupChoices(four, [idOf(1), idOf(2), idOf(3)], null);
    expect(groups).toHaveLength(4);
    expect(groups[3]?.choices[0]?.reason).toContain('three');
    expect(groups[2]?.choices[0]?.place).toBe(2);
  });
});

describe('a draft', () => {
  it('is sent as the API takes it, with what is suggested where nobody said otherwise', () => {
    const two = toggleSide(toggleSide(emptyDraft, idOf(1)), idOf(2));
    const input = inputOf({ ...two, matchFields: ['title'] }, suggestions, 'GitHub – Linear');
    expect(flowInputSchema.safeParse(input).error).toBeUndefined();
    expect(input.name).toBe('GitHub – Linear');
    expect(input.sides[1]?.rules.map(({ field }) => field)).toEqual(['title', 'state']);
    expect(input.sides[1]?.rules[0]).not.toHaveProperty('reason');
  });

  it('changes places, and a stream pressed twice is out again', () => {
    const two = toggleSide(toggleSide(emptyDraft, idOf(1)), idOf(2));
    expect(moveForward(two, 1).sides.map(({ streamId }) => streamId)).toEqual([idOf(2), idOf(1)]);
    expect(moveForward(two, 0)).toEqual(two);
    expect(toggleSide(two, idOf(1)).sides.map(({ streamId }) => streamId)).toEqual([idOf(2)]);
  });

  it('that was not touched asks for nothing to be changed', () => {
    const stored = flow();
    const draft = draftOf(stored);
    expect(patchOf(inputOf(draft, suggestions, ''), stored)).toEqual({});
    expect(isChanged(draft, draftOf(flow()))).toBe(false);
  });

  it('asks only for what is another', () => {
    const stored = flow();
    const named = { ...draftOf(stored), name: 'Renamed' };
    expect(patchOf(inputOf(named, [], ''), stored)).toEqual({ name: 'Renamed' });
    const changed = changeSide(draftOf(stored), 0, { creates: false });
    const patch = patchOf(inputOf(changed, [], ''), stored);
    expect(Object.keys(patch)).toEqual(['sides']);
    expect(flowPatchSchema.safeParse(patch).success).toBe(true);
    expect(isChanged(changed, draftOf(stored))).toBe(true);
  });
});

describe('a mapping', () => {
  it('shows what is suggested, marked, with its reason', () => {
    const cell = cellOf('task', untouched, 'state', suggestions);
    expect(cell.isSuggested).toBe(true);
    expect(cell.suggested?.reason).toBe('The states of the team');
    expect(cell.values).toEqual(['Todo', 'In Progress', 'Done']);
  });

  it('says why a side has no such field', () => {
    expect(cellOf('task', untouched, 'due_on', suggestions).gap).toBe('It has no due date');
  });

  it('knows what was changed by hand, and goes back to the suggestion', () => {
    const rules = withRule(rulesOf(untouched, suggestions), rule('state', { direction: 'in' }));
    const changed = cellOf('task', { ...untouched, rules }, 'state', suggestions);
    expect(changed.isSuggested).toBe(false);
    const reset = resetRule(rules, changed);
    expect(reset).toEqual(rulesOf(untouched, suggestions));
  });

  it('takes a rule away again that nobody suggested', () => {
    const rules = withRule(rulesOf(untouched, suggestions), rule('body', { direction: 'out' }));
    const changed = cellOf('task', { ...untouched, rules }, 'body', suggestions);
    expect(resetRule(rules, changed)).toEqual(rulesOf(untouched, suggestions));
  });

  it('shows a field as not travelling whose name another field takes', () => {
    const rules = [rule('title', { side_field: 'body' })];
    expect(cellOf('task', { ...untouched, rules }, 'body', []).rule.direction).toBe('none');
  });

  it('tells what people write from what only the service says', () => {
    const { shared, lonely, facts } = mappingFields('task', [untouched], suggestions);
    expect(shared).toEqual(['title', 'state']);
    expect(lonely).toContain('due_on');
    expect(facts).toContain('number');
    expect(new Set([...shared, ...lonely, ...facts]).size).toBe(
      shared.length + lonely.length + facts.length,
    );
    expect(mappingFields('task', [untouched], []).lonely).toEqual([]);
  });

  it('lets what only the service says come in, and go nowhere', () => {
    expect(cellOf('task', untouched, 'number', suggestions).rule.direction).toBe('in');
  });

  it('offers policies and transforms that mean something for the field', () => {
    expect(policiesOf('task', rule('labels'))).toContain('set');
    expect(policiesOf('task', rule('title'))).not.toContain('set');
    expect(policiesOf('task', rule('body'))).toContain('text');
    expect(policiesOf('task', rule('title', { policy: 'counter' }))).toContain('counter');
    expect(transformsOf('task', rule('labels', { side_field: 'title' }))).toContain('first');
    expect(transformsOf('task', rule('labels'))).not.toContain('prefix');
  });

  it('fills a new map with the values known there, and with ours of the same name', () => {
    const cell = cellOf('task', untouched, 'state', suggestions);
    expect(freshTransform('values', cell, 'task')).toEqual({
      type: 'values',
      otherwise: 'keep',
      pairs: [
        { there: 'Todo', here: '' },
        { there: 'In Progress', here: 'in_progress' },
        { there: 'Done', here: 'done' },
      ],
    });
  });
});

describe('what the hub refuses', () => {
  const sent = inputOf(draftOf(flow()), [], '');
  const problem = (errors: object[]) =>
    faultsOf(new ApiProblem(400, { detail: 'No.', errors }), sent);

  it('stands at the rule of the field, however deep the fault is', () => {
    const faults = problem([
      { field: 'sides.1.rules.0.transform.pairs.2.there', reason: 'is no state' },
      { field: 'sides.0.creates', reason: 'nothing is made there' },
      { field: 'sides.1.rules.7.policy', reason: 'is of no rule we sent' },
      { field: 'match_fields.0', reason: 'does not come in' },
      { field: 'name', reason: 'is too long' },
      { field: 'sides', reason: 'are too few' },
    ]);
    expect(faults.rules.get(ruleKey(1, 'title'))).toBe('is no state');
    expect(faults.sides.get(0)).toBe('nothing is made there');
    expect(faults.sides.get(1)).toBe('is of no rule we sent');
    expect(faults).toMatchObject({
      match: 'does not come in',
      name: 'is too long',
      streams: 'are too few',
    });
  });

  it('without a place is said as a whole', () => {
    expect(faultsOf(new Error('No.'), sent).other).toBe('No.');
    expect(problem([]).other).toBe('No.');
    expect(hasFaults(faultsOf(null, sent))).toBe(false);
  });
});

it('two values are the same whatever the order of their keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(isSame(value, reversed(value))).toBe(true);
      expect(isSame([value], [value, null])).toBe(false);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, one]) => [key, reversed(one)] as const)
      .toReversed(),
  );
}
