import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RemoteObject } from '#lib/connectors/protocol/index';
import { type JsonObject, limits } from '#lib/core/index';
import { defaultsOf, fieldRule, fieldsEqual, taskDataSchema } from '#lib/kinds/index';
import { issueJson } from '#tests/fixtures/github/issue';
import { fromIssue } from '../../../../lib/connectors/github/map.ts';
import { ignoredFields, toPatch } from '../../../../lib/connectors/github/patch.ts';

function mapped(issue: unknown): RemoteObject {
  const out = fromIssue(issue);
  if (out.is !== 'object') throw new Error(`not an object: ${JSON.stringify(out)}`);
  return out.object;
}

/** What GitHub does with a PATCH. https://docs.github.com/en/rest/issues/issues#update-an-issue */
function patched(issue: JsonObject, patch: JsonObject): JsonObject {
  const named = (names: unknown) =>
    Array.isArray(names) ? names.map((name: string) => ({ id: 7, name, login: name })) : undefined;
  const { labels, assignees, ...plain } = patch;
  return {
    ...issue,
    ...plain,
    ...(patch['state'] === 'open' ? { state_reason: 'reopened' } : {}),
    ...(labels === undefined ? {} : { labels: named(labels) ?? null }),
    ...(assignees === undefined ? {} : { assignees: named(assignees) ?? null }),
  };
}

