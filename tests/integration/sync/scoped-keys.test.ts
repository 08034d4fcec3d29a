import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FlowTrial } from './flow-trial.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import type { Side } from './model/trial.ts';
import { idOf, parentOf, place, titled, told } from './reference-trial.ts';

let at: ModelDatabase;
let flow: FlowTrial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => flow.end());
afterAll(() => at.close());

/** The numbers of the objects of the left service, each counted in its own place. */
let numbers: Record<string, string>;
let left: Side;
let right: Side;

/** A service that says no parents and counts its objects by place, beside one that says them. */
beforeEach(async () => {
  numbers = { first: '7', second: '8' };
  flow = await FlowTrial.begin(at, [{ name: 'left' }, { name: 'ENG' }]);
  [left, right] = [flow.side(0), flow.side(1)];
  const { remote } = left;
  const show = remote.show.bind(remote);
  remote.show = (object) => {
    const shown = show(object);
    const { parent: _, ...fields } = shown.fields;
    return { ...shown, fields, externalKey: numbers[object.id] ?? null };
  };
  remote.create('first', titled('Parent'));
  remote.create('second', titled('Child'));
  await flow.work();
  place(right, 'Child', 'Parent');
  await flow.work();
});

/** Numbers change hands: the parent went to another place, where it is 31, and somebody there is 7. */
async function transfer(): Promise<void> {
  numbers = { ...numbers, first: '31', third: '7' };
  left.remote.edit('first', { body: 'transferred' });
  left.remote.create('third', titled('Stranger'));
  await flow.work();
}

const wanted = () => told(right).flatMap(({ parent }) => parent ?? []);

const parentHeld = async (): Promise<unknown> => {
  const [row] = await flow.trial.admin`
    select data ->> 'parent' as parent from public.records
    where workspace_id = ${flow.trial.owner.workspaceId} and title = 'Child'`;
  return row?.['parent'];
};

describe('a key that is another object’s elsewhere in its connection', () => {
  it('names no parent, which stays who it is when the numbers change hands', async () => {
    expect(await parentHeld()).toBe('first');
    await transfer();
    left.remote.edit('second', { body: 'edited' });
    await flow.work();
    expect(parentOf(right, 'Child')).toBe('Parent');
    expect(wanted()).toEqual([]);
    place(right, 'Child', 'Stranger');
    await flow.work();
    expect(await parentHeld()).toBe('third');
  });

  it('is understood as nobody’s where it is held from before', async () => {
    await transfer();
    await flow.trial.admin`
      update public.records set data = jsonb_set(data, '{parent}', '"7"')
      where workspace_id = ${flow.trial.owner.workspaceId} and title = 'Child'`;
    await flow.trial.admin`
      update public.links set dirty_at = now(), next_attempt_at = now(), state = 'dirty'
      where connection_id = ${right.connectionId} and external_id = ${idOf(right, 'Child')}`;
    await flow.work();
    expect(parentOf(right, 'Child')).toBe('Parent');
    expect(wanted()).toEqual([]);
  });

  it('is left behind with an id the parent had before', async () => {
    left.remote.rename('first', 'moved');
    numbers = { ...numbers, moved: '31', first: '7' };
    await flow.work();
    left.remote.create('third', titled('Stranger'));
    await flow.work();
    expect(parentOf(right, 'Child')).toBe('Parent');
    expect(wanted()).toEqual([]);
    place(right, 'Child', 'Stranger');
    await flow.work();
    expect(await parentHeld()).toBe('third');
  });
});
