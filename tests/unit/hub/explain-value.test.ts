import { describe, expect, it } from 'vitest';
import { explainValue, type Place } from '#lib/hub/explain-value';
import type { DecisionFacts, SettingChange, ValueFacts } from '#lib/hub/lineage-store';

const at = '2026-01-01T00:00:00.000Z';
const id = '01900000-0000-7000-8000-000000000001';

const change = (more: Partial<SettingChange> = {}): SettingChange => ({
  position: 7,
  op: 'update',
  origin: 'connection',
  reason: null,
  at,
  actor: null,
  undoes: null,
  connection: 'Acme',
  connection_id: id,
  told_by_event: false,
  inbox_event_id: null,
  inbox_event: null,
  inbox_status: null,
  of_run: false,
  run_id: null,
  run_kind: null,
  undo_id: null,
  ...more,
});
const value = (more: Partial<ValueFacts> = {}): ValueFacts => ({
  kind: 'task',
  value: 'Here',
  is_deleted: false,
  change: change(),
  ...more,
});
const place = (more: Partial<Place> = {}): Place => ({
  link_id: id,
  stream_id: id,
  stream: 'acme/app',
  connection_id: id,
  connection: 'Acme',
  connector: 'fake',
  resource: 'issues',
  state: 'synced',
  base: { title: 'Here' },
  ours: {},
  held: [],
  unreadable: {},
  unsaid_name: null,
  error: null,
  dirty_at: at,
  paused_flow: null,
  is_parted: false,
  rules: [],
  push: null,
  isWritable: true,
  ...more,
});
const decision = (more: Partial<DecisionFacts> = {}): DecisionFacts => ({
  id,
  status: 'open',
  policy: 'manual',
  choice: null,
  connection: 'Acme',
  connection_id: id,
  resolved_by: null,
  created_at: at,
  resolved_at: null,
  ...more,
});
const push = (more: Partial<NonNullable<Place['push']>> = {}): Place['push'] => ({
  id,
  value: 'Here',
  outcome: 'accepted',
  ignored: [],
  at,
  echoed_at: null,
  ...more,
});
const rule = (more: Partial<Place['rules'][number]> = {}): Place['rules'][number] => ({
  field: 'title',
  side_field: 'title',
  direction: 'both',
  policy: null,
  transform: null,
  ...more,
});

const set = (more: Partial<SettingChange>) =>
  explainValue('title', value({ change: change(more) }), [], [])[0]?.text;
const said = (
  code: string,
  more: Partial<Place>,
  field = 'title',
  facts: Partial<ValueFacts> = {},
) =>
  explainValue(field, value(facts), [], [place(more)])
    .filter((step) => step.code === code)
    .map(({ text, value: shown }) => (shown === undefined ? text : `${text} ${shown as string}`))
    .join(' ');
const decided = (more: Partial<DecisionFacts>) =>
  explainValue('title', value(), [decision(more)], [])[1]?.text;

describe('who set a value', () => {
  it('is told of a refusal only where the service refused', () => {
    const hub = { origin: 'hub' } as const;
    expect(set({ ...hub, reason: 'refused' })).toBe(
      'Acme did not take an edit of it, so the value from before was put back.',
    );
    expect(set({ ...hub, reason: 'joined', connection: null })).toBe(
      'It is so since two records were made one.',
    );
    const old = set(hub);
    expect(old).toContain('Why was not noted');
    expect(old).not.toMatch(/refused|back/);
  });

  it('is told of what came from a service as it came', () => {
    expect(set({ reason: 'answered' })).toBe(
      'It came from Acme, with the answer to an edit that was sent there.',
    );
    expect(set({ reason: 'remapped' })).toBe(
      'It was read anew from Acme, by other rules of mapping.',
    );
    expect(set({ told_by_event: true, inbox_event: 'issues' })).toBe(
      'It came from Acme, by the webhook “issues”.',
    );
    // The webhook and the run may be gone by now; the change is not.
    expect(set({ told_by_event: true })).toBe(
      'It came from Acme, by a webhook that is not kept any more.',
    );
    expect(set({ of_run: true })).toBe('It came from Acme, in a run that is not kept any more.');
    expect(set({})).toBe('It came from Acme.');
    expect(set({ connection: null })).toBe(
      'It came from a service that is not connected any more.',
    );
  });

  it('is told of what people did as they did it', () => {
    const ada = { origin: 'user', actor: 'Ada', connection: null } as const;
    expect(set(ada)).toBe('Ada set it here.');
    expect(set({ ...ada, undoes: 3 })).toBe('Ada took back an earlier change.');
    expect(set({ ...ada, undo_id: id, of_run: true })).toContain('Ada took it back, with');
    expect(set({ ...ada, reason: 'resolved' })).toBe('Ada decided that it is this.');
    expect(set({ ...ada, reason: 'resolution_undone' })).toBe(
      'Ada took back what had been decided about it.',
    );
  });
});

describe('what was decided', () => {
  it.each([
    ['refused', 'Acme did not take an edit of it, which was kept here'],
    ['oscillation', 'changed back and forth again and again'],
    ['joined', 'When two records were made one, Acme had another value'],
    ['manual', 'It was not the same here and at Acme'],
    ['latest_wins', 'at Acme, and which was the later one could not be told'],
  ])('of a conflict by %s is no change at the same time', (policy, text) => {
    const open = decided({ policy });
    expect(open).toContain(text);
    expect(open).toContain('nobody has decided yet');
    expect(open).not.toContain('same time');
  });

  it('names who decided, or that nobody did', () => {
    const resolved = { status: 'resolved', resolved_at: at } as const;
    expect(decided({ ...resolved, choice: 'local', resolved_by: 'Ada' })).toContain('Ada decided');
    expect(decided({ ...resolved, choice: 'local' })).toContain('somebody decided');
    expect(decided(resolved)).toContain('has settled itself');
    expect(decided({ status: 'automatic', policy: 'remote_wins', resolved_at: at })).toBe(
      'It was not the same here and at Acme; by the rule of this field theirs stands.',
    );
    expect(decided({ status: 'automatic', policy: 'latest_wins', resolved_at: at })).toBe(
      'It was not the same here and at Acme; by the rule of this field the later one stands.',
    );
    expect(decided({ status: 'automatic', policy: 'delete_wins', resolved_at: at })).toBe(
      'The object at Acme was deleted before an edit of it made here was sent; so it never was.',
    );
  });
});

