import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Json, newId } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { listConflicts, resolveConflicts } from '#lib/records/index';
import type { Conflict } from '#lib/records/schema';
import { saveRules } from '#lib/sync/index';
import { plain } from '../../setup/fake-remote/remote-switches.ts';
import { answerTo } from '../records/conflict-steps.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { type Side, Trial } from './model/trial.ts';

let at: ModelDatabase;
let trial: Trial;
let side: Side;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => trial.end());
afterAll(() => at.close());

const rules = { writableFields: () => ['title', 'body'], acceptedValues: () => null };

/** A service whose title the hub writes, and never takes. */
async function begin(): Promise<void> {
  trial = await Trial.begin(at, [plain], null, { '1': { title: 'Ours', body: 'x' } });
  const [first] = trial.sides;
  if (!first) throw new Error('There is a side.');
  side = first;
  const { workspaceId } = trial.owner;
  const rule = { field: 'title', side_field: 'title', policy: null, transform: null } as const;
  await asUser(at.web, trial.owner, (tx) =>
    saveRules(tx, {
      workspaceId,
      streamId: side.streamId,
      rules: [{ ...rule, direction: 'out' }],
    }),
  );
}
const shown = (): Json | undefined => side.remote.objects.get('1')?.fields['title'];
const written = (): number => side.remote.writes.filter(({ by }) => by === 'hub').length;
const asked = async (): Promise<Conflict[]> => {
  const { workspaceId } = trial.owner;
  const filter = { status: 'open' } as const;
  const page = await asUser(at.web, trial.owner, (tx) =>
    listConflicts(tx, { workspaceId, filter }),
  );
  return page.data;
};
const keepOurs = (conflicts: Conflict[]) =>
  asUser(at.web, trial.owner, (tx) =>
    resolveConflicts(tx, rules, {
      workspaceId: trial.owner.workspaceId,
      mutationId: newId(),
      items: conflicts.map((conflict) => answerTo(conflict, 'local')),
    }),
  );
/** Something there sets its own value whenever it sees another. */
async function insist(rounds: number, value: (round: number) => string): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    if (shown() === 'Ours') side.remote.edit('1', { title: value(round) });
    await trial.runJobs();
    await trial.letTimePass();
  }
}

describe('a field that only goes out', () => {
  it('is left alone when something there keeps setting its own value', async () => {
    await begin();
    await insist(20, () => 'Theirs');
    expect(written()).toBe(2);
    expect(await asked()).toMatchObject([
      { field: 'title', policy: 'oscillation', local: 'Ours', remote: 'Theirs' },
    ]);
    expect(shown()).toBe('Theirs');
  });

  it('stays so while a person is asked, whatever is said there, and ends when both agree', async () => {
    await begin();
    await insist(8, () => 'Theirs');
    side.remote.edit('1', { title: 'Something else' });
    await insist(4, () => 'Theirs');
    expect(written()).toBe(2);
    expect(await asked()).toMatchObject([{ policy: 'oscillation', remote: 'Something else' }]);
    side.remote.edit('1', { title: 'Ours' });
    await trial.runJobs();
    await trial.letTimePass();
    expect(await asked()).toEqual([]);
  });

  it('goes out again once a person has said that ours stands', async () => {
    await begin();
    await insist(8, () => 'Theirs');
    await keepOurs(await asked());
    await trial.runJobs();
    expect(shown()).toBe('Ours');
    expect(written()).toBe(3);
    expect(await asked()).toEqual([]);
  });

  it('is written back each time to people who change it to one thing and another', async () => {
    await begin();
    await insist(8, (round) => `Theirs ${round}`);
    expect(written()).toBeGreaterThan(3);
    expect(shown()).toBe('Ours');
    expect(await asked()).toEqual([]);
  });
});
