import { describe, expect, it } from 'vitest';
import { decideUndo, type SettledSides } from '../../../lib/records/decide-undo.ts';

const sides: SettledSides = {
  kind: 'task',
  field: 'title',
  local: 'Ours',
  remote: 'Theirs',
  policy: 'manual',
  status: 'resolved',
  choice: 'remote',
  resolution: 'Theirs',
  is_deleted: false,
  present: 'Theirs',
};
const told = { isTold: true, isOpenAgain: false, isGone: false };
const untold = { ...told, isTold: false };

describe('an undo', () => {
  it('asks again while the service was told nothing', () => {
    expect(decideUndo(sides, untold)).toEqual({ do: 'reopen', value: 'Ours' });
    const kept = { ...sides, choice: 'local', resolution: 'Ours', present: 'Ours' } as const;
    expect(decideUndo(kept, untold)).toEqual({ do: 'reopen', value: 'Ours' });
  });

  it('brings back by an edit what made room', () => {
    expect(decideUndo(sides, told)).toEqual({ do: 'bring_back', value: 'Ours', choice: 'local' });
    const kept = { ...sides, choice: 'local', resolution: 'Ours', present: 'Ours' } as const;
    expect(decideUndo(kept, told)).toEqual({ do: 'bring_back', value: 'Theirs', choice: 'remote' });
    const edited = { ...sides, choice: 'value', resolution: 'Both', present: 'Both' } as const;
    expect(decideUndo(edited, told)).toMatchObject({ value: 'Ours', choice: 'local' });
    expect(decideUndo(sides, { ...untold, isGone: true })).toMatchObject({ do: 'bring_back' });
  });

  it('of what a policy settled brings back the loser', () => {
    const byItself = {
      ...sides,
      status: 'automatic',
      choice: null,
      policy: 'remote_wins',
    } as const;
    expect(decideUndo(byItself, untold)).toMatchObject({ do: 'bring_back', value: 'Ours' });
    const ours = { ...byItself, policy: 'local_wins', resolution: 'Ours', present: 'Ours' };
    expect(decideUndo(ours, untold)).toMatchObject({ do: 'bring_back', value: 'Theirs' });
    const deleted = { ...byItself, policy: 'delete_wins', remote: null, resolution: null };
    expect(decideUndo({ ...deleted, present: 'Since' }, told)).toMatchObject({ value: 'Ours' });
  });

  it('is refused with the reason', () => {
    const why = (more: Partial<SettledSides>, link = told) =>
      decideUndo({ ...sides, ...more }, link);
    const refused = { do: 'refuse', code: 'resource.conflict' };
    expect(why({ status: 'open' })).toMatchObject(refused);
    expect(why({ is_deleted: true })).toMatchObject(refused);
    expect(why({ choice: null })).toMatchObject(refused);
    expect(why({}, { ...told, isOpenAgain: true })).toMatchObject(refused);
    expect(why({ present: 'Ours' })).toMatchObject(refused);
    expect(
      why({ choice: 'local', remote: null, resolution: 'Ours', present: 'Ours' }),
    ).toMatchObject(refused);
    expect(why({ present: 'Since' })).toMatchObject({
      do: 'refuse',
      code: 'records.version_conflict',
    });
  });
});
