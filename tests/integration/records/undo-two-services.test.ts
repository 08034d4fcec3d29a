import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { type ConnectorRules, undoChange } from '#lib/records/index';
import { plain } from '../../setup/fake-remote/remote-switches.ts';
import { type ModelDatabase, openModelDatabase } from '../sync/model/model-database.ts';
import { type Side, Trial } from '../sync/model/trial.ts';

let at: ModelDatabase;
let trial: Trial;
let sides: [Side, Side];
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => trial.end());
afterAll(() => at.close());

const rules: ConnectorRules = {
  writableFields: () => ['title', 'body', 'state', 'labels', 'assignees'],
  acceptedValues: () => null,
};

async function begin(): Promise<void> {
  const objects = { '1': { title: 'Before', body: 'x', state: 'open', labels: ['bug'] } };
  trial = await Trial.begin(at, [plain, { ...plain, name: 'right' }], null, objects);
  const [left, right] = trial.sides;
  if (!left || !right) throw new Error('There are two sides.');
  sides = [left, right];
}

async function work(rounds = 4): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await trial.runJobs();
    await trial.letTimePass();
  }
}

const titles = () => sides.map(({ remote }) => remote.objects.get('1')?.fields['title']);
const latest = async (): Promise<number> => {
  const [row] = await trial.admin<{ position: number }[]>`
    select max(position)::int as position from public.change_log
    where workspace_id = ${trial.owner.workspaceId}`;
  return row?.position ?? 0;
};
const undo = (position: number) =>
  asUser(at.web, trial.owner, (tx) =>
    undoChange(tx, rules, {
      workspaceId: trial.owner.workspaceId,
      position,
      mutation_id: newId(),
      preview: false,
      partial: false,
    }),
  );

describe('taking back a change of a record that lives at two services', () => {
  it('that came from one of them goes back at both, and forward again', async () => {
    await begin();
    const [left] = sides;
    left.remote.edit('1', { title: 'Changed at the left' });
    await work();
    expect(titles()).toEqual(['Changed at the left', 'Changed at the left']);
    const position = await latest();
    await undo(position);
    await work();
    expect(titles()).toEqual(['Before', 'Before']);
    await undo(await latest());
    await work();
    expect(titles()).toEqual(['Changed at the left', 'Changed at the left']);
    expect(trial.broken).toEqual([]);
  });

  it('is not done over what the other has changed since', async () => {
    await begin();
    const [left, right] = sides;
    left.remote.edit('1', { title: 'Changed at the left' });
    await work();
    const position = await latest();
    right.remote.edit('1', { title: 'Then at the right' });
    await work();
    await expect(undo(position)).rejects.toMatchObject({
      code: 'records.undo_blocked',
      details: { cannot: [{ code: 'changed_since', now: 'Then at the right' }] },
    });
    expect(titles()).toEqual(['Then at the right', 'Then at the right']);
  });
});
