import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { HubError, type JsonObject, newId } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { listConflicts, resolveConflicts, undoConflict } from '#lib/records/index';
import type { Conflict, Settled } from '#lib/records/schema';
import { plain } from '../../setup/fake-remote/remote-switches.ts';
import type { Bug } from '../sync/model/bugs.ts';
import { type ModelDatabase, openModelDatabase } from '../sync/model/model-database.ts';
import { type Side, Trial } from '../sync/model/trial.ts';
import { answerTo, outcomesOf } from './conflict-steps.ts';

let at: ModelDatabase;
let trial: Trial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => trial.end());
afterAll(() => at.close());

const rules = {
  writableFields: () => ['title', 'body', 'state', 'labels'],
  acceptedValues: () => null,
};

async function begin(bug: Bug | null = null): Promise<[Side, Side]> {
  const objects = { '1': { title: 'issue', body: 'x', state: 'open', labels: ['bug'] } };
  trial = await Trial.begin(at, [plain, { ...plain, name: 'right' }], bug, objects);
  const [left, right] = trial.sides;
  if (!left || !right) throw new Error('There are two sides.');
  return [left, right];
}

const work = async (rounds = 4): Promise<void> => {
  for (let round = 0; round < rounds; round += 1) {
    await trial.runJobs();
    await trial.letTimePass();
  }
};
const shown = ({ remote }: Side): JsonObject => remote.objects.get('1')?.fields ?? {};
const openOnes = async (): Promise<Conflict[]> => {
  const { workspaceId } = trial.owner;
  const filter = { status: 'open' } as const;
  const page = await asUser(at.web, trial.owner, (tx) =>
    listConflicts(tx, { workspaceId, filter }),
  );
  return page.data;
};
const resolve = (conflicts: Conflict[], choice: 'local' | 'remote'): Promise<Settled[]> =>
  asUser(at.web, trial.owner, (tx) =>
    resolveConflicts(tx, rules, {
      workspaceId: trial.owner.workspaceId,
      mutationId: newId(),
      items: conflicts.map((conflict) => answerTo(conflict, choice)),
    }),
  );

/** Edited here, and at the left before it was told; the right was told. */
async function disagree(left: Side): Promise<Conflict> {
  left.remote.edit('1', { title: 'Left' });
  await trial.editHere('1', { title: 'Ours' });
  await work();
  const [conflict, ...others] = await openOnes();
  if (!conflict || others.length > 0) throw new Error('There is not one conflict.');
  return conflict;
}

describe('a conflict of a record that lives at two services', () => {
  it('settled by what one has goes to the other as an edit', async () => {
    const [left, right] = await begin();
    const conflict = await disagree(left);
    expect(conflict).toMatchObject({ others: 1, local: 'Ours', remote: 'Left' });
    expect([shown(left)['title'], shown(right)['title']]).toEqual(['Left', 'Ours']);
    expect(outcomesOf(await resolve([conflict], 'remote'))).toEqual(['resolved']);
    await work();
    expect([shown(left)['title'], shown(right)['title']]).toEqual(['Left', 'Left']);
    expect(trial.broken).toEqual([]);
    await asUser(at.web, trial.owner, (tx) =>
      undoConflict(tx, { conflictId: conflict.id, mutationId: newId() }),
    );
    await work();
    expect(shown(right)['title']).toBe('Ours');
  });

  it('settled by ours reaches the one that disagreed', async () => {
    const [left, right] = await begin();
    const conflict = await disagree(left);
    await resolve([conflict], 'local');
    await work();
    expect([shown(left)['title'], shown(right)['title']]).toEqual(['Ours', 'Ours']);
    expect(await openOnes()).toEqual([]);
  });

  it('is one at each; a choice at one overwrites nothing unseen at the other', async () => {
    const [left, right] = await begin();
    left.remote.edit('1', { title: 'Left' });
    right.remote.edit('1', { title: 'Right' });
    await trial.editHere('1', { title: 'Ours' });
    await work();
    const both = await openOnes();
    expect(new Set(both.map(({ remote }) => remote))).toEqual(new Set(['Left', 'Right']));
    const settled = await resolve(both, 'remote');
    // The first choice has moved what the second one saw.
    expect(outcomesOf(settled)).toEqual(['resolved', 'changed']);
    await work();
    const [rest] = await openOnes();
    expect(rest?.local).toBe(both[0]?.remote);
    await resolve(rest ? [rest] : [], 'local');
    await work();
    expect(shown(left)['title']).toBe(shown(right)['title']);
    expect(shown(left)['title']).toBe(both[0]?.remote);
    expect(trial.broken).toEqual([]);
  });

  it('that one refused says so, and can be given up', async () => {
    const refuses: Bug = {
      api: (living: ConnectorApi, side: Side) =>
        side.remote.switches.name === 'right'
          ? { ...living, update: () => Promise.reject(new HubError('provider.refused', 'Never.')) }
          : living,
    };
    const [left, right] = await begin(refuses);
    left.remote.edit('1', { title: 'Made on the left' });
    await work();
    const [conflict] = await openOnes();
    expect(conflict).toMatchObject({
      policy: 'refused',
      remote: 'issue',
      closed: { base: expect.stringContaining('refused') as string },
    });
    await resolve(conflict ? [conflict] : [], 'remote');
    await work();
    expect([shown(left)['title'], shown(right)['title']]).toEqual(['issue', 'issue']);
    expect(await openOnes()).toEqual([]);
  });
});
