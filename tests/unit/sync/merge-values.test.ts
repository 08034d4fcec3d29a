import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '#lib/core/index';
import type { MergePolicy } from '#lib/kinds/index';
import { type DeletionSides, mergeDeletion, mergeRecord } from '#lib/sync/merge/index';

const merged = (policy: MergePolicy, field: string, base: Json, local: Json, remote: Json) =>
  mergeRecord({
    kind: 'task',
    local: { [field]: local },
    base: { [field]: base },
    remote: { [field]: remote },
    held: [],
    inFlight: null,
    policies: { [field]: policy },
  });

describe('two edits of one text', () => {
  const base = 'one\ntwo\nthree\nfour';

  it('come together where they touch different lines', () => {
    const out = merged(
      'text',
      'body',
      base,
      'ONE\ntwo\nthree\nfour',
      'one\ntwo\nthree\nfour\nfive',
    );
    expect(out.data['body']).toBe('ONE\ntwo\nthree\nfour\nfive');
    expect(out).toMatchObject({ conflicts: [], held: [], dirty: ['body'] });
  });

  it('are a question where they touch the same line, and no word is lost', () => {
    const out = merged('text', 'body', base, 'one\nours\nthree\nfour', 'one\ntheirs\nthree\nfour');
    expect(out.held).toEqual(['body']);
    expect(out.conflicts).toMatchObject([{ status: 'open', local: 'one\nours\nthree\nfour' }]);
  });

  it('keep every line that either side added and neither took away', () => {
    const line = fc.constantFrom<string>('a', 'b', 'c', 'd');
    const lines = fc.array(line, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(lines, lines, lines, (b, l, r) => {
        const [from, ours, theirs] = [b, l, r].map((text) => text.join('\n'));
        const out = merged('text', 'body', from ?? '', ours ?? '', theirs ?? '');
        if (out.held.length > 0) return;
        const text = JSON.stringify(out.data['body']).slice(1, -1).split('\\n');
        const isNew = (word: string) => !b.includes(word) && (l.includes(word) || r.includes(word));
        for (const word of ['a', 'b', 'c', 'd'].filter(isNew)) expect(text).toContain(word);
      }),
    );
  });
});

describe('two changes of one counter', () => {
  it('add up, and what is no sum is asked about', () => {
    expect(merged('counter', 'comments', 10, 13, 8).data['comments']).toBe(11);
    expect(merged('counter', 'comments', 10, 13, 'many').held).toEqual(['comments']);
    const far = Number.MAX_SAFE_INTEGER;
    expect(merged('counter', 'comments', 0, far, far - 1).held).toEqual(['comments']);
  });
});

describe('a deletion as a field', () => {
  const sides: DeletionSides = {
    wasDeleted: false,
    isDeletedHere: false,
    isDeletedThere: false,
    unsent: [],
    changedThere: [],
    policy: 'manual',
  };
  const judge = (more: Partial<DeletionSides>) => mergeDeletion({ ...sides, ...more });

  it('is followed where only one side said anything', () => {
    expect(judge({})).toEqual({ do: 'nothing', lost: [] });
    expect(judge({ isDeletedThere: true }).do).toBe('delete_here');
    expect(judge({ isDeletedHere: true }).do).toBe('delete_there');
    expect(judge({ wasDeleted: true, isDeletedHere: true }).do).toBe('restore_here');
    expect(judge({ wasDeleted: true, isDeletedThere: true }).do).toBe('make_there');
    expect(judge({ isDeletedHere: true, isDeletedThere: true }).do).toBe('nothing');
  });

  it('against an edit is decided by the policy, from either side, and takes nothing silently', () => {
    const there = { isDeletedThere: true, unsent: ['title'] };
    const here = { isDeletedHere: true, changedThere: ['body'] };
    expect(judge(there).do).toBe('ask');
    expect(judge({ ...there, policy: 'delete_wins' })).toEqual({
      do: 'delete_here',
      lost: ['title'],
    });
    expect(judge({ ...there, policy: 'edit_wins' })).toEqual({ do: 'make_there', lost: [] });
    expect(judge(here).do).toBe('ask');
    expect(judge({ ...here, policy: 'delete_wins' })).toEqual({
      do: 'delete_there',
      lost: ['body'],
    });
    expect(judge({ ...here, policy: 'edit_wins' })).toEqual({ do: 'restore_here', lost: [] });
  });
});

describe('a value the service cannot hold as it is', () => {
  const lossy = (value: string) => value.toLowerCase().slice(0, 8).trim();

  it('goes one way: it is neither sent again nor changed here, unless it is edited', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (value, edit) => {
        const sent = mergeRecord({
          kind: 'task',
          local: { body: value },
          base: { body: 'before' },
          remote: { body: lossy(value) },
          held: [],
          inFlight: { patch: { body: value }, base: { body: 'before' }, isAnswer: true },
          adopts: false,
        });
        expect(sent).toMatchObject({ dirty: [], conflicts: [], changed: [] });
        expect(sent.data['body']).toBe(value);
        const again = (local: string) =>
          mergeRecord({
            kind: 'task',
            local: { body: local },
            base: sent.base,
            ours: sent.ours,
            remote: { body: lossy(value) },
            held: [],
            inFlight: null,
            adopts: false,
          });
        expect(again(value)).toMatchObject({
          dirty: [],
          conflicts: [],
          changed: [],
          ours: sent.ours,
        });
        const isEdit =
          lossy(edit) !== lossy(value) && edit.trimEnd() !== value.trimEnd() && edit.trim() !== '';
        expect(isEdit ? again(edit).dirty : ['body']).toEqual(['body']);
      }),
    );
  });
});