const name = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\0'));
const taskFields = fc.record(
  {
    title: fc.string({ maxLength: 200, unit: 'grapheme' }),
    body: fc.option(fc.string({ maxLength: 400, unit: 'grapheme' }), { nil: null }),
    state: fc.constantFrom('open', 'done', 'cancelled'),
    labels: fc.uniqueArray(name, { maxLength: 5 }),
    assignees: fc.uniqueArray(name, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

describe('from GitHub’s issue', () => {
  it('maps every field, and what it maps is a valid task', () => {
    const object = mapped(issueJson());
    expect(object).toMatchObject({
      externalId: '1001347',
      externalKey: '1347',
      url: 'https://github.com/octocat/hello-world/issues/1347',
      rank: Date.parse('2026-04-23T08:00:00Z'),
      rankIsExact: false,
      updatedAt: '2026-04-23T08:00:00Z',
      deleted: false,
    });
    expect(object.fields).toEqual({
      title: 'Found a bug',
      body: 'I’m having a problem with this.',
      state: 'open',
      raw_state: 'open',
      labels: ['bug'],
      assignees: ['hubot'],
      number: 1347,
      url: 'https://github.com/octocat/hello-world/issues/1347',
      author: {
        id: '1',
        login: 'octocat',
        avatar_url: 'https://github.com/images/error/octocat_happy.gif',
      },
      comments: 3,
      created_at: '2026-04-22T13:33:48Z',
      closed_at: null,
    });
    expect(taskDataSchema.parse({ ...defaultsOf('task'), ...object.fields })).toBeTruthy();
    expect(object.raw).toEqual(issueJson());
  });

  it.each([
    ['open', null, 'open', 'open'],
    ['open', 'reopened', 'open', 'open:reopened'],
    ['closed', null, 'done', 'closed'],
    ['closed', 'completed', 'done', 'closed:completed'],
    ['closed', 'not_planned', 'cancelled', 'closed:not_planned'],
    ['closed', 'duplicate', 'cancelled', 'closed:duplicate'],
    ['closed', 'reason_of_tomorrow', 'done', 'closed:reason_of_tomorrow'],
  ])('%s (%s) is %s', (state, state_reason, expected, raw) => {
    const { fields } = mapped(issueJson({ state, state_reason }));
    expect(fields).toMatchObject({ state: expected, raw_state: raw });
  });

  it('keeps a state it has never seen as it is, and guesses nothing', () => {
    const { fields, unreadable } = mapped(issueJson({ state: 'triaged' }));
    expect(fields['raw_state']).toBe('triaged');
    expect(fields).not.toHaveProperty('state');
    expect(unreadable).toEqual({ state: 'What GitHub means by the state “triaged” is not known.' });
    expect(mapped(issueJson()).unreadable).toEqual({});
  });

  it('takes null where a list belongs for not observed, never for empty', () => {
    const { fields } = mapped(issueJson({ labels: null, assignees: null, comments: null }));
    for (const field of ['labels', 'assignees', 'comments'])
      expect(fields).not.toHaveProperty(field);
  });

  it('reads labels of both forms, and people who are gone', () => {
    const { fields } = mapped(
      issueJson({
        labels: ['a', { name: 'b' }, { name: null }, { name: 'a' }],
        assignees: [null],
        user: null,
      }),
    );
    expect(fields).toMatchObject({ labels: ['a', 'b'], assignees: [], author: null });
  });

  it('does not turn a foreign scheme into a link', () => {
    expect(mapped(issueJson({ html_url: 'javascript:alert(1)' })).url).toBeNull();
  });

  it('replaces what the database cannot hold, in fields and in raw', () => {
    const object = mapped(issueJson({ title: 'a\u0000b\ud800c', node_id: '\u0000' }));
    expect(object.fields['title']).toBe('a\uFFFDb\uFFFDc');
    expect(object.raw['node_id']).toBe('\uFFFD');
  });

  it('leaves pull requests out', () => {
    expect(fromIssue(issueJson({ pull_request: { url: 'x' } })).is).toBe('pull_request');
    expect(fromIssue(issueJson({ pull_request: null })).is).toBe('object');
  });

  it.each<[string, unknown, string | null]>([
    ['nothing', null, null],
    ['a list', [1], null],
    ['text', 'issue', null],
    ['no id', issueJson({ id: null }), null],
    ['an id that is text', issueJson({ id: 'abc' }), 'abc'],
    ['no title', issueJson({ title: null }), '1001347'],
    ['a state that is a number', issueJson({ state: 3 }), '1001347'],
    ['labels that are a map', issueJson({ labels: {} }), '1001347'],
    ['a time that is none', issueJson({ updated_at: 'yesterday' }), '1001347'],
    ['a huge body', issueJson({ body: 'x'.repeat(limits.bodyChars + 1) }), '1001347'],
    ['a huge title', issueJson({ title: 'x'.repeat(limits.titleChars + 1) }), '1001347'],
  ])('%s is a fault of its own', (_what, issue, externalId) => {
    const out = fromIssue(issue);
    const message: unknown = expect.stringMatching(/^An issue of GitHub cannot be read/);
    expect(out).toMatchObject({ is: 'fault', fault: { externalId, message } });
  });

  it('never throws, whatever any field holds', () => {
    const keys = Object.keys(issueJson());
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        const out = fromIssue({ ...issueJson(), [key]: value });
        const fields = out.is === 'object' ? out.object.fields : {};
        const data = { ...defaultsOf('task'), ...fields };
        expect(taskDataSchema.safeParse(data).error?.issues ?? []).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('to GitHub’s issue', () => {
  it('comes back as it went: eq(fromIssue(toPatch(x)), x)', () => {
    fc.assert(
      fc.property(taskFields, (fields) => {
        const before = issueJson({ state: 'closed', state_reason: 'duplicate' });
        const sent = JSON.parse(JSON.stringify(fields)) as JsonObject;
        const after = mapped(patched(before, toPatch(sent))).fields;
        for (const [field, value] of Object.entries(sent)) {
          const { comparator } = fieldRule('task', field);
          expect(fieldsEqual(comparator, after[field], value)).toBe(true);
        }
        expect(ignoredFields(sent, after)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('sends only what it is given', () => {
    expect(toPatch({ title: 'New' })).toEqual({ title: 'New' });
    expect(toPatch({ state: 'open' })).toEqual({ state: 'open' });
    expect(toPatch({ state: 'done' })).toEqual({ state: 'closed', state_reason: 'completed' });
    expect(toPatch({ state: 'cancelled' })).toEqual({
      state: 'closed',
      state_reason: 'not_planned',
    });
  });

  it.each([
    [{ state: 'in_progress' }, 'state', /in progress/],
    [{ state: null }, 'state', /open, done or cancelled/],
    [{ comments: 3 }, 'comments', /cannot be written/],
    [JSON.parse('{"__proto__": 1}') as JsonObject, '__proto__', /cannot be written/],
  ])('refuses %j before anything is sent', (fields, field, message) => {
    expect(() => toPatch(fields)).toThrow(
      expect.objectContaining({
        code: 'provider.refused',
        details: { fields: [{ field, message: expect.stringMatching(message) }] },
      }),
    );
  });

  it('notices what GitHub said yes to and did not do', () => {
    const after = mapped(issueJson({ state: 'closed', state_reason: 'completed' })).fields;
    expect(ignoredFields({ labels: ['BUG'], assignees: ['Hubot'], state: 'done' }, after)).toEqual(
      [],
    );
    expect(
      ignoredFields(
        { labels: ['bug', 'ui'], assignees: ['nobody'], state: 'cancelled' },
        after,
      ).map(({ field }) => field),
    ).toEqual(['labels', 'assignees', 'state']);
  });
});
