import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearApi } from '#lib/connectors/linear/api';
import type { RemoteObject } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { fakeContext, inOrder } from '#tests/fixtures/connectors/fake-context';
import { FakeTeam } from '#tests/fixtures/linear/fake-team';
import { issueNode } from '#tests/fixtures/linear/issue';

const teamId = '72b2a2dc-6f4f-4423-9d34-24b5bd10634a';
const scope = { team_id: teamId };
const maxPages = 200;
const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

type Seen = Map<string, RemoteObject>;

async function backfillAll(team: FakeTeam, seen: Seen, between: () => void): Promise<JsonObject> {
  const ctx = fakeContext(linearApi, team.answer);
  let from: JsonObject | null = null;
  for (let page = 0; page < maxPages; page += 1) {
    const read = await linearApi.backfill(ctx, 'issues', scope, from);
    for (const object of read.objects) seen.set(object.externalId, object);
    between();
    from = stored(read.next);
    if (from === null) return stored(read.cursor);
  }
  throw new Error('the walk does not end');
}

async function pollAll(team: FakeTeam, seen: Seen, start: JsonObject): Promise<JsonObject> {
  const ctx = fakeContext(linearApi, team.answer);
  let cursor = start;
  for (let page = 0; page < maxPages; page += 1) {
    const read = await linearApi.poll(ctx, 'issues', scope, cursor);
    for (const object of read.objects) seen.set(object.externalId, object);
    cursor = stored(read.cursor);
    if (!read.hasMore) return cursor;
  }
  throw new Error('the poll does not end');
}

describe('reading all issues of a team', () => {
  it('and polling afterwards misses none, whatever changes between two pages', async () => {
    const change = fc.record({
      touch: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
      remove: fc.option(fc.integer({ min: 1, max: 60 })),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 45 }),
        fc.integer({ min: 2, max: 9 }),
        fc.array(change, { maxLength: 12 }),
        async (count, pageSize, changes) => {
          const team = new FakeTeam(count, pageSize);
          const seen: Seen = new Map();
          const waiting = [...changes];
          const between = () => {
            const next = waiting.shift();
            if (next?.remove) team.remove(`i-${next.remove}`);
            for (const id of next?.touch ?? []) team.touch(`i-${id}`);
          };
          let cursor = await backfillAll(team, seen, between);
          for (let poll = 0; poll < 3; poll += 1) {
            between();
            cursor = await pollAll(team, seen, cursor);
          }
          for (const { id, updatedMs } of team.issues) {
            expect(seen.get(id)?.rank, id).toBe(updatedMs);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a quiet team costs one short call a poll, and the cursor does not go back', async () => {
    const team = new FakeTeam(20, 5);
    const seen: Seen = new Map();
    let cursor = await backfillAll(team, seen, () => undefined);
    team.nowMs += 600_000;
    cursor = await pollAll(team, seen, cursor);
    const ctx = fakeContext(linearApi, team.answer);
    const quiet = await linearApi.poll(ctx, 'issues', scope, cursor);
    expect(quiet).toMatchObject({ objects: [], notModified: true, hasMore: false });
    expect(ctx.requests).toHaveLength(1);
    team.nowMs -= 3_600_000;
    expect(await pollAll(team, seen, quiet.cursor)).toEqual(quiet.cursor);
  });

  it('starts again when Linear does not know the place any more', async () => {
    const refusal = {
      json: { errors: [{ message: 'Argument', extensions: { code: 'INPUT_ERROR' } }] },
    };
    const from = { after: 'old', startedAt: null };
    const ctx = fakeContext(linearApi, inOrder(refusal, refusal));
    await expect(linearApi.backfill(ctx, 'issues', scope, from)).rejects.toMatchObject({
      code: 'provider.gone',
    });
    await expect(linearApi.backfill(ctx, 'issues', scope, null)).rejects.toMatchObject({
      code: 'provider.refused',
    });
  });

  it('reads the labels that did not fit into the list, and one bad issue costs the others nothing', async () => {
    const more = { nodes: [{ id: 'l', name: 'First' }], pageInfo: { hasNextPage: true } };
    const pageInfo = { hasNextPage: false, endCursor: null };
    const nodes = [issueNode({ id: 'a', labels: more }), issueNode({ id: 'b', title: null })];
    const ctx = fakeContext(
      linearApi,
      inOrder(
        { json: { data: { team: { issueCount: 2 }, issues: { nodes, pageInfo } } } },
        { json: { data: { issue: issueNode({ id: 'a' }) } } },
      ),
    );
    const page = await linearApi.backfill(ctx, 'issues', scope, null);
    expect(page.objects.map(({ fields }) => fields['labels'])).toEqual([['Bug', 'UI']]);
    expect(page.faults).toMatchObject([{ externalId: 'b' }]);
    expect(page.total).toBe(2);
  });

  it('refuses pages that turn in circles', async () => {
    const issues = { nodes: [], pageInfo: { hasNextPage: true, endCursor: 'x' } };
    const ctx = fakeContext(linearApi, inOrder({ json: { data: { issues } } }));
    const from = { after: 'x', startedAt: null };
    await expect(linearApi.backfill(ctx, 'issues', scope, from)).rejects.toMatchObject({
      code: 'provider.bad_answer',
    });
  });
});
