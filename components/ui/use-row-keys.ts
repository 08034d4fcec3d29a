'use client';

import type { KeyboardEvent } from 'react';
import { isTyping } from './use-shortcut';

export interface RowKeys {
  count: number;
  /** The row the keyboard is on; -1 for none. */
  active: number;
  onMove: (index: number) => void;
  onOpen?: ((index: number) => void) | undefined;
  onEdit?: ((index: number) => void) | undefined;
  onEscape?: (() => void) | undefined;
  /** Rows a page key passes over. */
  pageRows: number;
}

/** Where a key leads from the active row, or undefined for a key that does not move. */
export function nextRow(key: string, { count, active, pageRows }: RowKeys): number | undefined {
  const last = count - 1;
  switch (key) {
    case 'j':
    case 'ArrowDown':
      return Math.min(last, active + 1);
    case 'k':
    case 'ArrowUp':
      return Math.max(0, active - 1);
    case 'PageDown':
      return Math.min(last, Math.max(0, active) + pageRows);
    case 'PageUp':
      return Math.max(0, active - pageRows);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}

/** j and k walk, Enter opens, e edits, Esc goes back; keys typed into a field are left alone. */
export function handleRowKey(event: KeyboardEvent, keys: RowKeys): void {
  if (isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
  // A button or a link inside a row keeps its own Enter.
  const onRow = event.target === event.currentTarget;
  if (event.key === 'Escape') {
    if (!keys.onEscape) return;
    event.preventDefault();
    keys.onEscape();
    return;
  }
  const next = keys.count > 0 ? nextRow(event.key, keys) : undefined;
  if (next !== undefined) {
    event.preventDefault();
    keys.onMove(next);
    return;
  }
  if (keys.active < 0) return;
  if (event.key === 'Enter' && onRow && keys.onOpen) {
    event.preventDefault();
    keys.onOpen(keys.active);
  }
  if (event.key === 'e' && keys.onEdit) {
    event.preventDefault();
    keys.onEdit(keys.active);
  }
}
