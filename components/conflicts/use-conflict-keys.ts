'use client';

import { type RefObject, useEffect, useState } from 'react';
import { useShortcut } from '@/components/ui/use-shortcut';
import type { Conflict } from '@/lib/records/schema';
import { mayChoose } from './conflict-view';
import type { Settling } from './use-settling';

interface KeysInput {
  /** In the order they stand on the page. */
  conflicts: readonly Conflict[];
  settling: Settling;
  mayEdit: boolean;
  onEdit: (id: string | null) => void;
  onSelect: (id: string) => void;
  onOpen: (conflict: Conflict) => void;
  /** Where the focus goes when none is left. */
  heading: RefObject<HTMLElement | null>;
}

interface ConflictKeys {
  /** The conflict the keyboard is on; where that one was settled, the next in its place. */
  activeId: string | null;
  /** To be told which conflict the focus came to, by Tab or by a press. */
  onFocus: (id: string) => void;
}

/** The focus goes along, so that a screen reader says where one is. */
function show(id: string): void {
  const card = document.getElementById(`conflict-${id}`);
  card?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: 'nearest' });
}

/** j and k walk, 1 to 3 choose, e writes, x selects, u takes back, o opens the record. */
export function useConflictKeys(input: KeysInput): ConflictKeys {
  const { conflicts, settling, mayEdit, heading } = input;
  const [place, setPlace] = useState<{ id: string; at: number } | null>(null);
  const found = place ? conflicts.findIndex(({ id }) => id === place.id) : -1;
  const at = found >= 0 ? found : Math.min(place?.at ?? -1, conflicts.length - 1);
  const active = conflicts[at];
  const activeId = active?.id;
  // Settled, it left the page and took the focus with it: this goes to the next in its place.
  const left = conflicts.length;
  const hasLeft = place !== null && found < 0;
  useEffect(() => {
    if (!hasLeft || document.activeElement !== document.body) return;
    if (left === 0) heading.current?.focus({ preventScroll: true });
    else if (activeId !== undefined) show(activeId);
  }, [hasLeft, activeId, left, heading]);
  const go = (to: number) => () => {
    const next = conflicts[Math.max(0, Math.min(conflicts.length - 1, to))];
    if (!next) return;
    setPlace({ id: next.id, at: conflicts.indexOf(next) });
    show(next.id);
  };
  const choose = (choice: 'local' | 'remote' | 'base') => () => {
    if (!active || !mayChoose(active, choice) || settling.pending.has(active.id)) return;
    setPlace({ id: active.id, at });
    settling.choose([active], choice);
  };
  const decides = { enabled: mayEdit && active !== undefined };
  useShortcut('j', go(at + 1));
  useShortcut('k', go(at - 1));
  useShortcut('1', choose('local'), decides);
  useShortcut('2', choose('remote'), decides);
  useShortcut('3', choose('base'), decides);
  useShortcut(
    'e',
    () => {
      if (active && mayChoose(active, 'value')) input.onEdit(active.id);
    },
    decides,
  );
  useShortcut(
    'x',
    () => {
      if (active?.status === 'open') input.onSelect(active.id);
    },
    decides,
  );
  useShortcut('u', settling.undoLast, { enabled: mayEdit });
  useShortcut(
    'o',
    () => {
      if (active) input.onOpen(active);
    },
    { enabled: active !== undefined },
  );
  return {
    activeId: activeId ?? null,
    onFocus: (id) => {
      const to = conflicts.findIndex((one) => one.id === id);
      if (to >= 0 && id !== place?.id) setPlace({ id, at: to });
    },
  };
}
