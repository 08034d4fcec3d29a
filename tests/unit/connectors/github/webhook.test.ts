import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { github } from '#lib/connectors/github/index';
import type { JsonObject } from '#lib/core/index';
import { defaultsOf, taskDataSchema } from '#lib/kinds/index';
import { issueJson } from '#tests/fixtures/github/issue';

interface CapturedEvent {
  name: string;
  examples: JsonObject[];
}
const captured = createRequire(import.meta.url)('@octokit/webhooks-examples') as CapturedEvent[];
const all = captured.flatMap(({ name, examples }) =>
  examples.map((payload) => ({ name, payload, parsed: github.webhook.parse(name, payload) })),
);
const known = new Set(['issues', 'issue_comment', 'label', 'repository', 'ping']);
const repository = {
  name: 'hello-world',
  full_name: 'octocat/hello-world',
  owner: { login: 'octocat' },
};
const parse = (event: string, payload: JsonObject) =>
  github.webhook.parse(event, { repository, ...payload });

describe('the captured events of GitHub', () => {
  it('are 58, with 329 payloads', () => {
    expect([captured.length, all.length]).toEqual([58, 329]);
  });

  it('are applied when known, kept and marked with a reason when not', () => {
    for (const { name, parsed } of all) {
      const expected = name === 'ping' ? 'ping' : known.has(name) ? 'apply' : 'unknown';
      expect([name, parsed.kind]).toEqual([name, expected]);
      expect(parsed.summary.length).toBeGreaterThan(10);
      expect(parsed.summary.length).toBeLessThanOrEqual(260);
    }
  });

  it('become valid tasks of the repository they came from', () => {
    const objects = all.flatMap(({ name, payload, parsed }) =>
      parsed.objects.map((object) => ({ name, payload, parsed, object })),
    );
    expect(objects.length).toBeGreaterThan(25);
    for (const { payload, parsed, object } of objects) {
      const data = { ...defaultsOf('task'), ...object.fields };
      expect(taskDataSchema.safeParse(data).error?.issues ?? []).toEqual([]);
      expect(parsed.scopeKey).toBe((payload['repository'] as JsonObject)['full_name']);
      expect(Number(object.externalId)).toBe((payload['issue'] as JsonObject)['id']);
    }
  });

  it('carry an issue, or say which one to read', () => {
    for (const { payload, parsed } of all.filter((event) => event.name === 'issues')) {
      const isPullRequest = (payload['issue'] as JsonObject)['pull_request'] !== undefined;
      const isHalf = ['pinned', 'unpinned', 'transferred'].includes(String(parsed.action));
      expect([parsed.action, parsed.objects.length, parsed.refetch.length]).toEqual([
        parsed.action,
        isPullRequest || isHalf ? 0 : 1,
        isHalf ? 1 : 0,
      ]);
    }
  });

  it('mark as deleted what was deleted, and nothing else', () => {
    const gone = all
      .filter((event) => event.name === 'issues' && event.parsed.objects[0]?.deleted)
      .map((event) => event.parsed.action);
    expect(new Set(gone)).toEqual(new Set(['deleted']));
  });

  it('have an issue read that was transferred, which tells where it is now', () => {
    const [event] = all.filter(
      ({ name, parsed }) => name === 'issues' && parsed.action === 'transferred',
    );
    if (!event) throw new Error('There is no such example');
    const { id, number } = event.payload['issue'] as { id: number; number: number };
    expect(event.parsed).toMatchObject({
      scopeKey: 'octo-org/octo-repo',
      objects: [],
      refetch: [
        {
          externalId: String(id),
          externalKey: String(number),
          scope: { owner: 'octo-org', repo: 'octo-repo' },
        },
      ],
    });
  });

  it('tell of an issue opened by a transfer which one it was', () => {
    const opened = { action: 'opened', issue: issueJson() };
    const changes = { old_issue: issueJson({ id: 7, number: 1 }), old_repository: { id: 3 } };
    expect(parse('issues', { ...opened, changes }).objects).toMatchObject([
      { externalId: '1001347', formerId: '7', scopeKey: 'octocat/hello-world' },
    ]);
    expect(parse('issues', opened).objects[0]).not.toHaveProperty('formerId');
    expect(parse('issues', { ...opened, changes: { old_issue: null } }).objects).toHaveLength(1);
  });
});

describe('one event', () => {
  it('of an issue says what happened', () => {
    expect(
      parse('issues', { action: 'closed', issue: issueJson({ state: 'closed' }) }),
    ).toMatchObject({
      kind: 'apply',
      action: 'closed',
      resource: 'issues',
      scopeKey: 'octocat/hello-world',
      objects: [{ externalId: '1001347', fields: { state: 'done' }, deleted: false }],
      refetch: [],
      summary: 'Issue #1347 Found a bug: closed',
    });
  });

  it('of a comment brings its issue without the count, which is one behind, and reads it', () => {
    const issue = issueJson({ comments: 4 });
    for (const action of ['created', 'deleted']) {
      const parsed = parse('issue_comment', { action, issue });
      expect(parsed.objects[0]?.fields['title']).toBe('Found a bug');
      expect(parsed.objects[0]?.fields).not.toHaveProperty('comments');
      expect(parsed.refetch).toEqual([
        {
          externalId: '1001347',
          externalKey: '1347',
          scope: { owner: 'octocat', repo: 'hello-world' },
        },
      ]);
    }
    const edited = parse('issue_comment', { action: 'edited', issue });
    expect(edited.objects[0]?.fields['comments']).toBe(4);
    expect(edited.refetch).toEqual([]);
  });

  it('of a comment on a pull request brings nothing', () => {
    const onPull = parse('issue_comment', {
      action: 'created',
      issue: issueJson({ pull_request: { url: 'x' } }),
    });
    expect(onPull).toMatchObject({ kind: 'apply', objects: [], refetch: [] });
    expect(onPull.summary).toContain('left out');
  });

  it('with half an issue asks to read the whole one', () => {
    expect(
      parse('issues', { action: 'pinned', issue: { id: 5, number: 2, title: 'Half' } }),
    ).toMatchObject({
      kind: 'apply',
      objects: [],
      refetch: [
        { externalId: '5', externalKey: '2', scope: { owner: 'octocat', repo: 'hello-world' } },
      ],
    });
  });

  it('of a label that was renamed is honest about when it shows', () => {
    const label = { id: 1, name: 'defect' };
    const renamed = parse('label', { action: 'edited', label, changes: { name: { from: 'bug' } } });
    expect(renamed).toMatchObject({ kind: 'apply', objects: [], refetch: [] });
    expect(renamed.summary).toBe(
      'Label “bug” is now “defect”; issues show it with the next full read',
    );
    expect(parse('label', { action: 'created', label }).summary).toBe('Label “defect”: created');
  });

  it('holds nothing in its summary that breaks a line or a database', () => {
    const { summary } = parse('issues', {
      action: 'edited',
      issue: issueJson({ title: `a\n\u0000b ${'😀'.repeat(300)}` }),
    });
    expect(summary).not.toMatch(/[\p{Cc}\p{Cs}]/u);
    expect(summary.length).toBeLessThanOrEqual(200);
  });

  it('never throws', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const payload = fc.dictionary(
      fc.constantFrom('action', 'issue', 'repository', 'label', 'changes', 'comment', 'x'),
      value,
    );
    fc.assert(
      fc.property(fc.constantFrom(...known, 'push', ''), payload, (event, body) => {
        const out = github.webhook.parse(event, body as JsonObject);
        expect(['apply', 'ping', 'unknown']).toContain(out.kind);
      }),
      { numRuns: 1_000 },
    );
  });
});