describe('what a service has', () => {
  it('is looked for by the field of the record, whatever it is called there', () => {
    const rules = [rule({ field: 'priority', side_field: 'labels' })];
    const text = said(
      'service',
      { rules, base: { labels: [] }, unreadable: { priority: 'It is no text.' } },
      'priority',
    );
    expect(text).toContain('cannot be held here: It is no text.');
    const told = { rules, push: push({ value: 'high' }), state: 'unknown' } as const;
    const asked = said(
      'owed',
      { ...told, push: push({ value: 'high', outcome: null }) },
      'priority',
    );
    expect(asked).toContain('is not known');
  });

  it('in another form is not the same as another value', () => {
    const rules = [rule({ transform: { type: 'prefix', text: 'P: ' } })];
    expect(said('service', { rules, base: { title: 'P: Here' } })).toBe(
      'Acme has it in its own form: P: Here',
    );
    expect(said('service', { rules, base: { title: 'P: Elsewhere' } })).toBe(
      'Acme was last seen with another value: P: Elsewhere',
    );
    const map = [
      rule({
        field: 'state',
        side_field: 'state',
        transform: { type: 'values', pairs: [{ here: 'done', there: 'open' }], otherwise: 'skip' },
      }),
    ];
    const own = { base: { state: 'cancelled' }, rules: map };
    expect(said('service', own, 'state', { value: 'done' })).toContain('last seen with another');
  });

  it('stands beside ours where a form was agreed on, not where an edit was refused', () => {
    const beside = { base: { title: 'Theirs' }, ours: { title: 'Here' } };
    expect(said('service', beside)).toBe(
      'Acme has its own form or value of it, which counts as the same: Theirs',
    );
    const error = { code: 'provider.refused', message: 'Too long.', fields: ['title'] };
    const refused = { ...beside, state: 'refused', error } as const;
    expect(said('service', refused)).toContain('was last seen with another value: Theirs');
    expect(said('owed', refused)).toBe('Acme did not take an edit of it: Too long.');
    expect(said('owed', refused, 'body')).toBe('');
  });

  it('is not told of a record that does not live there yet', () => {
    const facts = value({ value: 'ENG-1' });
    const parent = place({ base: { parent: null }, unsaid_name: 'ENG-1' });
    expect(said('owed', parent, 'parent', facts)).toBe(
      'Acme is not told yet: “ENG-1” does not live there. It is told as soon as that does.',
    );
  });

  it('may name another record in words of its own, of which nothing is claimed', () => {
    const parent = { base: { parent: 'ENG-1' }, state: 'dirty' } as const;
    const facts = { value: '12' };
    expect(said('service', parent, 'parent', facts)).toBe('Acme has it in words of its own: ENG-1');
    expect(said('owed', parent, 'parent', facts)).toBe('');
    expect(said('service', { base: { parent: '12' } }, 'parent', facts)).not.toContain('the same');
  });

  it('is said to be out of reach with the reason', () => {
    const error = { code: 'provider.forbidden', message: 'It is in no project that is read.' };
    expect(said('owed', { state: 'inaccessible', error })).toBe(
      'Its object at Acme is out of reach: It is in no project that is read.',
    );
    expect(said('owed', { state: 'inaccessible' })).toBe('Its object at Acme is out of reach.');
  });

  it('is nothing where it never showed the field, or is not there any more', () => {
    expect(said('service', {}, 'priority', { value: 'high' })).toBe(
      'Acme has never shown this field.',
    );
    expect(said('service', {}, 'priority', { value: null })).toBe('');
    expect(said('service', { state: 'tombstone' })).toBe('It does not live at Acme any more.');
  });
});

describe('who is owed a value', () => {
  const dirty = { state: 'dirty', base: { title: 'Before' } } as const;

  it('is who has not got it, of fields it can be told', () => {
    expect(said('owed', dirty)).toBe('Acme is still to be told.');
    // The link owes something else.
    expect(said('owed', { state: 'dirty' })).toBe('');
    expect(said('owed', { ...dirty, isWritable: false })).toBe('');
  });

  it('has accepted it only if it was this value that was sent', () => {
    expect(said('owed', { push: push() })).toBe('Acme accepted it.');
    expect(said('owed', { push: push({ value: 'An older one' }) })).toBe('');
    expect(said('owed', { push: push({ ignored: ['title'] }) })).toBe('');
    expect(said('owed', { push: push({ echoed_at: at }) })).toContain('has come back from there');
  });

  it('is not told before a decision', () => {
    expect(said('owed', { ...dirty, held: ['title'] })).toContain('before somebody has decided');
  });
});

describe('how a value is mapped', () => {
  it('is said in the words of the mapping', () => {
    const rules = [
      rule({
        side_field: 'body',
        policy: 'local_wins',
        transform: { type: 'case', to: 'upper' },
      }),
    ];
    expect(said('rule', { rules, base: null })).toBe(
      'By the mapping of acme/app: it stands there as “body”; it stands there in capital letters; where both changed it, ours stands.',
    );
  });
});
