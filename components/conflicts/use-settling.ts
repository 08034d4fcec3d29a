'use client';

import { useState } from 'react';
import { showToast } from '@/components/ui/toaster';
import type { Conflict, Resolution, ResolveAnswer } from '@/lib/records/schema';
import { resolutionOf, useResolve, useUndo } from './use-conflicts';
import { words } from './words';

/** Undone with one press at most; more of them are found among the decided ones. */
const undoneAtOnce = 20;

export interface Settling {
  pending: ReadonlySet<string>;
  choose: (conflicts: readonly Conflict[], choice: Resolution['choice'], more?: More) => void;
  undo: (ids: readonly string[]) => void;
  /** Takes back the last choice made here. */
  undoLast: () => void;
}

type More = Pick<Partial<Resolution>, 'value' | 'always'>;

/** Choices on their way, what became of them, and the way back. */
export function useSettling(onAlways: (kept: ResolveAnswer['always']) => void): Settling {
  const resolve = useResolve();
  const back = useUndo();
  const [pending, setPending] = useState<ReadonlySet<string>>(new Set());
  const [last, setLast] = useState<readonly string[]>([]);

  const undo = async (ids: readonly string[]) => {
    setLast([]);
    for (const id of ids) {
      try {
        const { outcome } = await back.mutateAsync({ id, mutation_id: crypto.randomUUID() });
        showToast({
          tone: 'ok',
          title: words.undone[outcome],
          description: words.undoneHint[outcome],
        });
      } catch (error) {
        const description = error instanceof Error ? error.message : '';
        showToast({ tone: 'bad', title: words.notUndone, description });
        return;
      }
    }
  };

  const tell = ({ data, always }: ResolveAnswer, choice: Resolution['choice']) => {
    const done = data.filter(({ outcome }) => outcome === 'resolved').map(({ id }) => id);
    setLast(done);
    const refused = data.find(({ outcome }) => outcome === 'refused');
    if (refused?.reason) {
      showToast({ tone: 'bad', title: words.refused, description: refused.reason });
    }
    if (data.some(({ outcome }) => outcome === 'changed' || outcome === 'gone')) {
      showToast({ tone: 'warn', title: words.changed, description: words.changedHint });
    }
    if (done.length > 0) {
      showToast({
        tone: 'ok',
        title: done.length === 1 ? words.done[choice] : words.settled(done.length),
        ...(done.length <= undoneAtOnce
          ? { action: { label: words.undo, onPress: () => void undo(done) } }
          : {}),
      });
    }
    if (always.length > 0) onAlways(always);
  };

  const settle = async (
    conflicts: readonly Conflict[],
    choice: Resolution['choice'],
    more: More = {},
  ) => {
    const ids = conflicts.map(({ id }) => id);
    setPending((present) => new Set([...present, ...ids]));
    try {
      const answer = await resolve.mutateAsync({
        mutation_id: crypto.randomUUID(),
        items: conflicts.map((conflict) => resolutionOf(conflict, choice, more)),
      });
      tell(answer, choice);
    } catch (error) {
      const description = error instanceof Error ? error.message : '';
      showToast({ tone: 'bad', title: words.notSaved, description });
    } finally {
      setPending((present) => new Set([...present].filter((id) => !ids.includes(id))));
    }
  };

  return {
    pending,
    choose: (conflicts, choice, more) => void settle(conflicts, choice, more),
    undo: (ids) => void undo(ids),
    undoLast: () => {
      if (last.length > 0) void undo(last);
      else showToast({ tone: 'neutral', title: words.nothingToUndo });
    },
  };
}
